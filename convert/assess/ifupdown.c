/*
 * /etc/network/interfaces of Debian and its kin, and of Alpine's ifupdown-ng,
 * which needs no family.  Stanzas are begun by a word at the start of a line;
 * ifupdown_sources() tells which other files are a part of it.
 * See network-config.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/strings.h"
#include "convert/assess/guest.h"
#include "convert/assess/interface.h"
#include "convert/assess/network-config.h"

/* Stanzas are looked for in the whole file, and templates have templates. */
enum { WORDS = 4, LINE_BYTES = 1024, DEPTH_LIMIT = 4, SCAN_LIMIT = 5000000 };

struct line {
	char text[LINE_BYTES];
	char word[WORDS][128];
	const char *rest; /* behind the first word */
};

struct reading {
	struct guest *guest;
	const char *text; /* of the whole file */
	char mask[64];	  /* it may come before the address */
	int depth;	  /* of templates */
	unsigned scanned; /* lines, however often */
};

/* The next line that says something; "\" at its end joins the one after it. */
static bool
next_line(const char **text, struct line *line)
{
	while (**text != '\0') {
		size_t used = 0, bytes;
		bool goes_on;

		do {
			bytes = strcspn(*text, "\n");
			goes_on = bytes > 0 && (*text)[bytes - 1] == '\\';
			used += (size_t)snprintf(line->text + used,
				sizeof line->text - used, "%.*s",
				(int)(bytes - goes_on), *text);
			if (used >= sizeof line->text)
				used = sizeof line->text - 1;
			*text += bytes + ((*text)[bytes] == '\n');
		} while (goes_on && **text != '\0');
		memset(line->word, 0, sizeof line->word);
		if (sscanf(line->text, " %127s %127s %127s %127s",
			    line->word[0], line->word[1], line->word[2],
			    line->word[3]) < 1 ||
			line->word[0][0] == '#')
			continue;
		line->rest = line->text + strspn(line->text, " \t");
		line->rest += strlen(line->word[0]);
		line->rest += strspn(line->rest, " \t");
		return true;
	}
	return false;
}

/* The same, until too much was looked at. */
static bool
scan_line(struct reading *reading, const char **text, struct line *line)
{
	return reading->scanned++ < SCAN_LIMIT && next_line(text, line);
}

static bool
begins_stanza(const char *word)
{
	static const char *const words[] = {"iface", "auto", "mapping",
		"template", "rename", NULL};

	return strings_hold(words, word) || string_starts(word, "allow-") ||
		string_starts(word, "no-auto-") || string_starts(word, "source");
}

/* "bond_mode" and "bond-mode" are one. */
static void
set_bond(struct guest *guest, struct guest_interface *interface,
	const char *key, const struct line *line)
{
	if (strcmp(key, "slaves") == 0 || strcmp(key, "members") == 0) {
		interface->kind = "bond";
		interface_join_all(guest, line->rest, interface->name);
	} else if (strcmp(key, "master") == 0) {
		interface_join(guest, interface->name, line->word[1]);
	} else if (strcmp(key, "mode") == 0) {
		interface->kind = "bond";
		interface_set_mode(interface, line->word[1]);
	} else if (strcmp(key, "arp-ip-target") == 0) {
		interface->asks_peers = true;
	}
}

static void
option(struct reading *reading, struct guest_interface *interface,
	const struct line *line)
{
	struct guest *guest = reading->guest;
	const char *value = line->word[1];
	char key[128];

	snprintf(key, sizeof key, "%s", line->word[0]);
	for (char *c = key; *c != '\0'; c++)
		*c = *c == '_' ? '-' : *c;
	if (strcmp(key, "address") == 0)
		interface_add_address(interface, value, "");
	else if (strcmp(key, "netmask") == 0)
		snprintf(reading->mask, sizeof reading->mask, "%.63s", value);
	else if (strcmp(key, "gateway") == 0)
		interface_set_gateway(interface, value);
	else if (strcmp(key, "use") == 0 && strcmp(value, "dhcp") == 0)
		interface->dhcp = true;
	else if (string_starts(key, "bond-") || strcmp(key, "slaves") == 0)
		set_bond(guest, interface,
			*key == 'b' ? key + strlen("bond-") : key, line);
	else if (strcmp(key, "bridge-ports") == 0) {
		interface->kind = "bridge";
		interface_join_all(guest, line->rest, interface->name);
	} else if (strcmp(key, "vlan-raw-device") == 0) {
		interface_set_vlan(guest, interface, value, 0);
	} else if (strcmp(key, "vlan-id") == 0) {
		interface->vlan = (unsigned)strtoul(value, NULL, 10);
	}
}

static void read_stanza(struct reading *reading,
	struct guest_interface *interface, const char **text);

/* What a template says holds for who inherits from it. */
static void
inherit(struct reading *reading, struct guest_interface *interface,
	const char *name)
{
	const char *text = reading->text;
	struct line line;

	if (reading->depth == DEPTH_LIMIT)
		return;
	while (scan_line(reading, &text, &line)) {
		if ((strcmp(line.word[0], "iface") != 0 &&
			    strcmp(line.word[0], "template") != 0) ||
			strcmp(line.word[1], name) != 0)
			continue;
		reading->depth++;
		read_stanza(reading, interface, &text);
		reading->depth--;
		return;
	}
}

/* The options until another stanza begins. */
static void
read_stanza(struct reading *reading, struct guest_interface *interface,
	const char **text)
{
	const char *next = *text;
	struct line line;

	while (scan_line(reading, &next, &line) &&
		!begins_stanza(line.word[0])) {
		*text = next;
		if (strcmp(line.word[0], "inherit") == 0)
			inherit(reading, interface, line.word[1]);
		else
			option(reading, interface, &line);
	}
}

static bool
holds_word(const char *text, const char *word)
{
	size_t bytes = strlen(word);

	for (text += strspn(text, " \t"); *text != '\0';
		text += strspn(text, " \t")) {
		size_t n = strcspn(text, " \t");

		if (n == bytes && strncmp(text, word, n) == 0)
			return true;
		text += n;
	}
	return false;
}

/* "auto eth0", "allow-hotplug eth0" */
static bool
starts_cards(const struct line *line)
{
	return strcmp(line->word[0], "auto") == 0 ||
		strcmp(line->word[0], "allow-auto") == 0 ||
		strcmp(line->word[0], "allow-hotplug") == 0;
}

static bool
is_started(struct reading *reading, const char *name)
{
	const char *text = reading->text;
	struct line line;

	while (scan_line(reading, &text, &line))
		if (starts_cards(&line) && holds_word(line.rest, name))
			return true;
	return false;
}

/* ---- logical names: what a card is configured as ---- */

struct mapped {
	char card[64];
	bool is_sure; /* the card has no other configuration to choose from */
};

/* "auto eth0=office": the card is in front of its logical name. */
static bool
find_in_start(struct mapped *mapped, const char *text, const char *name)
{
	char word[128];
	int bytes;

	while (sscanf(text, " %127s%n", word, &bytes) == 1) {
		char *equals = strchr(word, '=');

		text += bytes;
		if (equals == NULL || strcmp(equals + 1, name) != 0)
			continue;
		snprintf(mapped->card, sizeof mapped->card, "%.*s",
			(int)(equals - word), word);
		mapped->is_sure = true;
		return true;
	}
	return false;
}

/* "map 00:16:3e:00:00:01 office", "map office" */
static bool
is_map_of(const struct line *line, const char *name)
{
	return strcmp(line->word[0], "map") == 0 &&
		strcmp(line->word[*line->word[2] == '\0' ? 1 : 2], name) == 0;
}

/* The lines of a mapping; which of its configurations is meant, a script says. */
static bool
find_in_mapping(struct mapped *mapped, struct reading *reading,
	const char *card, const char **text, const char *name)
{
	const char *next = *text;
	unsigned count = 0;
	bool found = false;
	struct line line;

	while (scan_line(reading, &next, &line) &&
		!begins_stanza(line.word[0])) {
		*text = next;
		count += strcmp(line.word[0], "map") == 0;
		found |= is_map_of(&line, name);
	}
	if (!found || strpbrk(card, "*?[") != NULL)
		return false;
	snprintf(mapped->card, sizeof mapped->card, "%.63s", card);
	mapped->is_sure = count == 1;
	return true;
}

/* Whose logical name is it?  Most are that of the card itself. */
static bool
find_mapped(struct mapped *mapped, struct reading *reading, const char *name)
{
	const char *text = reading->text;
	struct line line;

	while (scan_line(reading, &text, &line)) {
		if (starts_cards(&line) &&
			find_in_start(mapped, line.rest, name))
			return true;
		if (strcmp(line.word[0], "mapping") == 0 &&
			find_in_mapping(mapped, reading, line.word[1], &text,
				name))
			return true;
	}
	return false;
}

/* "eth0:1" is another address of eth0. */
static void
read_iface(struct reading *reading, const struct line *line, const char **text)
{
	struct guest_interface *interface;
	struct mapped mapped;
	const char *template;
	char plain[64];
	bool is_mapped;

	snprintf(plain, sizeof plain, "%.*s",
		(int)strcspn(line->word[1], ":"), line->word[1]);
	is_mapped = find_mapped(&mapped, reading, plain);
	if (is_mapped)
		strcpy(plain, mapped.card);
	interface = strcmp(plain, "lo") == 0 ? NULL
					     : guest_interface(reading->guest,
						       plain);
	if (interface == NULL)
		return;
	reading->mask[0] = '\0';
	interface->is_off = is_mapped ? !mapped.is_sure
				      : !is_started(reading, plain);
	if (strcmp(line->word[2], "inet") == 0 &&
		strcmp(line->word[3], "dhcp") == 0)
		interface->dhcp = true;
	if (strchr(plain, '.') != NULL) {
		char parent[64];

		snprintf(parent, sizeof parent, "%.*s",
			(int)strcspn(plain, "."), plain);
		interface_set_vlan(reading->guest, interface, parent, 0);
	} else if (string_starts(plain, "vlan")) {
		interface->kind = "vlan";
	}
	template = strstr(line->rest, " inherits ");
	if (template != NULL && sscanf(template, " inherits %63s", plain) == 1)
		inherit(reading, interface, plain);
	read_stanza(reading, interface, text);
	interface_add_mask(interface, reading->mask);
}

void
ifupdown_read(struct guest *guest, const char *path, const char *text)
{
	struct reading reading = {.guest = guest, .text = text};
	struct line line;

	(void)path;
	while (scan_line(&reading, &text, &line))
		if (strcmp(line.word[0], "iface") == 0)
			read_iface(&reading, &line, &text);
}

void
ifupdown_start(struct guest *guest, const char *text)
{
	bool starts[GUEST_INTERFACES] = {false};
	bool is_mapped[GUEST_INTERFACES] = {false};
	struct line line;

	while (next_line(&text, &line)) {
		bool begins = starts_cards(&line);
		bool maps = strcmp(line.word[0], "mapping") == 0;

		for (size_t i = 0; (begins || maps) &&
			i < guest->interface_count; i++) {
			const char *name = guest->interfaces[i].name;

			starts[i] |= begins && holds_word(line.rest, name);
			is_mapped[i] |= maps && strcmp(line.word[1], name) == 0;
		}
	}
	for (size_t i = 0; i < guest->interface_count; i++)
		if (starts[i] && !is_mapped[i])
			guest->interfaces[i].is_off = false;
}

bool
ifupdown_source(const char **text, const char *path, char pattern[512])
{
	struct line line;

	while (next_line(text, &line)) {
		const char *named = line.word[1];
		bool is_folder = strcmp(line.word[0], "source-directory") == 0;
		int parent = (int)(strrchr(path, '/') - path);

		if ((!is_folder && strcmp(line.word[0], "source") != 0) ||
			*named == '\0')
			continue;
		snprintf(pattern, 512, "%.*s%s%s%s", *named == '/' ? 0 : parent,
			path, *named == '/' ? "" : "/", named,
			is_folder ? "/*" : "");
		return true;
	}
	return false;
}
