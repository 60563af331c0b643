/*
 * ifcfg-NAME: shell variables, of which Red Hat's and SUSE's families have
 * different sets.  See network-config.h.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		if (string_ends(path, endings[i]))
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

/* What follows "ifcfg-" in the file's name, or "". */
static const char *
file_name(const char *path)
{
	const char *base = strrchr(path, '/');

	return base != NULL && string_starts(base, "/ifcfg-")
		? base + strlen("/ifcfg-")
		: "";
}

/* A card that SUSE's file names by what it is; "" when it does not. */
static const char *
hardware_of(const char *name, const char *start)
{
	return string_starts(name, start) ? name + strlen(start) : "";
}

/*
 * Without DEVICE=, only udev and the kernel name the card that Red Hat's file is for:
 * "Auto_eth0" or "Wired_connection_1" is NetworkManager's word for the connection.
 * "eth0" in its place tells what they did; # is a digit.
 */
static bool
is_device(const char *name)
{
	static const char *const starts[] = {"eth#", "em#", "eno", "ens", "enp",
		"enx", "p#", "ib#", "wl", "bond#", "team#", "br#", "vlan#"};
	size_t n = strcspn(name, ":.");

	for (size_t i = 0; n <= 15 && i < sizeof starts / sizeof *starts; i++) {
		size_t at = strcspn(starts[i], "#");

		if (strncmp(name, starts[i], at) == 0 &&
			(starts[i][at] == '\0' ||
				isdigit((unsigned char)name[at])))
			return true;
	}
	return false;
}

static struct guest_interface *
find_nameless(struct guest *guest, const char *text)
{
	char mac[64];

	return shell_value(text, "HWADDR", mac, sizeof mac)
		? interface_by_mac(guest, mac)
		: NULL;
}

/* DEVICE=, or the file's name.  "eth0:1" is more of eth0. */
static struct guest_interface *
find_interface(struct guest *guest, const char *path, const char *text)
{
	const char *base = file_name(path);
	const char *mac = hardware_of(base, "eth-id-");
	const char *slot = hardware_of(base, "bus-pci-");
	char name[64] = "";

	if (*slot == '\0')
		slot = hardware_of(base, "eth-bus-pci-");
	if (!shell_value(text, "DEVICE", name, sizeof name) || *name == '\0') {
		if (*mac != '\0')
			return interface_by_mac(guest, mac);
		if (*slot != '\0' || string_starts(base, "bus-") ||
			string_starts(base, "eth-bus-")) {
			const struct guest_card *card =
				interface_card(guest, slot, "");

			interface_match(guest, path, slot, "", "");
			return card == NULL ? NULL
					    : interface_by_mac(guest,
						      card->mac);
		}
		if (strstr(path, "/network-scripts/") != NULL &&
			!is_device(base))
			return find_nameless(guest, text);
		snprintf(name, sizeof name, "%.63s", base);
	}
	name[strcspn(name, ":")] = '\0';
	return *name == '\0' || strcmp(name, "lo") == 0
		? NULL
		: guest_interface(guest, name);
}

/* Which key tells whose member this is, and what that is then. */
static const struct {
	const char *key, *kind;
} masters[] = {
	{"MASTER", "bond"}, {"TEAM_MASTER", "team"}, {"BRIDGE", "bridge"}};

/* Which key lists members; # is a digit. */
static const struct {
	const char *key, *kind;
} members[] = {
	{"BONDING_SLAVE_#", "bond"}, {"BONDING_SLAVE#", "bond"},
	{"BRIDGE_PORTS", "bridge"}, {"TEAM_PORT_DEVICE_#", "team"}};

static void
set_kind(struct guest *guest, const char *name, const char *kind)
{
	struct guest_interface *interface = guest_interface(guest, name);

	if (interface != NULL && interface->kind == NULL)
		interface->kind = kind;
}

static void
read_joints(struct guest *guest, struct guest_interface *interface,
	const char *text)
{
	char value[256];

	for (size_t i = 0; i < sizeof masters / sizeof *masters; i++) {
		if (!shell_value(text, masters[i].key, value, sizeof value) ||
			*value == '\0')
			continue;
		if (strcasecmp(value, "yes") == 0) { /* SUSE's bridge */
			interface->kind = masters[i].kind;
			continue;
		}
		interface_join(guest, *interface->name != '\0'
				? interface->name : interface->mac, value);
		set_kind(guest, value, masters[i].kind);
	}
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		int last = strchr(members[i].key, '#') == NULL ? -1 : 9;

		for (int number = -1; number <= last; number++) {
			if (!numbered_value(text, members[i].key, number, value,
				    sizeof value))
				continue;
			interface->kind = members[i].kind;
			interface_join_all(guest, value, interface->name);
		}
	}
}

/* TYPE=, as both families write it. */
static const struct {
	const char *type, *kind;
} types[] = {
	{"Bond", "bond"}, {"Bridge", "bridge"}, {"Team", "team"},
	{"Vlan", "vlan"}, {"InfiniBand", "infiniband"}, {"IPIP", "tunnel"},
	{"GRE", "tunnel"}, {"SIT", "tunnel"}, {"Wireless", "wireless"},
	{"OVSBridge", "bridge"}};

static void
read_kind(struct guest *guest, struct guest_interface *interface,
	const char *text)
{
	char value[256];

	if (shell_value(text, "TYPE", value, sizeof value) ||
		shell_value(text, "DEVICETYPE", value, sizeof value)) {
		for (size_t i = 0; i < sizeof types / sizeof *types; i++)
			if (strcasecmp(types[i].type, value) == 0)
				interface->kind = types[i].kind;
	}
	if (shell_value(text, "BONDING_OPTS", value, sizeof value) ||
		shell_value(text, "BONDING_MODULE_OPTS", value, sizeof value)) {
		interface->kind = "bond";
		interface_set_options(interface, value);
	}
	if (shell_value(text, "TEAM_CONFIG", value, sizeof value))
		interface->kind = "team";
	if (shell_value(text, "ETHERDEVICE", value, sizeof value) ||
		shell_value(text, "PHYSDEV", value, sizeof value)) {
		char id[8] = "";

		shell_value(text, "VLAN_ID", id, sizeof id);
		interface_set_vlan(guest, interface, value,
			(unsigned)strtoul(id, NULL, 10));
	} else if (shell_value(text, "VLAN", value, sizeof value) &&
		strcasecmp(value, "yes") == 0) {
		snprintf(value, sizeof value, "%.*s",
			(int)strcspn(interface->name, "."), interface->name);
		interface_set_vlan(guest, interface, value, 0);
	}
}

/* Red Hat's ONBOOT and SUSE's STARTMODE. */
static bool
is_off(const char *text)
{
	static const char *const modes[] = {"off", "manual", NULL};
	char value[32];

	return (shell_value(text, "ONBOOT", value, sizeof value) &&
		       strcasecmp(value, "no") == 0) ||
		(shell_value(text, "STARTMODE", value, sizeof value) &&
			strings_hold(modes, value));
}

void
ifcfg_read(struct guest *guest, const char *path, const char *text)
{
	struct guest_interface *interface;
	char value[80];

	if (is_leftover(path))
		return;
	interface = find_interface(guest, path, text);
	if (interface == NULL)
		return;
	if (shell_value(text, "HWADDR", value, sizeof value))
		interface_set_mac(interface, value);
	if (shell_value(text, "BOOTPROTO", value, sizeof value) &&
		string_starts(value, "dhcp"))
		interface->dhcp = true;
	if (shell_value(text, "GATEWAY", value, sizeof value))
		interface_set_gateway(interface, value);
	interface->is_off = is_off(text);
	read_kind(guest, interface, text);
	read_joints(guest, interface, text);
	read_addresses(interface, text);
}
