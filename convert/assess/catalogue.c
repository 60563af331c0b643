/*
 * The catalogue: everything that unrack can find.  The rules are data, a table
 * for each group in rules-GROUP.c; examine.c applies them.  A rule's id never
 * changes its meaning.
 */
#include "convert/assess/catalogue.h"

#include <string.h>

static const struct rule_table *const tables[] = {
	&rules_hardware, &rules_devices, &rules_firmware, &rules_storage, &rules_filesystems,
	&rules_kernel, &rules_system, &rules_network, &rules_applications,
	&rules_security, &rules_identity, &rules_agents, &rules_operations};

const struct rule *
catalogue_at(size_t index)
{
	for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
		if (index < tables[t]->count)
			return &tables[t]->rules[index];
		index -= tables[t]->count;
	}
	return NULL;
}

const struct rule *
catalogue_rule(const char *id)
{
	const struct rule *rule;

	for (size_t i = 0; (rule = catalogue_at(i)) != NULL; i++) {
		if (strcmp(rule->id, id) == 0)
			return rule;
	}
	return NULL;
}

enum rule_group
rule_group(const struct rule *rule)
{
	size_t t = 0;

	while (rule < tables[t]->rules ||
		rule >= tables[t]->rules + tables[t]->count)
		t++;
	return tables[t]->group;
}

const char *
group_name(enum rule_group group)
{
	static const char *const names[] = {
		[GROUP_HARDWARE] = "hardware",
		[GROUP_FIRMWARE] = "firmware and boot",
		[GROUP_STORAGE] = "storage",
		[GROUP_FILESYSTEMS] = "file systems",
		[GROUP_SYSTEM] = "operating system",
		[GROUP_NETWORK] = "network",
		[GROUP_APPLICATIONS] = "applications and dependencies",
		[GROUP_SECURITY] = "security software",
		[GROUP_IDENTITY] = "identity and licences",
		[GROUP_OPERATIONS] = "operations",
	};

	return names[group];
}

const char *
severity_name(enum severity severity)
{
	static const char *const names[] = {
		[SEVERITY_BLOCKER] = "blocker",
		[SEVERITY_WARNING] = "warning",
		[SEVERITY_INFORMATION] = "information",
	};

	return names[severity];
}

const char *
confidence_name(enum confidence confidence)
{
	static const char *const names[] = {
		[CONFIDENCE_CERTAIN] = "certain",
		[CONFIDENCE_LIKELY] = "likely",
		[CONFIDENCE_POSSIBLE] = "possible",
	};

	return names[confidence];
}

const char *
rule_remedy(const struct rule *rule, const char **text_out)
{
	const char *kind = rule->playbook != NULL ? "playbook"
		: rule->command != NULL		  ? "command"
						  : "hint";

	*text_out = rule->playbook != NULL ? rule->playbook
		: rule->command != NULL	   ? rule->command
					   : rule->action;
	return kind;
}
