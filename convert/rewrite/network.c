/*
 * The VM keeps each card's MAC address; with a rule that keys the old name on
 * it, everything that is configured by name keeps working unread.  Systems of
 * different ages read different rules: the table below.
 */
#include "convert/rewrite/network.h"

#include <stdio.h>
#include <string.h>

#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest.h"
#include "convert/assess/ini.h"
#include "convert/rewrite/edit.h"

#define COMMENT "# Made by unrack: this card had this name in the old machine.\n"

/* @ is the interface, & its MAC. */
static const struct form {
	const char *path, *text;
	bool is_appended, needs_file;
} forms[] = {
	/* MACAddress= would match the VLANs and bonds that carry it as well */
	[NAMING_LINK] = {"/etc/systemd/network/10-unrack-@.link",
		COMMENT "[Match]\nPermanentMACAddress=&\n\n"
			"[Link]\nName=@\n",
		false, false},
	[NAMING_UDEV] = {"/etc/udev/rules.d/70-persistent-net.rules",
		COMMENT "SUBSYSTEM==\"net\", ACTION==\"add\", DRIVERS==\"?*\", "
			"ATTR{address}==\"&\", ATTR{type}==\"1\", "
			"NAME=\"@\"\n",
		true, false},
	[NAMING_UDEV_Z25] = {"/etc/udev/rules.d/z25_persistent-net.rules",
		COMMENT "SUBSYSTEM==\"net\", DRIVERS==\"?*\", "
			"SYSFS{address}==\"&\", NAME=\"@\"\n",
		true, false},
	[NAMING_SLES10] = {"/etc/udev/rules.d/30-net_persistent_names.rules",
		COMMENT "SUBSYSTEM==\"net\", ACTION==\"add\", "
			"SYSFS{address}==\"&\", "
			"IMPORT=\"/lib/udev/rename_netiface %k @\"\n",
		true, false},
	[NAMING_HWADDR] = {"/etc/sysconfig/network-scripts/ifcfg-@",
		"HWADDR=&\n", true, true},
	[NAMING_IFTAB] = {"/etc/iftab", "@ mac & arp 1\n", true, false},
	[NAMING_MACTAB] = {"/etc/mactab", "@ &\n", true, false},
};

static void
fill_text(char *to, size_t room, const char *form,
	const struct guest_interface *interface)
{
	size_t used = 0;

	for (; *form != '\0' && used + 1 < room; form++) {
		const char *value = *form == '@' ? interface->name
			: *form == '&'		 ? interface->mac
						 : NULL;

		if (value == NULL)
			to[used++] = *form;
		else
			used += (size_t)snprintf(to + used, room - used, "%s",
				value);
	}
	to[used < room ? used : room - 1] = '\0';
}

/*
 * systemd applies one .link file to a card: the first by its name, whichever folder
 * it is in.
 */
static void
report_links(const struct guest *guest, const struct network_rule *rule,
	const struct guest_interface *interface, struct findings *findings)
{
	for (size_t i = 0; i < guest->link_count; i++) {
		const struct guest_link *link = &guest->links[i];
		int order = strcmp(strrchr(link->path, '/'),
			strrchr(rule->path, '/'));
		char what[256];

		if (order == 0 || (order > 0 && link->settings[0] == '\0') ||
			string_starts(strrchr(link->path, '/'), "/10-unrack-") ||
			(link->mac[0] != '\0' &&
				strcmp(link->mac, interface->mac) != 0))
			continue;
		snprintf(what, sizeof what, "%s: %s", interface->name,
			order < 0 ? "comes before the file that keeps the name"
				  : link->settings);
		finding_add(findings, "network.link-displaced", link->path, 0,
			what, NULL);
	}
}

bool
network_rule(struct network_rule *rule_out, const struct guest *guest,
	const struct guest_interface *interface, struct findings *findings)
{
	const struct form *form;
	char what[64];

	if (!interface->is_card || interface->mac[0] == '\0' ||
		interface->is_missing || !string_is_interface(interface->name))
		return false;
	snprintf(what, sizeof what, "%s, %s", interface->name, interface->mac);
	if (interface->name_is_kept) {
		finding_add(findings, "network.name-kept",
			"the guest's own rules", 0, what, NULL);
		return false;
	}
	if (guest->naming == NAMING_NONE) {
		finding_add(findings, "network.name-by-order",
			interface->name, 0, what, NULL);
		return false;
	}
	form = &forms[guest->naming];
	fill_text(rule_out->path, sizeof rule_out->path, form->path, interface);
	fill_text(rule_out->text, sizeof rule_out->text, form->text, interface);
	memcpy(rule_out->what, what, sizeof rule_out->what);
	rule_out->is_appended = form->is_appended;
	rule_out->needs_file = form->needs_file;
	if (guest->naming == NAMING_LINK)
		report_links(guest, rule_out, interface, findings);
	finding_add(findings, "network.name-kept", rule_out->path, 0, what,
		"A rule keyed on the MAC address was added.");
	return true;
}

void
network_rule_lost(const struct network_rule *rule, struct findings *findings)
{
	finding_take_back(findings, "network.name-kept", rule->path);
	finding_add(findings, "network.name-by-order", rule->path, 0,
		rule->what, NULL);
}

/* ---- files that go by slot or driver ---- */

/*
 * What replaces the condition, by who reads the file; "" when nothing can.  In
 * keyfiles, sections of one name are one section, under either of its names.
 */
static void
condition(char *line, size_t room, const struct guest *guest,
	const struct guest_match *match, const char *text)
{
	bool is_keyfile = strstr(match->path, "/system-connections/") != NULL;
	bool is_systemd = string_ends(match->path, ".link") ||
		string_ends(match->path, ".network");

	*line = '\0';
	if (is_systemd && match->mac[0] != '\0')
		snprintf(line, room, "%sMACAddress=%s",
			guest->naming == NAMING_LINK ? "Permanent" : "",
			match->mac);
	else if (is_keyfile && string_is_interface(match->name))
		snprintf(line, room, "interface-name=%s", match->name);
	else if (is_keyfile && match->mac[0] != '\0')
		snprintf(line, room, "[%s]\nmac-address=%s\n\n[match]",
			strstr(text, "[802-3-ethernet]") != NULL
				? "802-3-ethernet" : "ethernet",
			match->mac);
}

/* Keys of [Match] and [match] that are about hardware. */
static bool
is_hardware_key(const struct ini *ini)
{
	return ini_is(ini, "Match", "Path") || ini_is(ini, "Match", "Driver") ||
		ini_is(ini, "match", "path") || ini_is(ini, "match", "driver");
}

/* "driver: e1000", alone in its line or in braces; *bytes_out of it. */
static bool
is_netplan_driver(const char *text, const char *at, const char *driver,
	size_t *bytes_out)
{
	size_t bytes = strlen(driver), quote;
	const char *value, *end;

	if (!string_starts(at, "driver:") ||
		(at > text && strchr(" \t\n{,", at[-1]) == NULL))
		return false;
	value = at + strlen("driver:");
	value += strspn(value, " \t");
	quote = *value == '"' || *value == '\'';
	end = value + quote + bytes;
	if (bytes == 0 || strncmp(value + quote, driver, bytes) != 0 ||
		(quote && *end != *value))
		return false;
	end += quote;
	*bytes_out = (size_t)(end - at);
	return strchr(" \t\r\n,}", *end) != NULL; /* or the end of the text */
}

static int
netplan_rewrite(char **text_out, const char *text,
	const struct guest_match *match, struct error *err)
{
	struct edit edit;
	char pair[48];
	size_t bytes;

	if (match->mac[0] == '\0')
		return 0;
	snprintf(pair, sizeof pair, "macaddress: \"%s\"", match->mac);
	edit_open(&edit, text);
	for (const char *at = text; *at != '\0'; at++) {
		if (*at == '#')
			at += strcspn(at, "\n") - 1;
		else if (is_netplan_driver(text, at, match->driver, &bytes))
			edit_replace(&edit, (size_t)(at - text), bytes, pair);
	}
	return edit_close(&edit, text_out, err);
}

int
network_match_rewrite(char **text_out, const char *text,
	const struct guest *guest, const struct guest_match *match,
	struct error *err)
{
	struct ini ini = {.next = text};
	struct edit edit;
	char line[64];
	const char *start = text;

	*text_out = NULL;
	if (string_ends(match->path, ".yaml"))
		return netplan_rewrite(text_out, text, match, err);
	condition(line, sizeof line, guest, match, text);
	if (*line == '\0')
		return 0;
	edit_open(&edit, text);
	for (; ini_next(&ini); start = ini.next) {
		const char *at = ini.next;

		if (!is_hardware_key(&ini))
			continue;
		/* the last line up to ini.next, comments before it apart */
		at -= at > start && at[-1] == '\n';
		while (at > start && at[-1] != '\n')
			at--;
		edit_replace(&edit, (size_t)(at - text), strcspn(at, "\n"),
			line);
		strcpy(line, "# by the MAC address, see above");
	}
	return edit_close(&edit, text_out, err);
}

bool
network_match_copy(char path_out[256], const struct guest_match *match)
{
	const char *base = strrchr(match->path, '/');

	if (match->mac[0] == '\0' || base == NULL ||
		(!string_starts(base, "/ifcfg-bus-pci-") &&
			!string_starts(base, "/ifcfg-eth-bus-pci-")))
		return false;
	snprintf(path_out, 256, "%.*s/ifcfg-eth-id-%s",
		(int)(base - match->path), match->path, match->mac);
	return true;
}

void
network_match_report(struct findings *findings, const struct guest_match *match,
	bool is_done)
{
	bool has_slot = match->slot[0] != '\0';
	char what[128];

	snprintf(what, sizeof what, "%s %s", has_slot ? "slot" : "driver",
		has_slot ? match->slot : match->driver);
	finding_add(findings, "network.match-hardware", match->path, 0, what,
		is_done ? "It goes by the MAC address now." : NULL);
}
