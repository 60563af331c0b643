/*
 * The VM keeps each card's MAC address; with a rule that keys the old name on
 * it, everything that is configured by name keeps working unread.
 */
#include "convert/rewrite/network.h"

#include <stdio.h>
#include <string.h>

#include "convert/assess/finding.h"
#include "convert/assess/guest.h"

/* PermanentMACAddress= exists since then; MACAddress= matches VLANs as well. */
enum { SYSTEMD_WITH_PERMANENT_MAC = 245 };

static bool
is_plain_name(const char *name)
{
	return *name != '\0' &&
		name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")] ==
			'\0';
}

static void
make_link(struct network_rule *rule, const struct guest_interface *interface)
{
	rule->is_appended = false;
	snprintf(rule->path, sizeof rule->path,
		"/etc/systemd/network/10-unrack-%s.link", interface->name);
	snprintf(rule->text, sizeof rule->text,
		"# Made by unrack: this card had this name in the old machine.\n"
		"[Match]\nPermanentMACAddress=%s\n\n[Link]\nName=%s\n",
		interface->mac, interface->name);
}

static void
make_udev(struct network_rule *rule, const struct guest_interface *interface)
{
	rule->is_appended = true;
	snprintf(rule->path, sizeof rule->path,
		"/etc/udev/rules.d/70-persistent-net.rules");
	snprintf(rule->text, sizeof rule->text,
		"# Made by unrack: this card had this name in the old machine.\n"
		"SUBSYSTEM==\"net\", ACTION==\"add\", DRIVERS==\"?*\", "
		"ATTR{address}==\"%s\", ATTR{type}==\"1\", NAME=\"%s\"\n",
		interface->mac, interface->name);
}

bool
network_rule(struct network_rule *rule_out, const struct guest *guest,
	const struct guest_interface *interface, struct findings *findings)
{
	char what[64];

	if (!interface->is_card || interface->mac[0] == '\0' ||
		!is_plain_name(interface->name))
		return false;
	snprintf(what, sizeof what, "%s, %s", interface->name, interface->mac);
	if (interface->name_is_kept) {
		finding_add(findings, "network.name-kept",
			"/etc/udev/rules.d", 0, what, NULL);
		return false;
	}
	if (guest->systemd >= SYSTEMD_WITH_PERMANENT_MAC)
		make_link(rule_out, interface);
	else
		make_udev(rule_out, interface);
	finding_add(findings, "network.name-kept", rule_out->path, 0, what,
		"A rule keyed on the MAC address was added.");
	return true;
}
