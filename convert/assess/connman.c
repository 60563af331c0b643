/*
 * ConnMan keeps a folder for each service, named by its card's MAC:
 * /var/lib/connman/ethernet_525400123456_cable/settings.  See network-config.h.
 */
#include <stdio.h>
#include <string.h>

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
