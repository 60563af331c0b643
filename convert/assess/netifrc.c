/*
 * Gentoo's /etc/conf.d/net: shell variables that end with the interface's name,
 * config_eth0="192.0.2.10/24", with several items on lines of their own or in
 * an array.  See network-config.h.
 */
#include <stdio.h>
#include <string.h>

#include "common/strings.h"
#include "convert/assess/guest.h"
#include "convert/assess/interface.h"
#include "convert/assess/network-config.h"

/* A variable's value, which may go on over lines: quoted, or "( ... )". */
static const char *
take_value(const char *text, char *value, size_t room)
{
	size_t n;

	if (*text == '"' || *text == '\'') {
		char stop[] = {*text++, '\0'};

		n = strcspn(text, stop);
	} else if (*text == '(') {
		text++;
		n = strcspn(text, ")");
	} else {
		n = strcspn(text, " \t\n#");
	}
	snprintf(value, room, "%.*s", (int)(n < room ? n : room - 1), text);
	return text + n + strcspn(text + n, "\n");
}

/* "192.0.2.10/24 brd ...", "192.0.2.10 netmask 255.255.255.0", "dhcp" */
static void
read_config(struct guest_interface *interface, const char *value)
{
	static const char blanks[] = " \t\n\"'";

	for (value += strspn(value, blanks); *value != '\0';
		value += strspn(value, blanks)) {
		char word[64];
		size_t n = strcspn(value, blanks);
		static const char mask[] = "netmask";

		snprintf(word, sizeof word, "%.*s", (int)n, value);
		value += n;
		if (strcmp(word, "dhcp") == 0) {
			interface->dhcp = true;
		} else if (strcmp(word, mask) == 0) {
			value += strspn(value, blanks);
			n = strcspn(value, blanks);
			snprintf(word, sizeof word, "%.*s", (int)n, value);
			interface_add_mask(interface, word);
			value += n;
		} else if (strcmp(word, "brd") == 0 ||
			strcmp(word, "broadcast") == 0) {
			value += strspn(value, blanks);
			value += strcspn(value, blanks);
		} else {
			interface_add_address(interface, word, "");
		}
	}
}

static void
read_routes(struct guest_interface *interface, const char *value)
{
	const char *via = strstr(value, "default via ");
	char address[64];

	if (via == NULL)
		via = strstr(value, "default gw ");
	if (via != NULL && sscanf(via, "default %*s %63[0-9a-fA-F.:]",
				   address) == 1)
		interface_set_gateway(interface, address);
}

static void
read_vlans(struct guest *guest, const char *parent, const char *ids)
{
	for (ids += strspn(ids, " \t\n\"'"); *ids != '\0';
		ids += strspn(ids, " \t\n\"'")) {
		struct guest_interface *vlan;
		char name[64];
		size_t n = strcspn(ids, " \t\n\"'");

		snprintf(name, sizeof name, "%.20s.%.*s", parent,
			n > 4 ? 4 : (int)n, ids);
		ids += n;
		vlan = guest_interface(guest, name);
		if (vlan != NULL)
			interface_set_vlan(guest, vlan, parent, 0);
	}
}

/* "bond0_10" stands for "bond0.10", which no variable can be called. */
static void
real_name(char real[32], const char *name)
{
	char *last;

	snprintf(real, 32, "%.31s", name);
	last = strrchr(real, '_');
	if (last != NULL && last[1] != '\0' &&
		last[1 + strspn(last + 1, "0123456789")] == '\0')
		*last = '.';
}

static void
read_variable(struct guest *guest, const char *what, const char *name,
	const char *value)
{
	static const char *const known[] = {"config", "routes", "slaves",
		"bridge", "mode", "vlans", NULL};
	struct guest_interface *interface;
	char real[32];

	if (!strings_hold(known, what) || strcmp(name, "lo") == 0)
		return;
	real_name(real, name);
	interface = guest_interface(guest, real);
	if (interface == NULL)
		return;
	if (strcmp(what, "config") == 0)
		read_config(interface, value);
	else if (strcmp(what, "routes") == 0)
		read_routes(interface, value);
	else if (strcmp(what, "mode") == 0)
		interface_set_mode(interface, value);
	else if (strcmp(what, "vlans") == 0)
		read_vlans(guest, interface->name, value);
	else {
		interface->kind = *what == 's' ? "bond" : "bridge";
		interface_join_all(guest, value, interface->name);
	}
}

void
netifrc_read(struct guest *guest, const char *path, const char *text)
{
	(void)path;
	while (*text != '\0') {
		char head[80], what[32], name[32], value[2048];
		int n = 0;

		text += strspn(text, " \t");
		snprintf(head, sizeof head, "%.79s", text);
		if (sscanf(head, "%31[a-z]_%31[A-Za-z0-9_]=%n", what, name,
			    &n) == 2 && n > 0) {
			text = take_value(text + n, value, sizeof value);
			read_variable(guest, what, name, value);
		}
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
}
