/*
 * Rules: what makes the machine this one: names, licences, accounts.
 * Data only; catalogue.h says what the fields mean.
 */
#include "convert/assess/catalogue.h"

static const struct rule rules[] = {
	{
		.id = "identity.credentials-in-files",
		.title = "Passwords stand in files",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "They belong to accounts elsewhere, and are copied with the "
		  "machine to everybody who gets its image.",
		.action = "Change them after the move, and keep them in a store for "
		  "secrets.",
		.clues = (const struct clue[]){
			{"/etc/cron* /var/spool/cron/* /usr/local/* /opt/* "
			 "/etc/default/* /etc/systemd/*",
			  "(password|passwd|pwd|secret|token)[\"']?[ \t]*[=:]"
			  "[ \t]*[\"']?[^ \t\"'$%<{]",
			  NULL},
			{NULL}},
	},
};

const struct rule_table rules_identity = {
	GROUP_IDENTITY, rules, sizeof rules / sizeof *rules};
