/*
 * systemd's .network files.  One that matches by anything but a plain name or a
 * MAC is for whichever card fits; see network-config.h.
 */
#include <stdio.h>
#include <string.h>

#include "common/strings.h"
#include "convert/assess/guest.h"
#include "convert/assess/ini.h"
#include "convert/assess/interface.h"
#include "convert/assess/network-config.h"

static void
read_key(struct guest_interface *interface, const struct ini *ini)
{
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
		(strcmp(ini->value, "ipv4") == 0 ||
			strcmp(ini->value, "yes") == 0 ||
			strcmp(ini->value, "both") == 0 ||
			strcmp(ini->value, "true") == 0))
		interface->dhcp = true;
}

void
networkd_read(struct guest *guest, const char *path, const char *text)
{
	struct guest_interface *interface = NULL;
	struct ini ini = {.next = text};

	(void)path;
	while (interface == NULL && ini_next(&ini))
		if (ini_is(&ini, "Match", "Name") && *ini.value != '\0' &&
			strpbrk(ini.value, "*?[]! ") == NULL)
			interface = guest_interface(guest, ini.value);
	ini = (struct ini){.next = text};
	while (interface != NULL && ini_next(&ini))
		read_key(interface, &ini);
}
