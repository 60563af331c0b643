/*
 * Rules: the state of file systems.
 * Data only; catalogue.h says what the fields mean.
 */
#include "convert/assess/catalogue.h"

static const struct rule rules[] = {
	{
		.id = "fs.dirty",
		.title = "A file system was not unmounted cleanly",
		.severity = SEVERITY_INFORMATION,
		.why = "The server was not shut down properly before the capture, "
		  "or it was captured while running.",
		.action = "Check the data of the applications in the VM, "
		  "databases first.",
		.effect = "Replays the journal, in the overlay.",
		.proof = "tests/integration/assess-disks",
	},
	{
		.id = "fs.near-full",
		.title = "A file system is almost full",
		.severity = SEVERITY_WARNING,
		.why = "Less than 2 % is free: services and the next kernel "
		  "update may fail for lack of space.",
		.action = "Make space on the server, or grow the disk of the VM.",
		.command = "df -h; du -xh / | sort -h | tail",
		.proof = "tests/integration/assess-disks",
	},
};

const struct rule_table rules_filesystems = {
	GROUP_FILESYSTEMS, rules, sizeof rules / sizeof *rules};
