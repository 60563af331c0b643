/*
 * ifcfg-NAME: shell variables, of which Red Hat's and SUSE's families have
 * different sets.  See network-config.h.
 */
#include <stdio.h>
#include <string.h>

#include "common/strings.h"
#include "convert/assess/guest.h"
#include "convert/assess/interface.h"
#include "convert/assess/network-config.h"
#include "convert/assess/shell.h"

/* Pairs of an address and what its mask may be called; # is a digit or none. */
static const struct {
	const char *address, *masks[3];
} pairs[] = {
	{"IPADDR#", {"PREFIX#", "NETMASK#", "PREFIXLEN#"}},
	{"IPADDR_#", {"PREFIXLEN_#", "NETMASK_#", NULL}},
	{"IPV6ADDR", {NULL, NULL, NULL}},
};

/* Leftovers of packages and editors, which the network scripts skip too. */
static bool
is_leftover(const char *path)
{
	static const char *const endings[] = {"~", ".bak", ".orig", ".rpmnew",
		".rpmorig", ".rpmsave", ".old", ".scpmbackup"};
	size_t n = strlen(path);

	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		size_t tail = strlen(endings[i]);

		if (n >= tail && strcmp(path + n - tail, endings[i]) == 0)
			return true;
	}
	return false;
}

/* "IPADDR#" to "IPADDR2", or "IPADDR" for -1. */
static bool
numbered_value(const char *text, const char *pattern, int number, char *value,
	size_t room)
{
	char key[32];
	size_t n = strcspn(pattern, "#");

	if (pattern[n] == '\0' || number < 0)
		snprintf(key, sizeof key, "%.*s", (int)n, pattern);
	else
		snprintf(key, sizeof key, "%.*s%d", (int)n, pattern, number);
	return shell_value(text, key, value, room) && *value != '\0';
}

static void
read_addresses(struct guest_interface *interface, const char *text)
{
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		int last = strchr(pairs[i].address, '#') == NULL ? -1 : 7;

		for (int number = -1; number <= last; number++) {
			char address[80], mask[32] = "";

			if (!numbered_value(text, pairs[i].address, number,
				    address, sizeof address))
				continue;
			for (size_t m = 0; m < 3 && *mask == '\0' &&
				pairs[i].masks[m] != NULL; m++)
				numbered_value(text, pairs[i].masks[m], number,
					mask, sizeof mask);
			interface_add_address(interface, address, mask);
		}
	}
}

/*
 * DEVICE=, or what follows "ifcfg-" unless that names the card by something else
 * (SUSE's ifcfg-eth-id-MAC, ifcfg-bus-pci-...).  "eth0:1" is more of eth0.
 */
static void
read_name(char *name, size_t room, const char *path, const char *text)
{
	const char *base = strrchr(path, '/');

	*name = '\0';
	if (!shell_value(text, "DEVICE", name, room) && base != NULL &&
		string_starts(base, "/ifcfg-") &&
		!string_starts(base, "/ifcfg-eth-id-") &&
		!string_starts(base, "/ifcfg-bus-") &&
		!string_starts(base, "/ifcfg-eth-bus-"))
		snprintf(name, room, "%s", base + strlen("/ifcfg-"));
	name[strcspn(name, ":")] = '\0';
}

void
ifcfg_read(struct guest *guest, const char *path, const char *text)
{
	struct guest_interface *interface;
	char name[64], value[80];

	read_name(name, sizeof name, path, text);
	if (*name == '\0' || strcmp(name, "lo") == 0 || is_leftover(path))
		return;
	interface = guest_interface(guest, name);
	if (interface == NULL)
		return;
	if (shell_value(text, "HWADDR", value, sizeof value))
		interface_set_mac(interface, value);
	if (shell_value(text, "BOOTPROTO", value, sizeof value) &&
		string_starts(value, "dhcp"))
		interface->dhcp = true;
	if (shell_value(text, "GATEWAY", value, sizeof value))
		interface_set_gateway(interface, value);
	read_addresses(interface, text);
}
