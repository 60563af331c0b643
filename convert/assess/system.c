/*
 * What a mounted Linux system says about itself, from small text files.  Its
 * interfaces are read by interfaces.c.
 */
#include "convert/assess/system.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/assess/clock.h"
#include "convert/assess/guest-file.h"
#include "convert/assess/guest.h"
#include "convert/assess/shell.h"

static void
first_line(char *to, size_t room, const char *text)
{
	text += strspn(text, " \t\r\n");
	snprintf(to, room, "%.*s", (int)strcspn(text, "\r\n"), text);
}

/* Systems from before os-release. */
static const struct {
	const char *path, *distro, *name;
} old_releases[] = {
	{"/etc/centos-release", "centos", NULL},
	{"/etc/redhat-release", "rhel", NULL},
	{"/etc/SuSE-release", "sles", NULL},
	{"/etc/debian_version", "debian", "Debian GNU/Linux "},
};

static void
read_old_release(guestfs_h *g, struct guest *guest, struct findings *findings)
{
	for (size_t i = 0; i < sizeof old_releases / sizeof *old_releases;
		i++) {
		AUTO(freep) char *text =
			guest_file_text(g, old_releases[i].path, findings);
		const char *number;
		char line[100];

		if (text == NULL)
			continue;
		first_line(line, sizeof line, text);
		snprintf(guest->distro, sizeof guest->distro, "%s",
			old_releases[i].distro);
		snprintf(guest->name, sizeof guest->name, "%s%s",
			old_releases[i].name == NULL ? ""
						     : old_releases[i].name,
			line);
		number = line + strcspn(line, "0123456789");
		snprintf(guest->version, sizeof guest->version, "%.*s",
			(int)strspn(number, "0123456789."), number);
		return;
	}
}

static void
read_release(guestfs_h *g, struct guest *guest, struct findings *findings)
{
	AUTO(freep) char *text = guest_file_text(g, "/etc/os-release", findings);
	AUTO(freep) char *point = NULL;

	if (text == NULL)
		text = guest_file_text(g, "/usr/lib/os-release", findings);
	if (text == NULL) {
		read_old_release(g, guest, findings);
		return;
	}
	shell_value(text, "ID", guest->distro, sizeof guest->distro);
	shell_value(text, "PRETTY_NAME", guest->name, sizeof guest->name);
	shell_value(text, "VERSION_ID", guest->version, sizeof guest->version);
	if (strcmp(guest->distro, "debian") != 0)
		return;
	point = guest_file_text(g, "/etc/debian_version", findings);
	if (point != NULL && *point >= '0' && *point <= '9')
		first_line(guest->version, sizeof guest->version, point);
}

/* From the header of a program that every system has. */
static void
read_architecture(guestfs_h *g, struct guest *guest)
{
	static const char *const programs[] = {"/usr/lib/systemd/systemd",
		"/lib/systemd/systemd", "/sbin/init", "/bin/ls", "/bin/cat"};
	static const struct {
		unsigned machine;
		const char *name;
	} machines[] = {{3, "i386"}, {62, "x86_64"}, {183, "aarch64"},
		{40, "arm"}, {21, "ppc64"}, {22, "s390x"}, {50, "ia64"}};

	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		size_t bytes = 0;
		AUTO(freep) char *head =
			guest_file_head(g, programs[i], 20, &bytes);

		if (head == NULL || bytes < 20 ||
			memcmp(head, "\177ELF", 4) != 0)
			continue;
		for (size_t m = 0; m < sizeof machines / sizeof *machines; m++) {
			if ((unsigned char)head[18] == machines[m].machine)
				snprintf(guest->arch, sizeof guest->arch, "%s",
					machines[m].name);
		}
		return;
	}
}

/* systemd may be installed beside the init that runs. */
static bool
starts_another(guestfs_h *g)
{
	AUTO(freep) char *real = guestfs_realpath(g, "/sbin/init");
	const char *base = real == NULL ? NULL : strrchr(real, '/');

	return base != NULL && strcmp(base, "/systemd") != 0;
}

/* "libsystemd-shared-247.so" tells the version since 231. */
static void
read_init(guestfs_h *g, struct guest *guest)
{
	static const char *const folders[] = {"/usr/lib/systemd",
		"/lib/systemd", "/usr/lib/x86_64-linux-gnu/systemd",
		"/usr/lib64/systemd"};
	static const struct {
		const char *path, *name;
	} others[] = {{"/sbin/openrc", "openrc"}, {"/etc/init/rc.conf", "upstart"},
		{"/etc/event.d/rc2", "upstart"}, {"/etc/inittab", "sysvinit"}};

	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		AUTO(strings_freep) char **files =
			guest_folder_files(g, folders[i], "");

		for (char **file = files; file != NULL && *file != NULL;
			file++) {
			const char *name = strrchr(*file, '/') + 1;

			if (strcmp(name, "systemd") == 0)
				guest->init = "systemd";
			if (guest->systemd == 0)
				sscanf(name, "libsystemd-shared-%u",
					&guest->systemd);
		}
		if (guest->init != NULL && guest->systemd != 0)
			break;
	}
	if (guest->init != NULL && starts_another(g))
		guest->init = NULL;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		if (guest->init == NULL && guest_file_is_there(g, others[i].path))
			guest->init = others[i].name;
	}
}

static void
read_identity(guestfs_h *g, struct guest *guest, struct findings *findings)
{
	static const char *const files[] = {"/etc/hostname", "/etc/HOSTNAME"};
	static const char network_file[] = "/etc/sysconfig/network";
	AUTO(freep) char *network = NULL;

	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		AUTO(freep) char *name = guest->hostname[0] != '\0'
			? NULL
			: guest_file_text(g, files[i], findings);

		if (name != NULL)
			first_line(guest->hostname, sizeof guest->hostname,
				name);
	}
	/* SUSE has a folder there. */
	if (guest->hostname[0] != '\0' ||
		!guest_file_is_there(g, network_file))
		return;
	network = guest_file_text(g, network_file, findings);
	if (network != NULL)
		shell_value(network, "HOSTNAME", guest->hostname,
			sizeof guest->hostname);
}

/* UTC unless something says otherwise. */
static void
read_clock(guestfs_h *g, struct guest *guest, struct findings *findings)
{
	for (size_t i = 0; i < CLOCK_FILES; i++) {
		AUTO(freep) char *text = guest_file_text(g, clock_files[i],
			findings);
		int is_utc = text == NULL ? -1 : clock_is_utc(i, text);

		if (is_utc != -1)
			guest->clock = is_utc ? "utc" : "localtime";
	}
}

void
system_read(guestfs_h *g, struct guest *guest, struct findings *findings)
{
	read_release(g, guest, findings);
	read_architecture(g, guest);
	read_init(g, guest);
	read_identity(g, guest, findings);
	read_clock(g, guest, findings);
}
