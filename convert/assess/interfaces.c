/*
 * Every way in which a system is told about its interfaces: the table below.
 * Each reader adds what its files say; what they say of each other (bonds by
 * UUID, addresses by MAC) is brought together when all are read.  Cards get their
 * names in card-names.c.
 */
#include "convert/assess/interfaces.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/card-names.h"
#include "convert/assess/config-files.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest.h"
#include "convert/assess/leftover.h"
#include "convert/assess/interface.h"
#include "convert/assess/network-config.h"
#include "drivers-inject/names.h"

static const struct {
	const char *pattern;
	network_config_read *read;
} configurations[] = {
	{"/etc/network/interfaces", ifupdown_read},
	{"/etc/sysconfig/network-scripts/ifcfg-*", ifcfg_read},
	{"/etc/sysconfig/network/ifcfg-*", ifcfg_read},
	{"/etc/NetworkManager/system-connections/*", keyfile_read},
	{"/usr/lib/NetworkManager/system-connections/*", keyfile_read},
	{"/etc/netplan/*.yaml", netplan_read},
	{"/etc/systemd/network/*.netdev", networkd_read},
	{"/etc/systemd/network/*.network", networkd_read},
	{"/var/lib/connman/ethernet_*/settings", connman_read},
	{"/var/lib/connman/*.config", connman_config_read},
	{"/etc/net/ifaces/*/options", etcnet_read},
	{"/etc/net/ifaces/*/ipv[46]address", etcnet_read},
	{"/etc/net/ifaces/*/ipv[46]route", etcnet_read},
	{"/etc/conf.d/net", netifrc_read},
	{"/etc/rc.d/rc.inet1.conf", inet1_read},
};

enum { SOURCE_DEPTH = 5, SOURCE_LIMIT = 200 };

/* One reading of all configurations. */
struct reading {
	struct guest *guest;
	const struct guest_files *files;
	struct findings *findings;
	struct names sourced; /* files that others name: each is read once */
};

/* Of the interfaces that have come, or got their first address, since the last. */
static void
note_file(struct guest *guest, const char *path)
{
	for (size_t i = 0; i < guest->interface_count; i++) {
		struct guest_interface *interface = &guest->interfaces[i];
		bool has_addresses = interface->address_count > 0;

		if (*interface->file != '\0' &&
			(interface->file_has_addresses || !has_addresses))
			continue;
		snprintf(interface->file, sizeof interface->file, "%s", path);
		interface->file_has_addresses = has_addresses;
	}
}

static int read_file(struct reading *reading, const char *path,
	network_config_read *read, unsigned depth, struct error *err);

static int
read_sourced(struct reading *reading, const char *pattern, unsigned depth,
	struct error *err)
{
	AUTO(names_freep) struct names paths = {0};

	if (config_files(&paths, reading->files, pattern, err) == -1)
		return -1;
	for (size_t i = 0; i < paths.count; i++) {
		const char *path = paths.items[i];

		if (reading->sourced.count == SOURCE_LIMIT ||
			names_has(&reading->sourced, path))
			continue;
		if (names_add(&reading->sourced, path, err) == -1 ||
			read_file(reading, path, ifupdown_read, depth, err) ==
				-1)
			return -1;
	}
	return 0;
}

static int
follow_sources(struct reading *reading, const char *path, const char *text,
	unsigned depth, struct error *err)
{
	char pattern[512];

	while (depth < SOURCE_DEPTH &&
		reading->sourced.count < SOURCE_LIMIT &&
		ifupdown_source(&text, path, pattern))
		if (read_sourced(reading, pattern, depth + 1, err) == -1)
			return -1;
	return 0;
}

static int
read_file(struct reading *reading, const char *path, network_config_read *read,
	unsigned depth, struct error *err)
{
	AUTO(freep) char *text =
		config_text(reading->files, path, reading->findings);

	if (text == NULL)
		return 0;
	read(reading->guest, path, text);
	note_file(reading->guest, path);
	if (read != ifupdown_read)
		return 0;
	if (follow_sources(reading, path, text, depth, err) == -1)
		return -1;
	ifupdown_start(reading->guest, text);
	return 0;
}

static int
read_files(struct reading *reading, const char *pattern,
	network_config_read *read, struct error *err)
{
	AUTO(names_freep) struct names paths = {0};

	if (config_files(&paths, reading->files, pattern, err) == -1)
		return -1;
	for (size_t i = 0; i < paths.count; i++)
		if (read_file(reading, paths.items[i], read, 0, err) == -1)
			return -1;
	return 0;
}

static void
reading_freep(struct reading *reading)
{
	names_freep(&reading->sourced);
}

/* ---- bringing it together ---- */

/* By name, by another file's word for it, or by MAC. */
static struct guest_interface *
find(struct guest *guest, const char *word)
{
	for (size_t i = 0; i < guest->interface_count; i++) {
		struct guest_interface *interface = &guest->interfaces[i];

		if (strcmp(interface->name, word) == 0 ||
			strcmp(interface->id, word) == 0 ||
			strcmp(interface->mac, word) == 0)
			return interface;
	}
	return NULL;
}

/* Members are often configured nowhere else. */
static void
join_all(struct guest *guest)
{
	for (size_t i = 0; i < guest->joint_count; i++) {
		const struct guest_joint *joint = &guest->joints[i];
		struct guest_interface *member = find(guest, joint->member);
		const struct guest_interface *master;

		if (member == NULL && strpbrk(joint->member, "*?[/-:") == NULL)
			member = guest_interface(guest, joint->member);
		master = find(guest, joint->master);
		if (member == NULL || master == NULL || member == master)
			continue;
		if (member->file[0] == '\0')
			memcpy(member->file, master->file, sizeof member->file);
		if (joint->is_vlan)
			snprintf(find(guest, joint->master)->parent,
				sizeof member->parent, "%s", member->name);
		else
			snprintf(member->master, sizeof member->master, "%s",
				master->name);
	}
}

/* Kinds by what the names usually are, up to a digit, "-" or "_". */
static const struct {
	const char *start, *kind;
} usual[] = {
	{"bond", "bond"}, {"team", "team"}, {"br", "bridge"},
	{"vmbr", "bridge"}, {"xenbr", "bridge"}, {"virbr", "bridge"},
	{"ovs", "bridge"}, {"docker", "bridge"}, {"vlan", "vlan"},
	{"ib", "infiniband"}, {"tun", "tunnel"}, {"tap", "tunnel"},
	{"wg", "tunnel"}, {"sit", "tunnel"}, {"gre", "tunnel"},
	{"vti", "tunnel"}, {"ppp", "ppp"}, {"dummy", "dummy"},
	{"veth", "veth"},
};

static bool
is_usual(const char *name, const char *start)
{
	return string_starts(name, start) &&
		!isalpha((unsigned char)name[strlen(start)]);
}

static void
set_kinds(struct guest *guest)
{
	for (size_t i = 0; i < guest->interface_count; i++) {
		struct guest_interface *interface = &guest->interfaces[i];

		if (interface->kind == NULL && strchr(interface->name, '.'))
			interface->kind = "vlan";
		for (size_t k = 0; interface->kind == NULL &&
			interface->mac[0] == '\0' &&
			k < sizeof usual / sizeof *usual; k++)
			if (is_usual(interface->name, usual[k].start))
				interface->kind = usual[k].kind;
		interface->is_card = interface->kind == NULL ||
			strcmp(interface->kind, "wireless") == 0;
	}
}

/* What goes by the MAC alone belongs to whoever has it, once that is known. */
static void
merge(struct guest_interface *to, const struct guest_interface *from)
{
	if (*to->file == '\0' || !to->file_has_addresses)
		memcpy(to->file, from->file, sizeof to->file);
	for (size_t i = 0; i < from->address_count; i++)
		interface_add_address(to, from->addresses[i], "");
	interface_set_gateway(to, from->gateway);
	to->dhcp |= from->dhcp;
	if (to->master[0] == '\0')
		memcpy(to->master, from->master, sizeof to->master);
}

static struct guest_interface *
find_named(struct guest *guest, const char *mac)
{
	for (size_t i = 0; i < guest->interface_count; i++) {
		struct guest_interface *interface = &guest->interfaces[i];

		if (*interface->name != '\0' &&
			strcmp(interface->mac, mac) == 0)
			return interface;
	}
	return NULL;
}

static void
merge_nameless(struct guest *guest)
{
	for (size_t i = 0; i < guest->interface_count;) {
		struct guest_interface *one = &guest->interfaces[i];
		struct guest_interface *named = *one->name != '\0'
			? NULL
			: find_named(guest, one->mac);

		if (named == NULL) {
			i++;
			continue;
		}
		merge(named, one);
		guest->interface_count--;
		memmove(one, one + 1,
			(guest->interface_count - i) * sizeof *one);
	}
}

/* ---- what needs attention ---- */

/* The file that configures it, and what it is called there. */
static void
note(struct findings *findings, const char *rule,
	const struct guest_interface *interface, const char *more)
{
	const char *name = interface->name;
	char what[128];

	snprintf(what, sizeof what, "%s%s%s", name,
		*name != '\0' && *more != '\0' ? ", " : "", more);
	finding_add(findings, rule,
		*interface->file != '\0' ? interface->file : name, 0, what,
		NULL);
}

static void
report(const struct guest_interface *interface, struct findings *findings)
{
	/* Rules for cards that were replaced long ago say nothing else. */
	if (interface->is_missing && (interface->address_count > 0 ||
			(!interface->is_off && (interface->dhcp ||
				interface->master[0] != '\0'))))
		note(findings, "network.card-missing", interface,
			interface->mac);
	else if (interface->mac[0] == '\0' && interface->is_card &&
		!interface->is_off && !interface->is_missing)
		note(findings, "network.no-mac", interface, "");
	if (interface->address_count > 0)
		note(findings, "network.static-address", interface,
			interface->addresses[0]);
}

int
interfaces_read(struct guest *guest, const struct guest_files *files,
	const json_t *inventory, struct findings *findings, struct error *err)
{
	AUTO(reading_freep) struct reading reading = {guest, files, findings,
		{0}};

	card_names_inventory(guest, inventory);
	for (size_t i = 0; i < sizeof configurations / sizeof *configurations;
		i++)
		if (read_files(&reading, configurations[i].pattern,
			    configurations[i].read, err) == -1)
			return -1;
	if (card_names_read(guest, files, findings, err) == -1)
		return -1;
	join_all(guest);
	set_kinds(guest);
	card_names_pair(guest);
	merge_nameless(guest);
	leftover_cards_name(guest, findings);
	for (size_t i = 0; i < guest->interface_count; i++)
		report(&guest->interfaces[i], findings);
	return 0;
}
