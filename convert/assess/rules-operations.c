/*
 * Rules: what people and other machines do with it every day.
 * Data only; catalogue.h says what the fields mean.
 */
#include "convert/assess/catalogue.h"

static const struct rule rules[] = {
	{
		.id = "operations.backup-agent",
		.title = "A backup agent runs here",
		.severity = SEVERITY_WARNING,
		.why = "The backup server knows the old machine by its name, its "
		  "address or an identity in the agent. Until the VM is known "
		  "there, nobody may notice that its backups fail.",
		.action = "Register the VM with the backup server, and restore a "
		  "file from it before the old machine goes.",
		.software = (const struct software[]){
			{"Bacula", "bacula-fd bacula-client", "bacula-fd",
			  "/etc/bacula/bacula-fd.conf"},
			{"Bareos", "bareos-filedaemon", "bareos-fd", NULL},
			{"Veeam Agent", "veeam", "veeamservice", NULL},
			{NULL}},
	},
	{
		.id = "operations.waiver-ended",
		.title = "A waiver has ended",
		.severity = SEVERITY_WARNING,
		.why = "Somebody accepted this finding until a day that is past.",
		.action = "Decide again, and write the new date into the file of "
		  "waivers.",
		.proof = "tests/assess/test-waiver.c",
	},
};

const struct rule_table rules_operations = {
	GROUP_OPERATIONS, rules, sizeof rules / sizeof *rules};
