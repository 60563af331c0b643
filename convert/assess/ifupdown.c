/*
 * /etc/network/interfaces of Debian and its kin: which interfaces have which
 * addresses.  The file itself needs no change as long as the names stay, which
 * rewrite/network.c sees to.
 */
#include "convert/assess/ifupdown.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "common/strings.h"
#include "convert/assess/guest.h"

/* "192.0.2.10" and "255.255.255.0" to "192.0.2.10/24". */
static void
add_prefix(char *address, size_t room, const char *netmask)
{
	struct in_addr mask;
	size_t used = strlen(address);

	if (strchr(address, '/') != NULL)
		return;
	if (inet_pton(AF_INET, netmask, &mask) == 1)
		snprintf(address + used, room - used, "/%d",
			__builtin_popcount(mask.s_addr));
	else if (strspn(netmask, "0123456789") == strlen(netmask))
		snprintf(address + used, room - used, "/%.3s", netmask);
}

/* "eth0:1" is another address of eth0. */
static struct guest_interface *
begin(struct guest *guest, const char *name, const char *family,
	const char *method)
{
	struct guest_interface *interface;
	char plain[64];

	snprintf(plain, sizeof plain, "%.*s", (int)strcspn(name, ":"), name);
	if (strcmp(plain, "lo") == 0 || string_starts(family, "inet") == 0)
		return NULL;
	interface = guest_interface(guest, plain);
	if (interface != NULL && strcmp(method, "dhcp") == 0)
		interface->dhcp = true;
	return interface;
}

static void
option(struct guest_interface *interface, const char *key, const char *value,
	size_t *current)
{
	if (strcmp(key, "address") == 0 && strlen(value) < 60 &&
		interface->address_count < GUEST_ADDRESSES) {
		*current = interface->address_count++;
		snprintf(interface->addresses[*current],
			sizeof interface->addresses[0], "%s", value);
	} else if (strcmp(key, "netmask") == 0 &&
		*current < interface->address_count) {
		add_prefix(interface->addresses[*current],
			sizeof interface->addresses[0], value);
	} else if (strcmp(key, "gateway") == 0 && strlen(value) < 60) {
		if (interface->gateway[0] == '\0')
			snprintf(interface->gateway, sizeof interface->gateway,
				"%s", value);
	}
}

void
ifupdown_read(struct guest *guest, const char *text)
{
	struct guest_interface *interface = NULL;
	size_t current = GUEST_ADDRESSES;

	while (*text != '\0') {
		char line[512], word[4][128] = {"", "", "", ""};
		size_t bytes = strcspn(text, "\n");

		snprintf(line, sizeof line, "%.*s", (int)bytes, text);
		text += bytes + (text[bytes] == '\n');
		if (sscanf(line, " %127s %127s %127s %127s", word[0], word[1],
			    word[2], word[3]) < 1 ||
			word[0][0] == '#')
			continue;
		if (strcmp(word[0], "iface") == 0) {
			interface = begin(guest, word[1], word[2], word[3]);
			current = GUEST_ADDRESSES;
		} else if (string_starts(word[0], "auto") ||
			string_starts(word[0], "allow-") ||
			string_starts(word[0], "mapping") ||
			string_starts(word[0], "source")) {
			interface = NULL;
		} else if (interface != NULL) {
			option(interface, word[0], word[1], &current);
		}
	}
}
