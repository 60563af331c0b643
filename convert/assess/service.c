/*
 * What the server is there for, as far as its init system tells: the services
 * that it starts.  Ports are those that a service has unless configured
 * otherwise; nothing depends on them.
 */
#include "convert/assess/service.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/guest-file.h"
#include "convert/assess/guest.h"

static const struct {
	const char *name;
	unsigned short ports[GUEST_PORTS];
} known[] = {
	{"ssh", {22}},
	{"sshd", {22}},
	{"apache2", {80}},
	{"httpd", {80}},
	{"nginx", {80}},
	{"lighttpd", {80}},
	{"mysql", {3306}},
	{"mysqld", {3306}},
	{"mariadb", {3306}},
	{"postgresql", {5432}},
	{"postfix", {25}},
	{"exim4", {25}},
	{"sendmail", {25}},
	{"dovecot", {143}},
	{"vsftpd", {21}},
	{"proftpd", {21}},
	{"smbd", {139, 445}},
	{"smb", {139, 445}},
	{"bind9", {53}},
	{"named", {53}},
	{"slapd", {389}},
	{"rpcbind", {111}},
	{"nfs-server", {2049}},
	{"tomcat9", {8080}},
	{"redis-server", {6379}},
	{"memcached", {11211}},
};

static void
add(struct guest *guest, const char *name, size_t bytes)
{
	struct guest_service *service;

	if (bytes == 0 || bytes >= sizeof service->name ||
		guest->service_count == GUEST_SERVICES)
		return;
	service = &guest->services[guest->service_count];
	snprintf(service->name, sizeof service->name, "%.*s", (int)bytes, name);
	for (size_t i = 0; i < guest->service_count; i++) {
		if (strcmp(guest->services[i].name, service->name) == 0)
			return;
	}
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (strcmp(known[i].name, service->name) != 0)
			continue;
		while (service->port_count < GUEST_PORTS &&
			known[i].ports[service->port_count] != 0) {
			service->tcp_ports[service->port_count] =
				known[i].ports[service->port_count];
			service->port_count++;
		}
	}
	guest->service_count++;
}

static void
read_systemd(guestfs_h *g, struct guest *guest)
{
	static const char *const folders[] = {
		"/etc/systemd/system/multi-user.target.wants",
		"/etc/systemd/system/graphical.target.wants"};

	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		AUTO(strings_freep) char **files =
			guest_folder_files(g, folders[i], ".service");

		for (char **file = files; file != NULL && *file != NULL;
			file++) {
			const char *name = strrchr(*file, '/') + 1;

			add(guest, name, strlen(name) - strlen(".service"));
		}
	}
}

/* "S20apache2", in the folder of the run level that servers use. */
static void
read_sysv(guestfs_h *g, struct guest *guest)
{
	static const char *const folders[] = {"/etc/rc2.d", "/etc/rc.d/rc3.d",
		"/etc/init.d/rc3.d"};

	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		AUTO(strings_freep) char **files =
			guest_folder_files(g, folders[i], "");

		for (char **file = files; file != NULL && *file != NULL;
			file++) {
			const char *name = strrchr(*file, '/') + 1;

			if (name[0] == 'S' && isdigit((unsigned char)name[1]) &&
				isdigit((unsigned char)name[2]))
				add(guest, name + 3, strlen(name + 3));
		}
	}
}

void
services_read(guestfs_h *g, struct guest *guest)
{
	if (guest->init != NULL && strcmp(guest->init, "systemd") == 0)
		read_systemd(g, guest);
	read_sysv(g, guest);
}
