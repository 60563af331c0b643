/*
 * ALT's /etc/net/ifaces: a folder for each interface, with `options` and a file
 * for each kind of address or route.  See network-config.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/strings.h"
#include "convert/assess/guest.h"
#include "convert/assess/interface.h"
#include "convert/assess/network-config.h"
#include "convert/assess/shell.h"

static const struct {
	const char *type, *kind;
} types[] = {
	{"bond", "bond"}, {"bri", "bridge"}, {"ovsbr", "bridge"},
	{"vlan", "vlan"}, {"iptun", "tunnel"}, {"tuntap", "tunnel"},
	{"dummy", "dummy"}, {"team", "team"}};

static void
read_options(struct guest *guest, struct guest_interface *interface,
	const char *text)
{
	char value[256], id[8] = "";

	if (shell_value(text, "TYPE", value, sizeof value))
		for (size_t i = 0; i < sizeof types / sizeof *types; i++)
			if (strcmp(types[i].type, value) == 0)
				interface->kind = types[i].kind;
	if (shell_value(text, "BOOTPROTO", value, sizeof value) &&
		string_starts(value, "dhcp"))
		interface->dhcp = true;
	interface->is_off = (shell_value(text, "ONBOOT", value, sizeof value) &&
				    strcmp(value, "no") == 0) ||
		(shell_value(text, "DISABLED", value, sizeof value) &&
			strcmp(value, "yes") == 0);
	if (shell_value(text, "BONDMODE", value, sizeof value))
		interface_set_mode(interface, value);
	if (shell_value(text, "BONDOPTIONS", value, sizeof value))
		interface_set_options(interface, value);
	if (!shell_value(text, "HOST", value, sizeof value))
		return;
	shell_value(text, "VID", id, sizeof id);
	if (interface->kind != NULL && strcmp(interface->kind, "vlan") == 0)
		interface_set_vlan(guest, interface, value,
			(unsigned)strtoul(id, NULL, 10));
	else
		interface_join_all(guest, value, interface->name);
}

/* One address a line; "default via 192.0.2.1" in the routes. */
static void
read_lines(struct guest_interface *interface, const char *text)
{
	for (; *text != '\0'; text += *text == '\n') {
		char word[3][64] = {"", "", ""}, line[256];
		size_t bytes = strcspn(text, "\n");

		snprintf(line, sizeof line, "%.*s", (int)bytes, text);
		text += bytes;
		if (sscanf(line, " %63s %63s %63s", word[0], word[1],
			    word[2]) < 1)
			continue;
		if (strcmp(word[1], "via") != 0)
			interface_add_address(interface, word[0], "");
		else if (strcmp(word[0], "default") == 0)
			interface_set_gateway(interface, word[2]);
	}
}

void
etcnet_read(struct guest *guest, const char *path, const char *text)
{
	struct guest_interface *interface;
	const char *base = strrchr(path, '/'), *folder = base;
	char name[64];

	if (base == NULL)
		return;
	while (folder > path && folder[-1] != '/')
		folder--;
	snprintf(name, sizeof name, "%.*s", (int)(base - folder), folder);
	/* Defaults for all of a kind, and for none. */
	if (strcmp(name, "lo") == 0 || strcmp(name, "default") == 0 ||
		strcmp(name, "unknown") == 0 ||
		(interface = guest_interface(guest, name)) == NULL)
		return;
	if (strcmp(base, "/options") == 0)
		read_options(guest, interface, text);
	else
		read_lines(interface, text);
}
