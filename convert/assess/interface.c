/* Addresses of an interface in one notation, whoever wrote them. */
#include "convert/assess/interface.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "convert/assess/guest.h"
#include "convert/assess/net-rule.h"

static bool
is_address(const char *text)
{
	struct in6_addr address;

	return inet_pton(AF_INET, text, &address) == 1 ||
		inet_pton(AF_INET6, text, &address) == 1;
}

static int
mask_bits(const char *mask)
{
	struct in_addr address;
	int bits = -1;

	if (inet_pton(AF_INET, mask, &address) == 1)
		return __builtin_popcount(address.s_addr);
	if (*mask == '\0' || strlen(mask) > 3 ||
		sscanf(mask, "%d", &bits) != 1 || bits > 128)
		return -1;
	return bits;
}

void
interface_add_address(struct guest_interface *interface, const char *address,
	const char *mask)
{
	char plain[48];
	size_t n = strcspn(address, "/");

	if (n >= sizeof plain || interface->address_count == GUEST_ADDRESSES)
		return;
	snprintf(plain, sizeof plain, "%.*s", (int)n, address);
	if (!is_address(plain))
		return;
	snprintf(interface->addresses[interface->address_count++],
		sizeof interface->addresses[0], "%s", plain);
	interface_add_mask(interface,
		address[n] == '/' ? address + n + 1 : mask);
}

void
interface_add_mask(struct guest_interface *interface, const char *mask)
{
	int bits = mask_bits(mask);
	char *address;
	size_t used;

	if (interface->address_count == 0 || bits < 0)
		return;
	address = interface->addresses[interface->address_count - 1];
	used = strlen(address);
	if (strchr(address, '/') == NULL)
		snprintf(address + used,
			sizeof interface->addresses[0] - used, "/%d", bits);
}

void
interface_set_gateway(struct guest_interface *interface, const char *address)
{
	if (interface->gateway[0] == '\0' && is_address(address))
		snprintf(interface->gateway, sizeof interface->gateway, "%s",
			address);
}

void
interface_set_mac(struct guest_interface *interface, const char *mac)
{
	if (interface->mac[0] == '\0')
		mac_parse(mac, interface->mac);
}
