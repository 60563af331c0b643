/*
 * Slackware's rc.inet1.conf: arrays that are indexed by the interface's number,
 * IPADDR[0]="192.0.2.10"; IFNAME[0] names it when it is not eth0.
 * See network-config.h.
 */
#include <stdio.h>
#include <string.h>

#include "common/strings.h"
#include "convert/assess/guest.h"
#include "convert/assess/interface.h"
#include "convert/assess/network-config.h"
#include "convert/assess/shell.h"

enum { CARDS = 8 };

static bool
value_at(const char *text, const char *key, int number, char *value,
	size_t room)
{
	char name[32];

	*value = '\0';
	snprintf(name, sizeof name, "%s[%d]", key, number);
	return shell_value(text, name, value, room) && *value != '\0';
}

/* "192.0.2.10/24 192.0.2.11/24" */
static void
add_addresses(struct guest_interface *interface, const char *list)
{
	for (list += strspn(list, " \t"); *list != '\0';
		list += strspn(list, " \t")) {
		char address[64];
		size_t n = strcspn(list, " \t");

		snprintf(address, sizeof address, "%.*s", (int)n, list);
		interface_add_address(interface, address, "");
		list += n;
	}
}

static void
read_card(struct guest *guest, const char *text, int number)
{
	struct guest_interface *interface;
	char name[64], address[64], mask[64], list[256], dhcp[16], more[256];
	bool has_address = value_at(text, "IPADDR", number, address,
		sizeof address);
	bool has_list = value_at(text, "IPADDRS", number, list, sizeof list);
	bool has_dhcp = value_at(text, "USE_DHCP", number, dhcp, sizeof dhcp) &&
		strcmp(dhcp, "yes") == 0;

	if (!has_address && !has_list && !has_dhcp)
		return;
	if (!value_at(text, "IFNAME", number, name, sizeof name))
		snprintf(name, sizeof name, "eth%d", number);
	interface = guest_interface(guest, name);
	if (interface == NULL)
		return;
	interface->dhcp = has_dhcp;
	value_at(text, "NETMASK", number, mask, sizeof mask);
	if (has_address)
		interface_add_address(interface, address, mask);
	add_addresses(interface, list);
	if (value_at(text, "BRNICS", number, more, sizeof more)) {
		interface->kind = "bridge";
		interface_join_all(guest, more, interface->name);
	}
	if (value_at(text, "BONDNICS", number, more, sizeof more)) {
		interface->kind = "bond";
		interface_join_all(guest, more, interface->name);
		if (value_at(text, "BONDMODE", number, more, sizeof more))
			interface_set_mode(interface, more);
	}
}

void
inet1_read(struct guest *guest, const char *path, const char *text)
{
	char gateway[64];

	(void)path;
	for (int number = 0; number < CARDS; number++)
		read_card(guest, text, number);
	if (!shell_value(text, "GATEWAY", gateway, sizeof gateway))
		return;
	/* It is the machine's; the first interface with an address has it. */
	for (size_t i = 0; i < guest->interface_count; i++)
		if (guest->interfaces[i].address_count > 0) {
			interface_set_gateway(&guest->interfaces[i], gateway);
			return;
		}
}
