/*
 * Rules: interfaces, addresses, and whom the machine talks to.
 * Data only; catalogue.h says what the fields mean.
 */
#include "convert/assess/catalogue.h"

static const struct rule rules[] = {
	{
		.id = "network.name-kept",
		.title = "An interface keeps its name",
		.severity = SEVERITY_INFORMATION,
		.why = "Addresses, routes and firewall rules belong to the name. "
		  "The VM keeps the MAC address, and a rule gives it the old "
		  "name.",
		.action = "Nothing, as long as the VM keeps its MAC address.",
		.effect = "Adds a rule that keeps the name.",
		.proof = "tests/integration/assess-disks",
	},
	{
		.id = "network.no-mac",
		.title = "An interface's hardware is not known",
		.severity = SEVERITY_WARNING,
		.why = "Without its MAC address the name cannot be kept: the VM "
		  "may come up without this interface's addresses.",
		.action = "Convert with the server's inventory, or correct the "
		  "network configuration in the VM.",
		.proof = "tests/integration/assess-disks",
	},
	{
		.id = "network.static-address",
		.title = "The server has a fixed address",
		.severity = SEVERITY_INFORMATION,
		.why = "The VM comes up with the same address. Two machines with "
		  "one address disturb each other.",
		.action = "Shut the old server down before the VM is connected.",
		.proof = "tests/integration/assess-disks",
	},
};

const struct rule_table rules_network = {
	GROUP_NETWORK, rules, sizeof rules / sizeof *rules};
