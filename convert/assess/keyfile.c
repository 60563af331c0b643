/*
 * NetworkManager's keyfiles.  A connection that names no interface is for
 * whichever card it fits, and keeps working; see network-config.h.
 */
#include <stdio.h>
#include <string.h>

#include "common/strings.h"
#include "convert/assess/guest.h"
#include "convert/assess/ini.h"
#include "convert/assess/interface.h"
#include "convert/assess/network-config.h"

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
read_key(struct guest_interface *interface, const struct ini *ini)
{
	if (ini_is(ini, "ethernet", "mac-address") ||
		ini_is(ini, "802-3-ethernet", "mac-address"))
		interface_set_mac(interface, ini->value);
	if (!is_ip(ini))
		return;
	if (string_starts(ini->key, "address") &&
		strspn(ini->key + 7, "0123456789") == strlen(ini->key + 7))
		read_address(interface, ini->value);
	else if (strcmp(ini->key, "gateway") == 0)
		interface_set_gateway(interface, ini->value);
	else if (ini_is(ini, "ipv4", "method") &&
		strcmp(ini->value, "auto") == 0)
		interface->dhcp = true;
}

/* What names the interface may come behind what is said about it. */
void
keyfile_read(struct guest *guest, const char *path, const char *text)
{
	struct guest_interface *interface = NULL;
	struct ini ini = {.next = text};

	(void)path;
	while (interface == NULL && ini_next(&ini))
		if (ini_is(&ini, "connection", "interface-name"))
			interface = guest_interface(guest, ini.value);
	ini = (struct ini){.next = text};
	while (interface != NULL && ini_next(&ini))
		read_key(interface, &ini);
}
