#ifndef CONVERT_ASSESS_CATALOGUE_H
#define CONVERT_ASSESS_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>

struct examination;
struct rule;

enum severity { SEVERITY_BLOCKER, SEVERITY_WARNING, SEVERITY_INFORMATION };
enum confidence { CONFIDENCE_CERTAIN, CONFIDENCE_LIKELY, CONFIDENCE_POSSIBLE };

enum rule_group {
	GROUP_HARDWARE,
	GROUP_FIRMWARE,
	GROUP_STORAGE,
	GROUP_FILESYSTEMS,
	GROUP_SYSTEM,
	GROUP_NETWORK,
	GROUP_APPLICATIONS,
	GROUP_SECURITY,
	GROUP_IDENTITY,
	GROUP_OPERATIONS
};

/* A line of a guest's file that a text clue's pattern matched. */
struct hit {
	const char *path;
	unsigned line;
	const char *text;  /* the whole line */
	const char *match; /* what matched: group 1 of the pattern if it has one */
};

/*
 * A way to find a rule's problem in the guest's texts: lines that match
 * `pattern` (POSIX extended, in any case; its first group counts) in files whose paths
 * match one of `files` (shell patterns, separated by spaces; "*" matches "/"
 * too), except comments.  `accept` (NULL: all) has the last word.
 */
struct clue {
	const char *files;
	const char *pattern;
	bool (*accept)(const struct examination *, const struct hit *);
};

/*
 * Software by its traces: shell patterns, separated by spaces, of packages, of
 * units and init scripts ("clamav-daemon"), of paths.  NULL: not found that way.
 */
struct software {
	const char *name; /* as its maker calls it */
	const char *packages, *units, *paths;
};

/*
 * A kind of device in the inventory, by bus ("pci", "usb", "scsi") and shell
 * patterns, separated by spaces: `ids` as "10de:*", none of `except`, and one of
 * `classes`, which are those of PCI ("030200"), of a USB device or one of its
 * interfaces ("0b"), or SCSI's kinds ("tape").  NULL: any, and except none.
 */
struct device {
	const char *name; /* what it is */
	const char *bus;
	const char *ids, *except, *classes;
};

/*
 * What unrack knows about one kind of problem, and how it is found: by `clues`,
 * by `software`, by `devices`, by `look`, or, with none of them, by code that works on disks; then `proof` is the test that shows it fire and
 * stay silent.  All others are proven by tests/assess/rules/ID/.
 */
struct rule {
	const char *id; /* stable: people filter by it */
	const char *title;
	enum severity severity;
	enum confidence confidence; /* that it is so where it fires */
	const char *why;      /* why it matters */
	const char *action;   /* what a person does about it, if unrack did not */
	const char *command;  /* the same as commands to run, or NULL */
	const char *playbook; /* the same as tasks for Ansible, or NULL */
	const char *effect;   /* what unrack does by itself; NULL: nothing */
	const struct software *software; /* ends with one without name */
	const struct clue *clues;	 /* ends with one without files */
	const struct device *devices;	 /* ends with one without name */
	void (*look)(struct examination *, const struct rule *);
	const char *proof;
};

/* Rules of one group, in rules-NAME.c, by id. */
struct rule_table {
	enum rule_group group;
	const struct rule *rules;
	size_t count;
};
extern const struct rule_table rules_hardware, rules_devices, rules_firmware, rules_storage,
	rules_filesystems, rules_kernel, rules_system, rules_network,
	rules_applications, rules_security, rules_identity, rules_agents,
	rules_operations;

/* NULL when there is no such rule. */
const struct rule *catalogue_rule(const char *id);

/* All rules, by group; NULL at the end. */
const struct rule *catalogue_at(size_t index);

enum rule_group rule_group(const struct rule *rule);

/* "firmware and boot" */
const char *group_name(enum rule_group group);

/* "blocker", "warning", "information". */
const char *severity_name(enum severity severity);

/* "certain", "likely", "possible". */
const char *confidence_name(enum confidence confidence);

/* "playbook", "command" or "hint", and its text in *text_out. */
const char *rule_remedy(const struct rule *rule, const char **text_out);

#endif
