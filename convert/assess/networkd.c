/*
 * systemd's .network and .netdev files.  A .network that matches by neither a
 * plain name nor a MAC is for whichever card fits; see network-config.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/strings.h"
#include "convert/assess/guest.h"
#include "convert/assess/ini.h"
#include "convert/assess/interface.h"
#include "convert/assess/network-config.h"

static bool
is_yes(const char *value)
{
	static const char *const words[] = {"ipv4", "yes", "both", "true", "1",
		"on", NULL};

	return strings_hold(words, value);
}

static void
read_key(struct guest *guest, struct guest_interface *interface,
	const struct ini *ini)
{
	const char *name = *interface->name != '\0' ? interface->name
						    : interface->mac;
	bool is_network = strcmp(ini->section, "Network") == 0;

	if (ini_is(ini, "Match", "MACAddress") ||
		ini_is(ini, "Match", "PermanentMACAddress"))
		interface_set_mac(interface, ini->value);
	else if (ini_is(ini, "Address", "Address") ||
		(is_network && strcmp(ini->key, "Address") == 0))
		interface_add_address(interface, ini->value, "");
	else if (ini_is(ini, "Route", "Gateway") ||
		(is_network && strcmp(ini->key, "Gateway") == 0))
		interface_set_gateway(interface, ini->value);
	else if (is_network && strcmp(ini->key, "DHCP") == 0 &&
		is_yes(ini->value))
		interface->dhcp = true;
	else if (is_network && (strcmp(ini->key, "Bond") == 0 ||
				       strcmp(ini->key, "Bridge") == 0))
		interface_join(guest, name, ini->value);
	else if (is_network && strcmp(ini->key, "VLAN") == 0) {
		struct guest_interface *vlan =
			guest_interface(guest, ini->value);

		if (vlan != NULL)
			interface_set_vlan(guest, vlan, name, vlan->vlan);
	} else if ((ini_is(ini, "Link", "Unmanaged") && is_yes(ini->value)) ||
		(ini_is(ini, "Link", "ActivationPolicy") &&
			strcmp(ini->value, "manual") == 0)) {
		interface->is_off = true;
	}
}

static void
read_keys(struct guest *guest, struct guest_interface *interface,
	const char *text)
{
	struct ini ini = {.next = text};

	while (interface != NULL && ini_next(&ini))
		read_key(guest, interface, &ini);
}

/* "eno1 eno2": the same for each. */
static void
read_list(struct guest *guest, const char *names, const char *text)
{
	char name[16];
	size_t n;

	for (; *names != '\0'; names += n) {
		names += strspn(names, " \t");
		n = strcspn(names, " \t");
		if (n == 0 || n >= sizeof name)
			continue;
		snprintf(name, sizeof name, "%.*s", (int)n, names);
		if (strcmp(name, "lo") != 0)
			read_keys(guest, guest_interface(guest, name), text);
	}
}

static void
read_network(struct guest *guest, const char *path, const char *text)
{
	char name[512] = "", mac[64] = "", slot[128] = "", driver[64] = "";
	struct ini ini = {.next = text};

	while (ini_next(&ini)) {
		if (ini_is(&ini, "Match", "Name"))
			snprintf(name, sizeof name, "%s", ini.value);
		else if (ini_is(&ini, "Match", "MACAddress") ||
			ini_is(&ini, "Match", "PermanentMACAddress"))
			snprintf(mac, sizeof mac, "%.63s", ini.value);
		else if (ini_is(&ini, "Match", "Path"))
			snprintf(slot, sizeof slot, "%.127s", ini.value);
		else if (ini_is(&ini, "Match", "Driver"))
			snprintf(driver, sizeof driver, "%.63s", ini.value);
	}
	if (strpbrk(name, "*?[]!") != NULL) {
		interface_patterns(guest, path, name);
		name[0] = '\0';
	}
	interface_match(guest, path, slot, driver, name);
	if (*name != '\0')
		read_list(guest, name, text);
	else
		read_keys(guest, interface_by_mac(guest, mac), text);
}

static const char *
kind_of(const char *kind)
{
	static const char *const kinds[] = {"bond", "bridge", "vlan", "team",
		"vxlan", "macvlan", "dummy", "wireguard", "tun", "tap"};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i], kind) == 0)
			return kinds[i];
	return "other";
}

static void
read_netdev(struct guest *guest, const char *text)
{
	struct guest_interface *interface = NULL;
	struct ini ini = {.next = text};

	while (interface == NULL && ini_next(&ini))
		if (ini_is(&ini, "NetDev", "Name") && *ini.value != '\0')
			interface = guest_interface(guest, ini.value);
	ini = (struct ini){.next = text};
	while (interface != NULL && ini_next(&ini)) {
		if (ini_is(&ini, "NetDev", "Kind"))
			interface->kind = kind_of(ini.value);
		else if (ini_is(&ini, "VLAN", "Id"))
			interface->vlan = (unsigned)strtoul(ini.value, NULL, 10);
		else if (ini_is(&ini, "Bond", "Mode"))
			interface_set_mode(interface, ini.value);
		else if (ini_is(&ini, "Bond", "ARPIPTargets") ||
			ini_is(&ini, "Bond", "ARPIPTarget"))
			interface->asks_peers = true;
	}
}

void
networkd_read(struct guest *guest, const char *path, const char *text)
{
	size_t bytes = strlen(path);

	if (bytes > 7 && strcmp(path + bytes - 7, ".netdev") == 0)
		read_netdev(guest, text);
	else
		read_network(guest, path, text);
}
