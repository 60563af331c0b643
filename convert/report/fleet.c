/*
 * Several machines as one: who needs whom, and what they have in common.
 * fleet-lists.c prints it as text, CSV and JSON, fleet-page.c for a browser.
 */
#include "convert/report/fleet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/error.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/report/words.h"
#include "convert/state/machine.h"

const char *
fleet_tier(const struct fleet *fleet, size_t machine)
{
	const char *tier = parts_tier(&fleet->parts[machine]);

	return tier == NULL ? "" : tier;
}

/* ---- who is meant ---- */

/* Equal, or one is the other's first label and has no domain itself. */
static bool
names_agree(const char *a, const char *b)
{
	size_t first_a = strcspn(a, "."), first_b = strcspn(b, ".");

	if (*a == '\0' || *b == '\0')
		return false;
	if (a[first_a] == '\0' || b[first_b] == '\0')
		return first_a == first_b && strncasecmp(a, b, first_a) == 0;
	return strcasecmp(a, b) == 0;
}

/* "192.0.2.10/24" is the address 192.0.2.10. */
static bool
has_address(const json_t *interfaces, const char *host)
{
	const json_t *interface, *address;
	size_t i, j;

	json_array_foreach(interfaces, i, interface)
		json_array_foreach(json_object_get(interface, "addresses"), j,
			address) {
			const char *text = json_is_string(address)
				? json_string_value(address) : "";
			size_t bytes = strcspn(text, "/");

			if (bytes > 0 && bytes == strlen(host) &&
				strncasecmp(text, host, bytes) == 0)
				return true;
		}
	return false;
}

static bool
is_address(const char *host)
{
	return strchr(host, ':') != NULL ||
		host[strspn(host, "0123456789.")] == '\0';
}

bool
fleet_is_meant(const struct parts *parts, const char *host)
{
	const json_t *facts = json_object_get(parts->proof, "facts");
	char plain[256];
	size_t bytes;

	snprintf(plain, sizeof plain, "%s", host + (*host == '['));
	bytes = strcspn(plain, "]");
	plain[bytes] = '\0';
	if (bytes > 0 && plain[bytes - 1] == '.')
		plain[bytes - 1] = '\0';
	if (is_address(plain))
		return has_address(json_object_get(parts->guest, "interfaces"),
			       plain) ||
			has_address(json_object_get(facts, "interfaces"), plain);
	return names_agree(plain, parts->machine) ||
		names_agree(plain, json_text(parts->guest, "hostname", ""));
}

static size_t
find_meant(const struct fleet *fleet, const char *host)
{
	size_t i = 0;

	while (i < fleet->count && !fleet_is_meant(&fleet->parts[i], host))
		i++;
	return i < fleet->count ? i : FLEET_OUTSIDE;
}

static int
add_links(struct fleet *fleet, size_t from)
{
	const json_t *list = json_object_get(fleet->parts[from].findings,
		"dependencies"), *item;
	struct fleet_link *links = realloc(fleet->links, (fleet->link_count +
		json_array_size(list) + 1) * sizeof *links);
	size_t i;

	if (links == NULL)
		return -1;
	fleet->links = links;
	json_array_foreach(list, i, item) {
		const char *host = json_text(item, "host", "");
		uint64_t port = json_number(item, "port", 0);

		if (*host == '\0' || fleet_is_meant(&fleet->parts[from], host))
			continue;
		links[fleet->link_count++] = (struct fleet_link){from,
			find_meant(fleet, host), host,
			json_text(item, "kind", "?"),
			json_text(item, "where", "?"),
			port > 65535 ? 0 : (unsigned)port};
	}
	return 0;
}

/* ---- what they have in common ---- */

static struct fleet_rule *
find_rule(struct fleet *fleet, const json_t *finding)
{
	for (size_t i = 0; i < fleet->rule_count; i++)
		if (strcmp(json_text(fleet->rules[i].finding, "rule", ""),
			json_text(finding, "rule", "")) == 0)
			return &fleet->rules[i];
	return NULL;
}

static int
add_rule(struct fleet *fleet, const json_t *finding, size_t machine)
{
	struct fleet_rule *rule = find_rule(fleet, finding), *rules;

	if (rule == NULL) {
		rules = realloc(fleet->rules,
			(fleet->rule_count + 1) * sizeof *rules);
		if (rules == NULL)
			return -1;
		fleet->rules = rules;
		rule = &rules[fleet->rule_count];
		*rule = (struct fleet_rule){finding,
			calloc(fleet->count, sizeof *rule->machines), 0};
		if (rule->machines == NULL)
			return -1;
		fleet->rule_count++;
	}
	if (rule->count == 0 || rule->machines[rule->count - 1] != machine)
		rule->machines[rule->count++] = machine;
	return 0;
}

static int
add_rules(struct fleet *fleet, size_t machine)
{
	const json_t *finding;
	size_t i;

	json_array_foreach(json_object_get(fleet->parts[machine].findings,
		"findings"), i, finding)
		if (json_is_object(finding) &&
			add_rule(fleet, finding, machine) == -1)
			return -1;
	return 0;
}

/* The most common first; of these the gravest. */
static int
by_weight(const void *a, const void *b)
{
	const struct fleet_rule *left = a, *right = b;
	const struct word *x = word_severity(json_text(left->finding,
		"severity", ""));
	const struct word *y = word_severity(json_text(right->finding,
		"severity", ""));

	if (left->count != right->count)
		return left->count > right->count ? -1 : 1;
	if (x != y)
		return x < y ? -1 : 1;
	return strcmp(json_text(left->finding, "rule", ""),
		json_text(right->finding, "rule", ""));
}

/* ---- reading ---- */

static int
read_machine(struct fleet *fleet, const char *state, const char *name,
	struct error *err)
{
	if (machine_open(&fleet->machines[fleet->count], state, name, err) == -1)
		return -1;
	if (parts_read(&fleet->parts[fleet->count],
		    fleet->machines[fleet->count], err) == -1) {
		machine_close(fleet->machines[fleet->count]);
		return error_add(err, "machine %s", name);
	}
	fleet->count++;
	return 0;
}

static int
read_machines(struct fleet *fleet, const char *state, char *const *names,
	size_t count, struct error *err)
{
	fleet->machines = calloc(count + 1, sizeof *fleet->machines);
	fleet->parts = calloc(count + 1, sizeof *fleet->parts);
	if (fleet->machines == NULL || fleet->parts == NULL)
		return error_set(err, ENOMEM, "read the machines");
	for (size_t i = 0; i < count; i++)
		if (read_machine(fleet, state, names[i], err) == -1)
			return -1;
	for (size_t i = 0; i < fleet->count; i++)
		if (add_links(fleet, i) == -1 || add_rules(fleet, i) == -1)
			return error_set(err, ENOMEM, "compare the machines");
	if (fleet->rule_count > 0)
		qsort(fleet->rules, fleet->rule_count, sizeof *fleet->rules,
			by_weight);
	return 0;
}

int
fleet_read(struct fleet *fleet_out, const char *state, char *const *names,
	struct error *err)
{
	struct fleet fleet = {0};
	char **all = NULL;
	size_t count = 0;
	int result;

	while (names[count] != NULL)
		count++;
	if (count == 0 && machine_list(&all, &count, state, err) == -1)
		return -1;
	result = read_machines(&fleet, state, all == NULL ? names : all, count,
		err);
	if (all != NULL)
		machine_list_free(all, count);
	if (result == -1) {
		fleet_release(&fleet);
		return -1;
	}
	*fleet_out = fleet;
	return 0;
}

void
fleet_release(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->count; i++) {
		parts_release(&fleet->parts[i]);
		machine_close(fleet->machines[i]);
	}
	for (size_t i = 0; i < fleet->rule_count; i++)
		free(fleet->rules[i].machines);
	free(fleet->machines);
	free(fleet->parts);
	free(fleet->links);
	free(fleet->rules);
	memset(fleet, 0, sizeof *fleet);
}
