/*
 * NetworkManager's keyfiles.  A connection that names neither interface nor card
 * is for whichever card it fits, and keeps working; see network-config.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/strings.h"
#include "convert/assess/guest.h"
#include "convert/assess/ini.h"
#include "convert/assess/interface.h"
#include "convert/assess/network-config.h"

/* What a connection says before it is known of which interface. */
struct head {
	char name[64], mac[64], id[64], type[32], master[64];
	char slot[64], driver[64], patterns[256];
	bool is_off;
};

static bool
is_ip(const struct ini *ini)
{
	return strcmp(ini->section, "ipv4") == 0 ||
		strcmp(ini->section, "ipv6") == 0;
}

/* address1=192.0.2.10/24,192.0.2.1 */
static void
read_address(struct guest_interface *interface, const char *value)
{
	char address[64];
	size_t n = strcspn(value, ",;");

	if (n >= sizeof address)
		return;
	snprintf(address, sizeof address, "%.*s", (int)n, value);
	interface_add_address(interface, address, "");
	if (value[n] != ',')
		return;
	snprintf(address, sizeof address, "%.63s", value + n + 1);
	interface_set_gateway(interface, address);
}

static void
read_ip(struct guest_interface *interface, const struct ini *ini)
{
	if (string_starts(ini->key, "address") &&
		strspn(ini->key + 7, "0123456789") == strlen(ini->key + 7))
		read_address(interface, ini->value);
	else if (strcmp(ini->key, "gateway") == 0)
		interface_set_gateway(interface, ini->value);
	else if (ini_is(ini, "ipv4", "method") &&
		strcmp(ini->value, "auto") == 0)
		interface->dhcp = true;
}

static void
read_key(struct guest *guest, struct guest_interface *interface,
	const struct ini *ini)
{
	if (is_ip(ini))
		read_ip(interface, ini);
	else if (ini_is(ini, "bond", "mode"))
		interface_set_mode(interface, ini->value);
	else if (ini_is(ini, "bond", "arp_ip_target"))
		interface->asks_peers = true;
	else if (ini_is(ini, "vlan", "parent"))
		interface_set_vlan(guest, interface, ini->value,
			interface->vlan);
	else if (ini_is(ini, "vlan", "id"))
		interface->vlan = (unsigned)strtoul(ini->value, NULL, 10);
}

/* Keys of the head and where each goes. */
static void
read_head(struct head *head, const char *text)
{
	const struct {
		const char *section, *key;
		char *to;
		size_t room;
	} keys[] = {
		{"connection", "interface-name", head->name, 64},
		{"connection", "uuid", head->id, 64},
		{"connection", "type", head->type, 32},
		{"connection", "master", head->master, 64},
		{"connection", "controller", head->master, 64},
		{"ethernet", "mac-address", head->mac, 64},
		{"802-3-ethernet", "mac-address", head->mac, 64},
		{"match", "interface-name", head->name, 64},
		{"match", "path", head->slot, 64},
		{"match", "driver", head->driver, 64},
	};
	struct ini ini = {.next = text};

	while (ini_next(&ini)) {
		for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
			if (ini_is(&ini, keys[i].section, keys[i].key) &&
				keys[i].to[0] == '\0')
				snprintf(keys[i].to, keys[i].room, "%.*s",
					(int)strcspn(ini.value, ";"),
					ini.value);
		if (ini_is(&ini, "match", "interface-name"))
			snprintf(head->patterns, sizeof head->patterns,
				"%.255s", ini.value);
		if (ini_is(&ini, "connection", "autoconnect") &&
			strcmp(ini.value, "false") == 0)
			head->is_off = true;
	}
}

static const char *
kind_of(const char *type)
{
	static const char *const kinds[] = {"bond", "bridge", "team", "vlan",
		"infiniband", "tun", "vxlan", "macvlan", "wireguard", "dummy"};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i], type) == 0)
			return kinds[i];
	return NULL;
}

/* What names the interface may come behind what is said about it. */
void
keyfile_read(struct guest *guest, const char *path, const char *text)
{
	struct guest_interface *interface;
	struct ini ini = {.next = text};
	struct head head = {.is_off = false};

	read_head(&head, text);
	interface_patterns(guest, path, head.patterns);
	if (strpbrk(head.name, "*?[|&!") != NULL)
		head.name[0] = '\0';
	interface_match(guest, path, head.slot, head.driver, head.name);
	if (strcmp(head.name, "lo") == 0)
		return;
	interface = *head.name != '\0' ? guest_interface(guest, head.name)
				       : interface_by_mac(guest, head.mac);
	if (interface == NULL)
		return;
	interface_set_mac(interface, head.mac);
	snprintf(interface->id, sizeof interface->id, "%s", head.id);
	interface->is_off = head.is_off;
	if (interface->kind == NULL)
		interface->kind = kind_of(head.type);
	interface_join(guest, *interface->name != '\0' ? interface->name
						       : interface->mac,
		head.master);
	while (ini_next(&ini))
		read_key(guest, interface, &ini);
}
