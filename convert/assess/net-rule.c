/*
 * Rules that give an interface its name, as in 70-persistent-net.rules.  One that
 * asks for the MAC alone holds in the VM as well, since the VM keeps the MAC;
 * slots and drivers are of the old machine.
 */
#include "convert/assess/net-rule.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/strings.h"

bool
mac_parse(const char *text, char mac_out[18])
{
	if (strlen(text) != 17)
		return false;
	for (int i = 0; i < 17; i++) {
		unsigned char c = (unsigned char)text[i];

		if (i % 3 == 2 ? c != ':' : !isxdigit(c))
			return false;
		mac_out[i] = (char)tolower(c);
	}
	mac_out[17] = '\0';
	return true;
}

/* Conditions that the VM's virtual card meets whatever they say it is. */
static bool
holds_anywhere(const char *key, const char *value)
{
	static const char *const harmless[] = {"SUBSYSTEM", "ACTION", "KERNEL",
		"ATTR{type}", NULL};

	if (strcmp(key, "DRIVERS") == 0)
		return strcmp(value, "?*") == 0;
	if (strcmp(key, "ATTR{dev_id}") == 0)
		return strcmp(value, "0x0") == 0;
	if (strcmp(key, "KERNEL") == 0)
		return strcmp(value, "eth*") == 0 || strcmp(value, "*") == 0;
	return strings_hold(harmless, key);
}

/* One KEY OP "VALUE" of a line; returns where to go on, NULL at its end. */
static const char *
read_pair(const char *at, char key[64], char op[3], char value[256])
{
	size_t n;

	at += strspn(at, " \t,");
	n = strcspn(at, "=!+:\n");
	if (at[n] == '\n' || at[n] == '\0' || n >= 64)
		return NULL;
	memcpy(key, at, n);
	while (n > 0 && (key[n - 1] == ' ' || key[n - 1] == '\t'))
		n--;
	key[n] = '\0';
	at += strcspn(at, "=!+:");
	n = strspn(at, "=!+:");
	if (n > 2)
		return NULL;
	memcpy(op, at, n);
	op[n] = '\0';
	at += n;
	at += strspn(at, " \t");
	n = *at == '"' ? strcspn(at + 1, "\"\n") : 0;
	if (*at != '"' || at[1 + n] != '"' || n >= 256)
		return NULL;
	memcpy(value, at + 1, n);
	value[n] = '\0';
	return at + n + 2;
}

/* Which keys a rule's conditions go to. */
enum what { ADDRESS, SLOT, DRIVER, OTHER };

static enum what
what_is(const char *key)
{
	static const struct {
		const char *key;
		enum what what;
	} keys[] = {{"ATTR{address}", ADDRESS}, {"ATTRS{address}", ADDRESS},
		{"SYSFS{address}", ADDRESS}, {"KERNELS", SLOT}, {"ID", SLOT},
		{"DEVPATH", SLOT}, {"ENV{ID_PATH}", SLOT}, {"DRIVERS", DRIVER},
		{"DRIVER", DRIVER}, {"ENV{ID_NET_DRIVER}", DRIVER}};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (strcmp(keys[i].key, key) == 0)
			return keys[i].what;
	return OTHER;
}

static void
keep(char *to, size_t room, const char *value)
{
	if (strlen(value) < room)
		strcpy(to, value);
}

/* udev compares as it is written, and the kernel writes in lower case. */
static void
note_condition(struct net_rule *rule, const char *key, const char *value)
{
	switch (what_is(key)) {
	case ADDRESS:
		if (!mac_parse(value, rule->mac) ||
			strcmp(value, rule->mac) != 0)
			rule->works_anywhere = false;
		return;
	case SLOT:
		keep(rule->slot, sizeof rule->slot, value);
		break;
	case DRIVER:
		if (strpbrk(value, "*?[") == NULL)
			keep(rule->driver, sizeof rule->driver, value);
		break;
	case OTHER:
		break;
	}
	if (!holds_anywhere(key, value))
		rule->works_anywhere = false;
}

/* NAME="eth0", or SUSE's IMPORT="/lib/udev/rename_netiface %k eth0" */
static void
note_name(struct net_rule *rule, const char *key, const char *value)
{
	static const char helper[] = "rename_netiface %k ";
	const char *at = strstr(value, helper);

	if (strcmp(key, "IMPORT") == 0 && at != NULL)
		value = at + strlen(helper);
	else if (strcmp(key, "NAME") != 0)
		return;
	if (strpbrk(value, "%$/ ") == NULL)
		keep(rule->name, sizeof rule->name, value);
}

static bool
read_rule(const char *line, struct net_rule *rule)
{
	char key[64], op[3], value[256];
	bool is_net = false;

	memset(rule, 0, sizeof *rule);
	rule->works_anywhere = true;
	while ((line = read_pair(line, key, op, value)) != NULL) {
		if (strcmp(op, "==") == 0)
			note_condition(rule, key, value);
		else if (strcmp(op, "!=") == 0 || (strcmp(key, "PROGRAM") == 0))
			rule->works_anywhere = false;
		else
			note_name(rule, key, value);
		is_net |= strcmp(key, "SUBSYSTEM") == 0 &&
			strcmp(value, "net") == 0;
	}
	return rule->name[0] != '\0' && (rule->mac[0] != '\0' ||
		(is_net && (rule->slot[0] != '\0' || rule->driver[0] != '\0')));
}

bool
net_rule_next(const char **text, unsigned *number, struct net_rule *rule_out)
{
	while (**text != '\0') {
		const char *line = *text + strspn(*text, " \t");
		size_t bytes = strcspn(*text, "\n");

		*text += bytes + ((*text)[bytes] == '\n');
		++*number;
		if (*line != '#' && *line != '\n' && read_rule(line, rule_out)) {
			rule_out->number = *number;
			return true;
		}
	}
	return false;
}
