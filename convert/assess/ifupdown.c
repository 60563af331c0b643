/*
 * /etc/network/interfaces of Debian and its kin: which interfaces have which
 * addresses.  The file itself needs no change as long as the names stay, which
 * rewrite/network.c sees to.
 */
#include "convert/assess/network-config.h"

#include <stdio.h>
#include <string.h>

#include "common/strings.h"
#include "convert/assess/guest.h"
#include "convert/assess/interface.h"

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
option(struct guest_interface *interface, const char *key, const char *value)
{
	if (strcmp(key, "address") == 0)
		interface_add_address(interface, value, "");
	else if (strcmp(key, "netmask") == 0)
		interface_add_mask(interface, value);
	else if (strcmp(key, "gateway") == 0)
		interface_set_gateway(interface, value);
}

void
ifupdown_read(struct guest *guest, const char *path, const char *text)
{
	struct guest_interface *interface = NULL;

	(void)path;
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
		} else if (string_starts(word[0], "auto") ||
			string_starts(word[0], "allow-") ||
			string_starts(word[0], "mapping") ||
			string_starts(word[0], "source")) {
			interface = NULL;
		} else if (interface != NULL) {
			option(interface, word[0], word[1]);
		}
	}
}
