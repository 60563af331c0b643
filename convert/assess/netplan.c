/*
 * netplan's YAML, read as a stream of events by libyaml: the path of each value
 * is all that is needed, and aliases are never expanded.  See network-config.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "common/strings.h"
#include "convert/assess/guest.h"
#include "convert/assess/interface.h"
#include "convert/assess/network-config.h"

/* network / ethernets / eth0 / match / macaddress, and some to spare. */
/* Deeper than anyone nests; the parser's time goes by the square of the depth. */
enum { DEPTH = 8, INTERFACE = 3, DEPTH_LIMIT = 64 };

/* A mapping or list that is open. */
struct level {
	bool is_list, awaits_value;
	char key[64]; /* the last one read */
};

struct walk {
	struct guest *guest;
	int depth; /* levels that are open; those beyond DEPTH are not kept */
	struct level levels[DEPTH];
	struct guest_interface interface; /* the one that is being read */
	char set_name[32], match_name[32], driver[32], link[32];
	char members[512]; /* of a bond or bridge, by netplan's own names */
	const char *path;
	bool has_match;
};

static const char *
key_at(const struct walk *walk, int level)
{
	return level < walk->depth && level < DEPTH ? walk->levels[level].key
						    : "";
}

static bool
is_in_interface(const struct walk *walk)
{
	return walk->depth > INTERFACE &&
		strcmp(key_at(walk, 0), "network") == 0;
}

static void
note_parameter(struct walk *walk, const char *key, const char *value)
{
	if (strcmp(key, "mode") == 0)
		interface_set_mode(&walk->interface, value);
	else if (strcmp(key, "arp-ip-targets") == 0)
		walk->interface.asks_peers = true;
}

static void
note_match(struct walk *walk, const char *key, const char *value)
{
	if (strcmp(key, "name") == 0)
		snprintf(walk->match_name, sizeof walk->match_name, "%s", value);
	else if (strcmp(key, "macaddress") == 0)
		interface_set_mac(&walk->interface, value);
	else if (strcmp(key, "driver") == 0)
		snprintf(walk->driver, sizeof walk->driver, "%s", value);
}

static void
note_member(struct walk *walk, const char *value)
{
	size_t used = strlen(walk->members);

	snprintf(walk->members + used, sizeof walk->members - used, " %s",
		value);
}

static void
note(struct walk *walk, const char *value)
{
	const char *key = key_at(walk, INTERFACE);
	const char *below = key_at(walk, INTERFACE + 1);

	if (strcmp(key, "addresses") == 0)
		interface_add_address(&walk->interface, value, "");
	else if (strcmp(key, "dhcp4") == 0)
		walk->interface.dhcp = strcmp(value, "true") == 0 ||
			strcmp(value, "yes") == 0;
	else if (strcmp(key, "gateway4") == 0 || strcmp(key, "gateway6") == 0 ||
		(strcmp(key, "routes") == 0 &&
			strcmp(key_at(walk, INTERFACE + 2), "via") == 0))
		interface_set_gateway(&walk->interface, value);
	else if (strcmp(key, "set-name") == 0)
		snprintf(walk->set_name, sizeof walk->set_name, "%s", value);
	else if (strcmp(key, "match") == 0)
		note_match(walk, below, value);
	else if (strcmp(key, "parameters") == 0)
		note_parameter(walk, below, value);
	else if (strcmp(key, "interfaces") == 0)
		note_member(walk, value);
	else if (strcmp(key, "link") == 0)
		snprintf(walk->link, sizeof walk->link, "%s", value);
	else if (strcmp(key, "id") == 0)
		walk->interface.vlan = (unsigned)strtoul(value, NULL, 10);
	else if (strcmp(key, "activation-mode") == 0)
		walk->interface.is_off = true;
}

/*
 * What the interface is called in the system.  With `match` the key is netplan's
 * own word for it, and the name may be anything.
 */
static const char *
name_of(const struct walk *walk)
{
	if (walk->set_name[0] != '\0')
		return walk->set_name;
	if (!walk->has_match)
		return key_at(walk, INTERFACE - 1);
	return strpbrk(walk->match_name, "*?[") == NULL ? walk->match_name : "";
}

/* "bonds" and the like; NULL for cards. */
static const char *
kind_of(const char *section)
{
	static const struct {
		const char *section, *kind;
	} kinds[] = {{"bonds", "bond"}, {"bridges", "bridge"},
		{"vlans", "vlan"}, {"tunnels", "tunnel"}, {"vrfs", "vrf"},
		{"wifis", "wireless"}, {"dummy-devices", "dummy"}};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].section, section) == 0)
			return kinds[i].kind;
	return NULL;
}

/* Who belongs to whom, by netplan's own names. */
static void
keep_joints(struct walk *walk, struct guest_interface *interface)
{
	const char *key = key_at(walk, INTERFACE - 1);

	if (strlen(key) < sizeof interface->id)
		snprintf(interface->id, sizeof interface->id, "%s", key);
	interface_join_all(walk->guest, walk->members, interface->name);
	if (walk->link[0] != '\0')
		interface_set_vlan(walk->guest, interface, walk->link,
			walk->interface.vlan);
}

static void
keep(struct walk *walk)
{
	const struct guest_interface *read = &walk->interface;
	const char *name = name_of(walk);
	struct guest_interface *interface = NULL;

	if (walk->driver[0] != '\0')
		interface_match(walk->guest, walk->path, "", walk->driver,
			name);
	interface_patterns(walk->guest, walk->path, walk->match_name);
	if (*name == '\0')
		interface = interface_by_mac(walk->guest, read->mac);
	else if (strcmp(name, "lo") != 0)
		interface = guest_interface(walk->guest, name);
	if (interface == NULL)
		return;
	for (size_t i = 0; i < read->address_count; i++)
		interface_add_address(interface, read->addresses[i], "");
	interface_set_gateway(interface, read->gateway);
	interface_set_mac(interface, read->mac);
	interface->dhcp = interface->dhcp || read->dhcp;
	interface->is_off = read->is_off;
	interface->asks_peers |= read->asks_peers;
	interface_set_mode(interface, read->mode);
	if (interface->kind == NULL)
		interface->kind = kind_of(key_at(walk, INTERFACE - 2));
	keep_joints(walk, interface);
	/* netplan itself renames by the MAC, at each boot. */
	if (walk->set_name[0] != '\0' && read->mac[0] != '\0')
		interface->name_is_kept = true;
}

static void
open_level(struct walk *walk, bool is_list)
{
	if (walk->depth == INTERFACE) {
		memset(&walk->interface, 0, sizeof walk->interface);
		walk->set_name[0] = walk->match_name[0] = '\0';
		walk->driver[0] = walk->link[0] = walk->members[0] = '\0';
		walk->has_match = false;
	}
	if (walk->depth < DEPTH)
		walk->levels[walk->depth] = (struct level){.is_list = is_list};
	walk->depth++;
}

static void
close_level(struct walk *walk)
{
	walk->depth--;
	if (walk->depth == INTERFACE &&
		strcmp(key_at(walk, 0), "network") == 0)
		keep(walk);
	if (walk->depth > 0 && walk->depth <= DEPTH)
		walk->levels[walk->depth - 1].awaits_value = false;
}

static void
read_scalar(struct walk *walk, const char *text)
{
	struct level *level;

	if (walk->depth == 0 || walk->depth > DEPTH)
		return;
	level = &walk->levels[walk->depth - 1];
	if (level->is_list || level->awaits_value) {
		level->awaits_value = false;
		if (is_in_interface(walk))
			note(walk, text);
		return;
	}
	snprintf(level->key, sizeof level->key, "%s", text);
	level->awaits_value = true;
	if (walk->depth == INTERFACE + 1 && strcmp(text, "match") == 0)
		walk->has_match = true;
	/* "- 192.0.2.10/24: {lifetime: 0}" */
	if (is_in_interface(walk) && walk->depth == INTERFACE + 3)
		note(walk, text);
}

static void
take_event(struct walk *walk, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_MAPPING_START_EVENT:
	case YAML_SEQUENCE_START_EVENT:
		open_level(walk, event->type == YAML_SEQUENCE_START_EVENT);
		break;
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		close_level(walk);
		break;
	case YAML_SCALAR_EVENT:
		read_scalar(walk, (const char *)event->data.scalar.value);
		break;
	case YAML_ALIAS_EVENT:
		read_scalar(walk, "");
		break;
	default:
		break;
	}
}

void
netplan_read(struct guest *guest, const char *path, const char *text)
{
	struct walk walk = {.guest = guest, .path = path};
	yaml_parser_t parser;
	yaml_event_t event;
	bool is_done = false;

	if (!yaml_parser_initialize(&parser))
		return;
	yaml_parser_set_input_string(&parser, (const unsigned char *)text,
		strlen(text));
	while (!is_done && yaml_parser_parse(&parser, &event)) {
		take_event(&walk, &event);
		is_done = event.type == YAML_STREAM_END_EVENT ||
			walk.depth > DEPTH_LIMIT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
}
