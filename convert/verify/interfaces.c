/*
 * What the guest's interfaces have to look like in the isolated network.  A bond
 * gives its address to all of its cards, so a card is known by the one that was
 * burnt in; what needs a switch cannot come up, and is said instead of failed.
 * proof.c makes the verdict of it.
 */
#include "convert/verify/interfaces.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/json.h"
#include "common/strings.h"

enum { DEPTH = 5 };

/* The length of a name without the ":1" of an alias. */
static size_t
base_length(const char *name)
{
	return strcspn(name, ":");
}

static bool
is_called(const json_t *link, const char *name)
{
	const char *its = json_text(link, "name", "");

	return *name != '\0' && strlen(its) == base_length(name) &&
		strncmp(its, name, base_length(name)) == 0;
}

static bool
has_mac(const json_t *link, const char *mac)
{
	return strcasecmp(json_text(link, "permanent",
		json_text(link, "mac", "")), mac) == 0;
}

/*
 * By the address that was burnt in; of several that show it (a bond and its
 * cards, on old kernels) the one of that name, else a card.  Without an address
 * by name alone; an alias is an address of the interface that it stands on.
 */
static const json_t *
seen_interface(const json_t *facts, const json_t *wanted)
{
	const char *mac = json_text(wanted, "mac", "");
	const char *name = json_text(wanted, "name", "");
	const json_t *link, *found = NULL;
	size_t i;

	json_array_foreach(json_object_get(facts, "interfaces"), i, link) {
		if (*mac == '\0' ? !is_called(link, name) : !has_mac(link, mac))
			continue;
		if (found == NULL || is_called(link, name) ||
			(!is_called(found, name) && json_flag(link, "card", 0)))
			found = link;
	}
	return found;
}

/* "192.0.2.10" is "192.0.2.10/24" as well. */
static bool
holds_address(const json_t *list, const char *address)
{
	size_t n = strlen(address), i;
	const json_t *item;

	json_array_foreach(list, i, item) {
		const char *seen = json_is_string(item)
			? json_string_value(item) : "";

		if (strncasecmp(seen, address, n) == 0 &&
			(seen[n] == '\0' || (seen[n] == '/' &&
				strchr(address, '/') == NULL)))
			return true;
	}
	return false;
}

static bool
has_ipv4(const json_t *addresses)
{
	const json_t *item;
	size_t i;

	json_array_foreach(addresses, i, item)
		if (json_is_string(item) &&
			strchr(json_string_value(item), '.') != NULL)
			return true;
	return false;
}

static const char *
own_reason(const json_t *interface)
{
	static const char *const others[] = {"infiniband", "wireless", "ppp",
		"tunnel", NULL};
	const char *kind = json_text(interface, "kind", "");

	if (json_flag(interface, "missing", 0))
		return "the machine has no such card";
	if (strings_hold(others, kind))
		return "the VM has Ethernet cards only";
	if (strcmp(kind, "vlan") == 0)
		return "no switch carries tagged frames there";
	if (strcmp(json_text(interface, "mode", ""), "802.3ad") == 0)
		return "there is no switch that speaks LACP";
	if (json_flag(interface, "asks_peers", 0))
		return "who is asked by ARP for its links is not there";
	return NULL;
}

/* Why an interface need not work in isolation, or NULL: because of itself, or of
 * what it stands on. */
static const char *
reason_of(const json_t *guest, const json_t *interface, unsigned depth)
{
	const char *name = json_text(interface, "name", "");
	const char *parent = json_text(interface, "parent", "");
	const char *reason = own_reason(interface);
	const json_t *other;
	size_t i;

	json_array_foreach(json_object_get(guest, "interfaces"), i, other) {
		const char *its = json_text(other, "name", "");
		bool is_below = *name != '\0' &&
			strcmp(json_text(other, "master", ""), name) == 0;

		is_below |= *parent != '\0' && strcmp(its, parent) == 0;
		if (reason == NULL && is_below && depth < DEPTH)
			reason = reason_of(guest, other, depth + 1);
	}
	return reason;
}

/* Either a problem, or excused for `reason`. */
struct judgement {
	json_t *problems, *excused;
	const char *reason;
};

static void
lacks(const struct judgement *judgement, const char *name, const char *what)
{
	if (judgement->reason == NULL)
		json_add(judgement->problems, "%s %s", name, what);
	else
		json_add(judgement->excused, "%s %s: not expected while the "
			"network is isolated, because %s", name, what,
			judgement->reason);
}

static void
check_addresses(const struct judgement *judgement, const char *name,
	const json_t *link, const json_t *wanted)
{
	const json_t *addresses = json_object_get(link, "addresses"), *address;
	char what[128];
	size_t i;

	json_array_foreach(json_object_get(wanted, "addresses"), i, address) {
		if (!json_is_string(address) ||
			holds_address(addresses, json_string_value(address)))
			continue;
		snprintf(what, sizeof what, "does not have its address %.80s",
			json_string_value(address));
		lacks(judgement, name, what);
	}
	if (json_flag(wanted, "dhcp", 0) && !has_ipv4(addresses))
		lacks(judgement, name, "got no address by DHCP");
}

static void
check_one(struct judgement *judgement, const json_t *facts,
	const json_t *wanted)
{
	const char *mac = json_text(wanted, "mac", "");
	const char *name = json_text(wanted, "name", *mac == '\0' ? "?" : mac);
	const json_t *link = seen_interface(facts, wanted);

	if (link == NULL && judgement->reason != NULL) {
		lacks(judgement, name, "is not there");
		return;
	}
	if (link == NULL && *mac == '\0' &&
		strcmp(json_text(wanted, "kind", "card"), "card") != 0) {
		json_add(judgement->problems, "%s is not there", name);
		return;
	}
	if (link == NULL) {
		json_add(judgement->problems, "no network card %s (%s) in the "
			"guest", name, *mac == '\0' ? "address unknown" : mac);
		return;
	}
	if (json_text(wanted, "name", NULL) != NULL && !is_called(link, name))
		json_add(judgement->problems, "network card %s is now called %s",
			name, json_text(link, "name", "?"));
	check_addresses(judgement, name, link, wanted);
}

void
interfaces_check(json_t *problems, json_t *excused, const json_t *facts,
	const json_t *guest)
{
	const json_t *wanted;
	size_t i;

	json_array_foreach(json_object_get(guest, "interfaces"), i, wanted) {
		struct judgement judgement = {problems, excused,
			reason_of(guest, wanted, 0)};

		if (strcmp(json_text(wanted, "name", ""), "lo") != 0 &&
			!json_flag(wanted, "off", 0))
			check_one(&judgement, facts, wanted);
	}
}

bool
interfaces_unit_waits(const char *unit)
{
	static const char *const units[] = {"networking.service",
		"network.service", "wicked.service",
		"NetworkManager-wait-online.service",
		"systemd-networkd-wait-online.service", NULL};

	return strings_hold(units, unit) || string_starts(unit, "ifup@");
}
