/*
 * ConnMan keeps a folder for each service, named by its card's MAC:
 * /var/lib/connman/ethernet_525400123456_cable/settings.  What an administrator
 * wrote beforehand is in /var/lib/connman/NAME.config.  See network-config.h.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/strings.h"
#include "convert/assess/guest.h"
#include "convert/assess/ini.h"
#include "convert/assess/interface.h"
#include "convert/assess/network-config.h"

/* "525400123456" of the folder's name as a MAC. */
static bool
mac_of(const char *path, char mac[18])
{
	const char *at = strstr(path, "/ethernet_");

	if (at == NULL || strspn(at + 10, "0123456789abcdef") != 12)
		return false;
	at += 10;
	snprintf(mac, 18, "%.2s:%.2s:%.2s:%.2s:%.2s:%.2s", at, at + 2, at + 4,
		at + 6, at + 8, at + 10);
	return true;
}

/* "192.0.2.10;" or "192.0.2.10" */
static const char *
plain(struct ini *ini)
{
	ini->value[strcspn(ini->value, ";")] = '\0';
	return ini->value;
}

void
connman_read(struct guest *guest, const char *path, const char *text)
{
	struct guest_interface *interface;
	struct ini ini = {.next = text};
	char mac[18], address[64] = "", bits[16] = "";

	if (!mac_of(path, mac))
		return;
	interface = interface_by_mac(guest, mac);
	if (interface == NULL)
		return;
	while (ini_next(&ini)) {
		if (strcmp(ini.key, "IPv4.method") == 0)
			interface->dhcp = strcmp(ini.value, "dhcp") == 0;
		else if (strcmp(ini.key, "IPv4.local_address") == 0)
			snprintf(address, sizeof address, "%.63s", plain(&ini));
		else if (strcmp(ini.key, "IPv4.netmask_prefixlen") == 0)
			snprintf(bits, sizeof bits, "%.15s", plain(&ini));
		else if (strcmp(ini.key, "IPv4.gateway") == 0)
			interface_set_gateway(interface, plain(&ini));
		else if (strcmp(ini.key, "AutoConnect") == 0)
			interface->is_off = strcmp(ini.value, "false") == 0;
	}
	interface_add_address(interface, address, bits);
}

/* ---- written beforehand: a section [service_NAME] for each service ---- */

struct provision {
	char section[64], type[16];
	char mac[64], name[64]; /* of the card; both may be empty */
	char ipv4[128], ipv6[128]; /* address/mask/gateway, or a word */
};

static void
read_key(struct provision *provision, const struct ini *ini)
{
	const struct {
		const char *key;
		char *to;
		size_t room;
	} keys[] = {
		{"Type", provision->type, sizeof provision->type},
		{"MAC", provision->mac, sizeof provision->mac},
		{"DeviceName", provision->name, sizeof provision->name},
		{"IPv4", provision->ipv4, sizeof provision->ipv4},
		{"IPv6", provision->ipv6, sizeof provision->ipv6},
	};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (strcmp(ini->key, keys[i].key) == 0)
			snprintf(keys[i].to, keys[i].room, "%s", ini->value);
}

/* The MAC counts before the name; what says neither is for any card. */
static struct guest_interface *
find(struct guest *guest, const struct provision *provision)
{
	if (provision->mac[0] != '\0')
		return interface_by_mac(guest, provision->mac);
	if (provision->name[0] != '\0')
		return string_is_interface(provision->name)
			? guest_interface(guest, provision->name) : NULL;
	return guest->card_count != 1
		? NULL : interface_by_mac(guest, guest->cards[0].mac);
}

static void
add(struct guest_interface *interface, const char *text)
{
	char address[64] = "", mask[64] = "", gateway[64] = "";

	sscanf(text, "%63[^/]/%63[^/]/%63s", address, mask, gateway);
	interface_add_address(interface, address, mask);
	interface_set_gateway(interface, gateway);
}

static void
apply(struct guest *guest, const struct provision *provision)
{
	const char *ipv4 = provision->ipv4;
	struct guest_interface *interface;

	if (!string_starts(provision->section, "service_") ||
		strcmp(provision->type, "ethernet") != 0)
		return;
	interface = find(guest, provision);
	if (interface == NULL)
		return;
	add(interface, ipv4);
	add(interface, provision->ipv6);
	interface->dhcp = *ipv4 == '\0' || strcasecmp(ipv4, "dhcp") == 0 ||
		strcasecmp(ipv4, "auto") == 0;
	interface->is_off = false;
}

void
connman_config_read(struct guest *guest, const char *path, const char *text)
{
	struct provision provision = {.section = ""};
	struct ini ini = {.next = text};

	(void)path;
	while (ini_next(&ini)) {
		if (strcmp(ini.section, provision.section) != 0) {
			apply(guest, &provision);
			provision = (struct provision){.section = ""};
			memcpy(provision.section, ini.section,
				sizeof provision.section);
		}
		read_key(&provision, &ini);
	}
	apply(guest, &provision);
}
