/*
 * Which card has which name.  The guest's own rules come first: udev's, systemd's
 * .link files, iftab and mactab.  What they leave open is told by the inventory,
 * as far as there is no doubt.  rewrite/network.c makes the rules that lack.
 */
#include "convert/assess/card-names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/error.h"
#include "common/json.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/config-files.h"
#include "convert/assess/guest.h"
#include "convert/assess/ini.h"
#include "convert/assess/interface.h"
#include "convert/assess/net-rule.h"
#include "convert/assess/network-config.h"
#include "drivers-inject/guest.h"
#include "drivers-inject/names.h"

/* ---- the machine's cards ---- */

static void
add_name(struct guest_card *card, const char *name)
{
	if (card->name_count < GUEST_CARD_NAMES && string_is_interface(name))
		strcpy(card->names[card->name_count++], name);
}

/*
 * An inventory without "names" is an older one, or made by hand; then "eth0" may
 * be whatever came first.
 */
static void
add_names(struct guest_card *card, const json_t *nic)
{
	const json_t *names = json_object_get(nic, "names"), *name;
	size_t i;

	json_array_foreach(names, i, name)
	{
		if (json_is_string(name))
			add_name(card, json_string_value(name));
	}
	if (names == NULL && !string_starts(json_text(nic, "name", ""), "eth"))
		add_name(card, json_text(nic, "name", ""));
}

/* Did the guest itself say it, and not a rescue system in its machine? */
static bool
is_of_guest(const struct guest *guest, const json_t *inventory)
{
	const char *uuid = json_text(inventory, "root_uuid", "");

	return *uuid != '\0' && strcasecmp(uuid, guest->root_uuid) == 0;
}

void
card_names_inventory(struct guest *guest, const json_t *inventory)
{
	const json_t *nics = json_object_get(inventory, "nics"), *nic;
	bool is_running = is_of_guest(guest, inventory);
	size_t i;

	guest->has_inventory = json_is_array(nics);
	json_array_foreach(nics, i, nic)
	{
		struct guest_card *card = &guest->cards[guest->card_count];
		const char *mac = json_text(nic, "permanent_mac", NULL);

		if (guest->card_count == GUEST_CARDS)
			return;
		if (!mac_parse(mac == NULL ? json_text(nic, "mac", "") : mac,
			    card->mac))
			continue;
		add_names(card, nic);
		card->is_running = is_running && card->name_count > 0 &&
			strcmp(card->names[0], json_text(nic, "name", "")) == 0;
		card->has_link = json_flag(nic, "link", 0);
		snprintf(card->driver, sizeof card->driver, "%.31s",
			json_text(nic, "driver", ""));
		snprintf(card->slot, sizeof card->slot, "%.15s",
			json_text(json_object_get(nic, "pci"), "address", ""));
		guest->card_count++;
	}
}

/* ---- the guest's own rules ---- */

static void
name_card(struct guest *guest, const char *name, const char *mac, bool is_kept)
{
	struct guest_interface *interface;
	char plain[18];

	if (!mac_parse(mac, plain) ||
		(interface = guest_interface(guest, name)) == NULL)
		return;
	memcpy(interface->mac, plain, sizeof plain);
	interface->name_is_kept = is_kept;
}

static void
read_udev_rules(struct guest *guest, const char *path, const char *text)
{
	struct net_rule rule;
	unsigned number = 0;

	while (net_rule_next(&text, &number, &rule)) {
		const struct guest_card *card =
			interface_card(guest, rule.slot, rule.driver);

		if (rule.mac[0] != '\0') {
			name_card(guest, rule.name, rule.mac,
				rule.works_anywhere);
			continue;
		}
		interface_match(guest, path, rule.slot, rule.driver, rule.name);
		if (card != NULL)
			name_card(guest, rule.name, card->mac, false);
	}
}

/* Keys of [Match] that are the same in the VM, whatever they say. */
static bool
holds_anywhere(const char *key)
{
	static const char *const keys[] = {"MACAddress",
		"PermanentMACAddress", "Type", "Architecture", NULL};

	return strings_hold(keys, key);
}

/* What a file of its own may set without loss, as the name is what it is for. */
static bool
is_about_names(const char *key)
{
	static const char *const keys[] = {"Name", "NamePolicy",
		"AlternativeName", "AlternativeNamesPolicy", "Description",
		"MACAddressPolicy", NULL};

	return strings_hold(keys, key);
}

/* Only what is for Ethernet cards: `mac` is that of the only one, or empty. */
static void
note_link(struct guest *guest, const char *path, const char *text,
	const char *mac)
{
	struct guest_link *link = &guest->links[guest->link_count];
	struct ini ini = {.next = text};
	char *to = link->settings;
	size_t used = 0;

	if (guest->link_count == GUEST_LINKS ||
		strlen(path) >= sizeof link->path)
		return;
	while (ini_next(&ini)) {
		if (ini_is(&ini, "Match", "Type") &&
			strcmp(ini.value, "ether") != 0)
			return;
		if (strcmp(ini.section, "Link") == 0 &&
			!is_about_names(ini.key) &&
			used < sizeof link->settings)
			used += (size_t)snprintf(to + used,
				sizeof link->settings - used, "%s%s=%s",
				used == 0 ? "" : " ", ini.key, ini.value);
	}
	snprintf(link->path, sizeof link->path, "%s", path);
	snprintf(link->mac, sizeof link->mac, "%s", mac);
	guest->link_count++;
}

static void
read_link(struct guest *guest, const char *path, const char *text)
{
	char plain[18] = "";
	char name[64] = "", mac[64] = "", slot[128] = "", driver[64] = "";
	struct ini ini = {.next = text};
	const struct guest_card *card;
	bool holds = true;

	while (ini_next(&ini)) {
		if (ini_is(&ini, "Link", "Name"))
			snprintf(name, sizeof name, "%.63s", ini.value);
		else if (ini_is(&ini, "Match", "Path"))
			snprintf(slot, sizeof slot, "%.127s", ini.value);
		else if (ini_is(&ini, "Match", "Driver"))
			snprintf(driver, sizeof driver, "%.63s", ini.value);
		if (ini_is(&ini, "Match", "MACAddress") ||
			ini_is(&ini, "Match", "PermanentMACAddress"))
			snprintf(mac, sizeof mac, "%.63s", ini.value);
		else if (strcmp(ini.section, "Match") == 0)
			holds &= holds_anywhere(ini.key);
	}
	card = interface_card(guest, slot, driver);
	if (card != NULL)
		memcpy(plain, card->mac, sizeof plain);
	if (*mac != '\0' ? mac_parse(mac, plain)
			 : card != NULL || (*slot == '\0' && *driver == '\0'))
		note_link(guest, path, text, plain);
	/* rewrite/network.c makes it hold */
	if (*mac == '\0')
		interface_match(guest, path, slot, driver, name);
	if (*name == '\0')
		return;
	if (*mac != '\0')
		name_card(guest, name, mac, holds);
	else if (card != NULL)
		name_card(guest, name, card->mac, true);
}

/* "eth0 mac 00:11:22:33:44:55 arp 1" and "eth0 00:11:22:33:44:55" */
static void
read_table(struct guest *guest, const char *path, const char *text)
{
	(void)path;
	for (; *text != '\0'; text += *text == '\n') {
		char line[256], word[3][64] = {"", "", ""};
		size_t bytes = strcspn(text, "\n");

		snprintf(line, sizeof line, "%.*s", (int)bytes, text);
		text += bytes;
		if (sscanf(line, " %63s %63s %63s", word[0], word[1],
			    word[2]) >= 2 && word[0][0] != '#')
			name_card(guest, word[0],
				strcmp(word[1], "mac") == 0 ||
						strcmp(word[1], "mac=") == 0
					? word[2]
					: word[1],
				true);
	}
}

static const struct {
	const char *pattern;
	network_config_read *read;
} sources[] = {
	{"/etc/udev/rules.d/*.rules", read_udev_rules},
	{"/etc/systemd/network/*.link", read_link},
	{"/etc/iftab", read_table},
	{"/etc/mactab", read_table},
};

/* ---- how it can be told others ---- */

/* The first that is there tells; what is beyond an age has more of them. */
static const struct {
	const char *path;
	enum naming naming;
	const char *word; /* that the file must hold */
} signs[] = {
	{"/lib/udev/rename_netiface", NAMING_SLES10, NULL},
	{"/etc/udev/rules.d/30-net_persistent_names.rules", NAMING_SLES10,
		NULL},
	{"/etc/udev/rules.d/z25_persistent-net.rules", NAMING_UDEV_Z25, NULL},
	{"/etc/udev/persistent-net-generator.rules", NAMING_UDEV_Z25, NULL},
	{"/etc/iftab", NAMING_IFTAB, NULL},
	{"/lib/udev/write_net_rules", NAMING_UDEV, NULL},
	{"/etc/udev/rules.d/70-persistent-net.rules", NAMING_UDEV, NULL},
	{"/etc/sysconfig/network-scripts/ifup-eth", NAMING_HWADDR, NULL},
	{"/sbin/udevd", NAMING_UDEV, NULL},
	{"/lib/udev/udevd", NAMING_UDEV, NULL},
	{"/sbin/udevadm", NAMING_UDEV, NULL},
	{"/usr/bin/udevadm", NAMING_UDEV, NULL},
	{"/bin/udevadm", NAMING_UDEV, NULL},
	{"/etc/mdev.conf", NAMING_MACTAB, "nameif"},
	{"/etc/mactab", NAMING_MACTAB, NULL},
};

enum { SYSTEMD_WITH_PERMANENT_MAC = 245 };

static bool
is_systemd(const struct guest *guest)
{
	return guest->init != NULL && strcmp(guest->init, "systemd") == 0;
}

static enum naming
find_naming(const struct guest *guest, const struct guest_files *files,
	struct findings *findings)
{
	struct error ignored;

	if (guest->systemd >= SYSTEMD_WITH_PERMANENT_MAC)
		return NAMING_LINK;
	/* Red Hat's 7 does not tell the version, and has ifup-eth as before. */
	if (guest->systemd > 0 || is_systemd(guest))
		return NAMING_UDEV;
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		AUTO(freep) char *text = NULL;

		if (guest_has_file(files, signs[i].path, &ignored) != 1)
			continue;
		if (signs[i].word == NULL)
			return signs[i].naming;
		text = config_text(files, signs[i].path, findings);
		if (text != NULL && strstr(text, signs[i].word) != NULL)
			return signs[i].naming;
	}
	return NAMING_NONE;
}

int
card_names_read(struct guest *guest, const struct guest_files *files,
	struct findings *findings, struct error *err)
{
	guest->naming = find_naming(guest, files, findings);
	/* There, the card that a file names is the one that gets the name. */
	for (size_t i = 0; guest->naming == NAMING_HWADDR &&
		i < guest->interface_count; i++)
		guest->interfaces[i].name_is_kept =
			guest->interfaces[i].mac[0] != '\0';
	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
		AUTO(names_freep) struct names paths = {0};

		if (config_files(&paths, files, sources[i].pattern, err) == -1)
			return -1;
		for (size_t k = 0; k < paths.count; k++) {
			AUTO(freep) char *text =
				config_text(files, paths.items[k], findings);

			if (text != NULL)
				sources[i].read(guest, paths.items[k], text);
		}
	}
	return 0;
}

/* ---- what they leave open ---- */

static bool
has_interface(const struct guest *guest, const char *mac)
{
	for (size_t i = 0; i < guest->interface_count; i++) {
		if (strcmp(guest->interfaces[i].mac, mac) == 0)
			return true;
	}
	return false;
}

/* By an interface, or by a file that goes by its slot or driver. */
static bool
mac_is_taken(const struct guest *guest, const char *mac)
{
	for (size_t i = 0; i < guest->match_count; i++) {
		if (strcmp(guest->matches[i].mac, mac) == 0)
			return true;
	}
	return has_interface(guest, mac);
}

/* "eno1" for "eno1np0" as well, which only newer systemd makes of it. */
static bool
is_alike(const char *name, const char *known)
{
	size_t n = strlen(name);
	const char *rest = known + n;

	if (strncmp(known, name, n) != 0)
		return false;
	if (*rest == '\0')
		return true;
	return string_starts(rest, "np") && rest[2] != '\0' &&
		rest[2 + strspn(rest + 2, "0123456789")] == '\0';
}

static bool
has_name(const struct guest_card *card, const char *name)
{
	for (size_t i = 0; i < card->name_count; i++)
		if (is_alike(name, card->names[i]))
			return true;
	return false;
}

/* Does systemd make "enp2s0f1" of the slot 0000:02:00.1? */
static bool
is_named_by_path(const char *name, const struct guest_card *card)
{
	unsigned domain, bus, device, function, b, d, f = 0;
	int end = 0;

	if (sscanf(card->slot, "%x:%x:%x.%x", &domain, &bus, &device,
		    &function) != 4)
		return false;
	if (sscanf(name, "enp%3us%3uf%3u%n", &b, &d, &f, &end) != 3) {
		f = 0;
		if (sscanf(name, "enp%3us%3u%n", &b, &d, &end) != 2)
			return false;
	}
	return name[end] == '\0' && domain == 0 && b == bus && d == device &&
		f == function;
}

/* "enx525400123456" */
static bool
is_named_by_mac(const char *name, const struct guest_card *card)
{
	char made[16] = "enx";

	for (size_t i = 0, n = 3; card->mac[i] != '\0' && n < 15; i++)
		if (card->mac[i] != ':')
			made[n++] = card->mac[i];
	return strcmp(name, made) == 0;
}

/*
 * biosdevname's "em1" is systemd's "eno1"; "p2p1" and "p2p2", a port of the card in
 * a slot, are "ens2f0" and "ens2f1".
 */
static bool
is_named_by_biosdevname(const char *name, const struct guest_card *card)
{
	char first[16], other[16] = "", only[16] = "";
	unsigned slot, port;
	int end = 0;

	if (sscanf(name, "em%3u%n", &slot, &end) == 1 && name[end] == '\0') {
		snprintf(first, sizeof first, "eno%u", slot);
		return has_name(card, first);
	}
	if (sscanf(name, "p%4up%3u%n", &slot, &port, &end) != 2 ||
		name[end] != '\0' || port == 0)
		return false;
	snprintf(first, sizeof first, "ens%uf%u", slot, port - 1);
	snprintf(other, sizeof other, "ens%ud%u", slot, port - 1);
	snprintf(only, sizeof only, "ens%u", slot);
	return has_name(card, first) || has_name(card, other) ||
		(port == 1 && has_name(card, only));
}

typedef bool is_named(const char *name, const struct guest_card *card);

/* For what the inventory does not tell, or tells in systemd's words. */
static is_named *const other_ways[] = {
	is_named_by_path, is_named_by_mac, is_named_by_biosdevname};

enum { WAYS = GUEST_CARD_NAMES + sizeof other_ways / sizeof *other_ways };

/*
 * The likeliest names come first: those in the order of the card's own.  Where the
 * guest said how it calls the card, there is no other.
 */
static bool
is_named_in_way(const char *name, const struct guest_card *card, size_t way)
{
	if (card->is_running && way > 0)
		return false;
	if (way >= GUEST_CARD_NAMES)
		return other_ways[way - GUEST_CARD_NAMES](name, card);
	return way < card->name_count && is_alike(name, card->names[way]);
}

static bool
lacks_card(const struct guest_interface *interface)
{
	return interface->mac[0] == '\0' && interface->is_card;
}

/*
 * The only free card that has the name in that way, or NULL.  A file that sets its
 * MTU by its slot, say, does not make it another's.
 */
static const struct guest_card *
card_named(const struct guest *guest, const char *name, size_t way)
{
	const struct guest_card *found = NULL;

	for (size_t i = 0; i < guest->card_count; i++) {
		const struct guest_card *card = &guest->cards[i];

		if (has_interface(guest, card->mac) ||
			!is_named_in_way(name, card, way))
			continue;
		if (found != NULL)
			return NULL;
		found = card;
	}
	return found;
}

static void
pair_by_name(struct guest *guest)
{
	for (size_t way = 0; way < WAYS; way++)
		for (size_t i = 0; i < guest->interface_count; i++) {
			struct guest_interface *interface =
				&guest->interfaces[i];
			const struct guest_card *card =
				!lacks_card(interface) ? NULL
				: card_named(guest, interface->name, way);

			if (card != NULL)
				memcpy(interface->mac, card->mac,
					sizeof card->mac);
		}
}

/* One of each belong together, unless the card is known by another name. */
static void
pair_last(struct guest *guest)
{
	struct guest_interface *last = NULL;
	const struct guest_card *card = NULL;
	size_t names_left = 0, cards_left = 0;

	for (size_t i = 0; i < guest->interface_count; i++) {
		if (!lacks_card(&guest->interfaces[i]))
			continue;
		last = &guest->interfaces[i];
		names_left++;
	}
	for (size_t i = 0; i < guest->card_count; i++) {
		if (mac_is_taken(guest, guest->cards[i].mac))
			continue;
		card = &guest->cards[i];
		cards_left++;
	}
	if (names_left == 1 && cards_left == 1 &&
		!(card->is_running && last->name[0] != '\0'))
		memcpy(last->mac, card->mac, sizeof card->mac);
}

static bool
machine_has(const struct guest *guest, const char *mac)
{
	for (size_t i = 0; i < guest->card_count; i++)
		if (strcmp(guest->cards[i].mac, mac) == 0)
			return true;
	return false;
}

static bool
any_card_is_free(const struct guest *guest)
{
	for (size_t i = 0; i < guest->card_count; i++)
		if (!mac_is_taken(guest, guest->cards[i].mac))
			return true;
	return false;
}

void
card_names_pair(struct guest *guest)
{
	pair_by_name(guest);
	pair_last(guest);
	for (size_t i = 0; guest->has_inventory && i < guest->interface_count;
		i++) {
		struct guest_interface *interface = &guest->interfaces[i];

		if (interface->is_card)
			interface->is_missing = interface->mac[0] == '\0'
				? !any_card_is_free(guest)
				: !machine_has(guest, interface->mac);
	}
}
