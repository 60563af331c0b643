/*
 * Rules: software that watches the machine.
 * Data only; catalogue.h says what the fields mean.
 */
#include "convert/assess/catalogue.h"

static const struct rule rules[] = {
	{
		.id = "security.antivirus",
		.title = "A virus scanner runs here",
		.severity = SEVERITY_INFORMATION,
		.why = "It may take the conversion's changes for an attack, and its "
		  "server counts the VM as another machine.",
		.action = "See in its console that the VM has taken the old "
		  "machine's place.",
		.software = (const struct software[]){
			{"ClamAV", "clamav-daemon clamd", "clamav-daemon clamd@*",
			  NULL},
			{NULL}},
	},
};

const struct rule_table rules_security = {
	GROUP_SECURITY, rules, sizeof rules / sizeof *rules};
