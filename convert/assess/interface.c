/*
 * What configuration says of an interface, in one notation, whoever wrote it:
 * addresses, what belongs together, and modes of bonds.
 */
#include "convert/assess/interface.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "common/strings.h"
#include "convert/assess/guest.h"
#include "convert/assess/net-rule.h"

static bool
is_address(const char *text)
{
	struct in6_addr address;

	return inet_pton(AF_INET, text, &address) == 1 ||
		inet_pton(AF_INET6, text, &address) == 1;
}

/* As the kernel prints it: "2001:DB8:0::1" is "2001:db8::1". */
static void
make_canonical(char text[48])
{
	struct in6_addr address;

	if (inet_pton(AF_INET6, text, &address) == 1)
		inet_ntop(AF_INET6, &address, text, 48);
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

static bool
has_address(const struct guest_interface *interface, const char *plain)
{
	size_t n = strlen(plain);

	for (size_t i = 0; i < interface->address_count; i++) {
		const char *known = interface->addresses[i];

		if (strncmp(known, plain, n) == 0 &&
			(known[n] == '\0' || known[n] == '/'))
			return true;
	}
	return false;
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
	make_canonical(plain);
	if (!is_address(plain) || has_address(interface, plain))
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

/* ---- what belongs together ---- */

/* As the kernel numbers them. */
static const char *const modes[] = {"balance-rr", "active-backup",
	"balance-xor", "broadcast", "802.3ad", "balance-tlb", "balance-alb"};

void
interface_set_mode(struct guest_interface *interface, const char *mode)
{
	size_t n = strcspn(mode, " \t\"',");

	if (n == 1 && *mode >= '0' && *mode <= '6')
		mode = modes[*mode - '0'];
	else if (n == 0 || n >= sizeof interface->mode)
		return;
	snprintf(interface->mode, sizeof interface->mode, "%.*s",
		(int)strcspn(mode, " \t\"',"), mode);
}

void
interface_set_options(struct guest_interface *interface, const char *options)
{
	const char *mode = strstr(options, "mode=");

	if (mode != NULL)
		interface_set_mode(interface, mode + strlen("mode="));
	if (strstr(options, "arp_ip_target=") != NULL)
		interface->asks_peers = true;
}

struct guest_interface *
interface_by_mac(struct guest *guest, const char *mac)
{
	struct guest_interface *interface;
	char plain[18];

	if (!mac_parse(mac, plain))
		return NULL;
	for (size_t i = 0; i < guest->interface_count; i++) {
		if (strcmp(guest->interfaces[i].mac, plain) == 0)
			return &guest->interfaces[i];
	}
	if (guest->interface_count == GUEST_INTERFACES)
		return NULL;
	interface = &guest->interfaces[guest->interface_count++];
	memcpy(interface->mac, plain, sizeof plain);
	return interface;
}

static void
join(struct guest *guest, const char *member, size_t bytes, const char *master,
	bool is_vlan)
{
	struct guest_joint *joint = &guest->joints[guest->joint_count];

	if (guest->joint_count == GUEST_JOINTS || bytes == 0 ||
		bytes >= sizeof joint->member || *master == '\0' ||
		strlen(master) >= sizeof joint->master)
		return;
	snprintf(joint->member, sizeof joint->member, "%.*s", (int)bytes,
		member);
	snprintf(joint->master, sizeof joint->master, "%s", master);
	joint->is_vlan = is_vlan;
	guest->joint_count++;
}

void
interface_join(struct guest *guest, const char *member, const char *master)
{
	join(guest, member, strlen(member), master, false);
}

void
interface_join_all(struct guest *guest, const char *members,
	const char *master)
{
	static const char blanks[] = " \t\"',;()[]";

	for (members += strspn(members, blanks); *members != '\0';
		members += strspn(members, blanks)) {
		size_t n = strcspn(members, blanks);

		if (n != 4 || strncmp(members, "none", 4) != 0)
			join(guest, members, n, master, false);
		members += n;
	}
}

/* "eth0.100", "vlan100", "vlan0100" */
static unsigned
vlan_of(const char *name)
{
	const char *dot = strrchr(name, '.');
	unsigned id = 0;

	if (dot == NULL && string_starts(name, "vlan"))
		dot = name + 3;
	if (dot == NULL || strlen(dot + 1) > 4 ||
		sscanf(dot + 1, "%u", &id) != 1 || id > 4095)
		return 0;
	return id;
}

void
interface_set_vlan(struct guest *guest, struct guest_interface *vlan,
	const char *parent, unsigned id)
{
	vlan->kind = "vlan";
	vlan->vlan = id == 0 || id > 4095 ? vlan_of(vlan->name) : id;
	join(guest, parent, strlen(parent), vlan->name, true);
}

/* "pci-0000:02:00.0", "/devices/pci0000:00/.../0000:02:00.0" */
static const char *
slot_of(const char *text)
{
	const char *colon = strrchr(text, ':');

	return colon != NULL && colon - text >= 7 ? colon - 7 : text;
}

const struct guest_card *
interface_card(const struct guest *guest, const char *slot, const char *driver)
{
	const struct guest_card *found = NULL;

	for (size_t i = 0; i < guest->card_count; i++) {
		const struct guest_card *card = &guest->cards[i];

		if (*slot != '\0' ? strcmp(card->slot, slot_of(slot)) != 0
				  : *driver == '\0' ||
				strcmp(card->driver, driver) != 0)
			continue;
		if (found != NULL)
			return NULL;
		found = card;
	}
	return found;
}

void
interface_match(struct guest *guest, const char *path, const char *slot,
	const char *driver, const char *name)
{
	struct guest_match *match = &guest->matches[guest->match_count];
	const struct guest_card *card = interface_card(guest, slot, driver);

	if (guest->match_count == GUEST_MATCHES ||
		(*slot == '\0' && *driver == '\0') ||
		strlen(path) >= sizeof match->path)
		return;
	snprintf(match->path, sizeof match->path, "%s", path);
	snprintf(match->slot, sizeof match->slot, "%.12s", slot_of(slot));
	snprintf(match->driver, sizeof match->driver, "%.31s", driver);
	snprintf(match->name, sizeof match->name, "%.31s", name);
	snprintf(match->mac, sizeof match->mac, "%s",
		card == NULL ? "" : card->mac);
	guest->match_count++;
}

void
interface_patterns(struct guest *guest, const char *path, const char *patterns)
{
	static const char blanks[] = " \t;";
	struct guest_pattern *pattern;
	size_t n;

	if (strchr(patterns, '!') != NULL)
		return;
	for (; *patterns != '\0'; patterns += n) {
		patterns += strspn(patterns, blanks);
		n = strcspn(patterns, blanks);
		pattern = &guest->patterns[guest->pattern_count];
		if (guest->pattern_count == GUEST_PATTERNS ||
			strlen(path) >= sizeof pattern->path)
			return;
		if (n == 0 || n >= sizeof pattern->text)
			continue;
		snprintf(pattern->text, sizeof pattern->text, "%.*s", (int)n,
			patterns);
		snprintf(pattern->path, sizeof pattern->path, "%s", path);
		guest->pattern_count++;
	}
}
