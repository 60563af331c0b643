/*
 * What a mounted Linux system says about itself, from small text files.  How
 * its interfaces map to MACs is found here too, because both the report and
 * rewrite/network.c need it.
 */
#include "convert/assess/system.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/assess/clock.h"
#include "convert/assess/guest-file.h"
#include "convert/assess/guest.h"
#include "convert/assess/net-rule.h"
#include "convert/assess/network-config.h"
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
	AUTO(freep) char *name = guest_file_text(g, "/etc/hostname", findings);
	AUTO(freep) char *network = NULL;

	if (name != NULL)
		first_line(guest->hostname, sizeof guest->hostname, name);
	if (guest->hostname[0] == '\0') {
		network = guest_file_text(g, "/etc/sysconfig/network", findings);
		if (network != NULL)
			shell_value(network, "HOSTNAME", guest->hostname,
				sizeof guest->hostname);
	}
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

/* ---- interfaces ---- */

/* Which files configure interfaces, and who reads them. */
static const struct {
	const char *pattern;
	network_config_read *read;
} configurations[] = {
	{"/etc/network/interfaces", ifupdown_read},
	{"/etc/network/interfaces.d/*", ifupdown_read},
	{"/etc/sysconfig/network-scripts/ifcfg-*", ifcfg_read},
	{"/etc/sysconfig/network/ifcfg-*", ifcfg_read},
	{"/etc/NetworkManager/system-connections/*", keyfile_read},
	{"/etc/netplan/*.yaml", netplan_read},
	{"/etc/systemd/network/*.network", networkd_read},
};

static void
read_interfaces(guestfs_h *g, struct guest *guest, struct findings *findings)
{
	for (size_t i = 0; i < sizeof configurations / sizeof *configurations;
		i++) {
		AUTO(strings_freep) char **files = guest_files(g,
			configurations[i].pattern);

		for (char **file = files; file != NULL && *file != NULL;
			file++) {
			AUTO(freep) char *text =
				guest_file_text(g, *file, findings);

			if (text != NULL)
				configurations[i].read(guest, *file, text);
		}
	}
}

/* The names that the guest's own rules give. */
static void
read_rules(guestfs_h *g, struct guest *guest, struct findings *findings)
{
	AUTO(strings_freep) char **files =
		guest_folder_files(g, "/etc/udev/rules.d", ".rules");

	for (char **file = files; file != NULL && *file != NULL; file++) {
		AUTO(freep) char *text = NULL;
		const char *at;
		unsigned number = 0;
		struct net_rule rule;

		if (strstr(*file, "net") == NULL)
			continue;
		text = guest_file_text(g, *file, findings);
		at = text == NULL ? "" : text;
		while (net_rule_next(&at, &number, &rule)) {
			struct guest_interface *interface =
				guest_interface(guest, rule.name);

			if (interface == NULL)
				continue;
			snprintf(interface->mac, sizeof interface->mac, "%s",
				rule.mac);
			interface->name_is_kept = rule.works_anywhere;
		}
	}
}

/* An interface that is a card, not a bridge, bond, tunnel or VLAN. */
static bool
is_card(const char *name)
{
	static const char *const starts[] = {"eth", "en", "em", "p", "wl", "ib"};

	if (strpbrk(name, ".:") != NULL)
		return false;
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
		if (string_starts(name, starts[i]))
			return true;
	}
	return false;
}

static bool
mac_is_taken(const struct guest *guest, const char *mac)
{
	for (size_t i = 0; i < guest->interface_count; i++) {
		if (strcmp(guest->interfaces[i].mac, mac) == 0)
			return true;
	}
	return false;
}

static bool
nic_mac(const json_t *nic, char mac[18])
{
	const char *text = json_text(nic, "permanent_mac", NULL);

	if (text == NULL)
		text = json_text(nic, "mac", "");
	return mac_parse(text, mac);
}

/*
 * Cards and names that are still without each other.  One of each belong
 * together.  More are paired only when the live system came to the same name:
 * predictable names follow the slot, but eth0 is whatever came first.
 */
static void
pair_with_inventory(struct guest *guest, const json_t *inventory)
{
	const json_t *nics = json_object_get(inventory, "nics");
	struct guest_interface *last = NULL;
	char mac[18], last_mac[18] = "";
	size_t i, names_left = 0, cards_left = 0;
	json_t *nic;

	json_array_foreach(nics, i, nic)
	{
		const char *name = json_text(nic, "name", "");

		for (size_t k = 0; k < guest->interface_count; k++) {
			struct guest_interface *found = &guest->interfaces[k];

			if (found->mac[0] == '\0' && nic_mac(nic, mac) &&
				!mac_is_taken(guest, mac) &&
				!string_starts(name, "eth") &&
				strcmp(found->name, name) == 0)
				memcpy(found->mac, mac, sizeof mac);
		}
	}
	for (size_t k = 0; k < guest->interface_count; k++) {
		if (guest->interfaces[k].mac[0] == '\0' &&
			guest->interfaces[k].is_card) {
			last = &guest->interfaces[k];
			names_left++;
		}
	}
	json_array_foreach(nics, i, nic)
	{
		if (nic_mac(nic, mac) && !mac_is_taken(guest, mac)) {
			memcpy(last_mac, mac, sizeof mac);
			cards_left++;
		}
	}
	if (names_left == 1 && cards_left == 1)
		memcpy(last->mac, last_mac, sizeof last_mac);
}

void
system_read(guestfs_h *g, struct guest *guest, const json_t *inventory,
	struct findings *findings)
{
	read_release(g, guest, findings);
	read_architecture(g, guest);
	read_init(g, guest);
	read_identity(g, guest, findings);
	read_clock(g, guest, findings);
	read_interfaces(g, guest, findings);
	read_rules(g, guest, findings);
	for (size_t i = 0; i < guest->interface_count; i++)
		guest->interfaces[i].is_card =
			is_card(guest->interfaces[i].name);
	pair_with_inventory(guest, inventory);
	for (size_t i = 0; i < guest->interface_count; i++) {
		const struct guest_interface *interface =
			&guest->interfaces[i];

		if (interface->mac[0] == '\0' && interface->is_card)
			finding_add(findings, "network.no-mac",
				"/etc/network/interfaces", 0, interface->name,
				NULL);
		if (interface->address_count > 0)
			finding_add(findings, "network.static-address",
				interface->name, 0, interface->addresses[0],
				NULL);
	}
}
