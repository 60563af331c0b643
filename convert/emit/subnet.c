/*
 * Addresses for the isolated network.  Used for vm/run-isolated (script.c) and
 * for the boot proof (convert/verify/boot.c), both through qemu.c.
 */
#include "convert/emit/subnet.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* The narrowest network made: room for host, DNS and 16 leases. */
	NARROWEST = 24,
	LEASES = 16
};

static uint32_t
mask_of(unsigned prefix)
{
	return prefix == 0 ? 0 : UINT32_MAX << (32 - prefix);
}

/* "a.b.c.d" or "a.b.c.d/prefix"; false when it is anything else. */
static bool
parse(const char *text, uint32_t *address_out, unsigned *prefix_out)
{
	char dotted[INET_ADDRSTRLEN];
	size_t length = text == NULL ? 0 : strcspn(text, "/");
	struct in_addr address;
	char *end;

	if (length == 0 || length >= sizeof dotted)
		return false;
	memcpy(dotted, text, length);
	dotted[length] = '\0';
	if (inet_pton(AF_INET, dotted, &address) != 1)
		return false;
	*address_out = ntohl(address.s_addr);
	*prefix_out = 32;
	if (text[length] == '\0')
		return true;
	*prefix_out = (unsigned)strtoul(text + length + 1, &end, 10);
	return *end == '\0' && *prefix_out >= 1 && *prefix_out <= 32;
}

static void
print(char text[INET_ADDRSTRLEN], uint32_t address)
{
	struct in_addr raw = {htonl(address)};

	inet_ntop(AF_INET, &raw, text, INET_ADDRSTRLEN);
}

static void
fill(struct subnet *subnet, unsigned prefix, uint32_t guest, uint32_t host)
{
	uint32_t network = guest & mask_of(prefix), dns, dhcp;

	for (dns = network + 1; dns == guest || dns == host;)
		dns++;
	for (dhcp = network + LEASES; guest - dhcp < LEASES ||
		host - dhcp < LEASES || dns - dhcp < LEASES;)
		dhcp += LEASES;
	print(subnet->network, network);
	snprintf(strchr(subnet->network, '\0'), 4, "/%u", prefix);
	print(subnet->host, host);
	print(subnet->dns, dns);
	print(subnet->dhcp, dhcp);
	print(subnet->guest, guest);
}

void
subnet_around(struct subnet *subnet_out, const char *address,
	const char *gateway, unsigned index)
{
	uint32_t guest, host;
	unsigned prefix, ignored;

	memset(subnet_out, 0, sizeof *subnet_out);
	if (!parse(address, &guest, &prefix) || guest >> 24 == 0 ||
		guest >> 28 >= 14) {
		uint32_t network = 0x0a000200 + ((index & 0xff) << 8);

		fill(subnet_out, 24, network + LEASES, network + 2);
		memcpy(subnet_out->dhcp, subnet_out->guest,
			sizeof subnet_out->dhcp);
		return;
	}
	if (prefix > NARROWEST)
		prefix = NARROWEST;
	if (parse(gateway, &host, &ignored) && host != guest && host != 0) {
		while (prefix > 1 && ((guest ^ host) & mask_of(prefix)) != 0)
			prefix--;
	} else {
		host = (guest & mask_of(prefix)) + 1;
		host += host == guest;
	}
	fill(subnet_out, prefix, guest, host);
}

bool
subnet_holds(const char *network, uint32_t address)
{
	uint32_t base;
	unsigned prefix;

	return parse(network, &base, &prefix) &&
		((base ^ address) & mask_of(prefix)) == 0;
}
