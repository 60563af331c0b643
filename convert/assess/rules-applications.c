/*
 * Rules: what the machine is there for, and what that needs.
 * Data only; catalogue.h says what the fields mean.
 */
#include "convert/assess/catalogue.h"
#include "convert/assess/looks.h"

static const struct rule rules[] = {
	{
		.id = "applications.remote-mount",
		.title = "File systems of other servers are mounted",
		.severity = SEVERITY_WARNING,
		.why = "The VM needs to reach those servers, and they must let it "
		  "in: exports and firewalls often name addresses.",
		.action = "See that the VM's network reaches them; move them before "
		  "or after, not at the same time.",
		.look = remote_mount_look,
	},
};

const struct rule_table rules_applications = {
	GROUP_APPLICATIONS, rules, sizeof rules / sizeof *rules};
