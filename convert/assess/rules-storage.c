/*
 * Rules: volumes, and how the guest finds them.
 * Data only; catalogue.h says what the fields mean.
 */
#include "convert/assess/catalogue.h"

static const struct rule rules[] = {
	{
		.id = "linux.crypttab.device-name",
		.title = "An encrypted volume is found by a name that depends on "
		  "hardware",
		.severity = SEVERITY_WARNING,
		.why = "The name changes with the disk controller: the volume "
		  "would not be opened and the boot would wait for it.",
		.action = "Name it in /etc/crypttab by UUID=.",
		.effect = "Writes UUID= in its place.",
		.proof = "tests/rewrite/test-crypttab.c",
	},
	{
		.id = "linux.fstab.device-name",
		.title = "A file system is mounted by a name that depends on "
		  "hardware",
		.severity = SEVERITY_WARNING,
		.why = "The name changes with the disk controller: the mount "
		  "would fail and the boot would end in emergency mode.",
		.action = "Name it in /etc/fstab by UUID=.",
		.effect = "Writes UUID= in its place.",
		.proof = "tests/rewrite/test-fstab.c",
	},
	{
		.id = "linux.fstab.missing",
		.title = "A mounted volume is not among the disks",
		.severity = SEVERITY_WARNING,
		.why = "Its disk was left behind, or its name tells nothing about "
		  "which one it is. Waiting for it would stop the boot.",
		.action = "Capture the disk as well, or provide the data in another "
		  "way and correct /etc/fstab.",
		.effect = "Adds nofail, so that the boot goes on.",
		.proof = "tests/rewrite/test-fstab.c",
	},
	{
		.id = "storage.encrypted",
		.title = "A volume is encrypted",
		.severity = SEVERITY_WARNING,
		.why = "What is inside was not looked at and not converted. Keys "
		  "that live in the old hardware (TPM) are lost with it.",
		.action = "Have a passphrase at hand before the server is switched "
		  "off.",
		.proof = "tests/integration/assess-disks",
	},
	{
		.id = "storage.not-mounted",
		.title = "A file system could not be mounted",
		.severity = SEVERITY_WARNING,
		.why = "It was not looked at, and all of it is captured, free "
		  "space included.",
		.action = "Check it on the server.",
		.proof = "tests/integration/assess-disks",
	},
	{
		.id = "storage.not-trimmed",
		.title = "Free space could not be told apart",
		.severity = SEVERITY_INFORMATION,
		.why = "All of this file system is captured, which takes longer.",
		.action = "Nothing.",
	},
	{
		.id = "storage.reference-unresolved",
		.title = "A name of a disk or volume means nothing here",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "No volume on the captured disks fits it, or more than one "
		  "does. It was left as it is rather than guessed.",
		.action = "Find out what it means on the server and correct it in "
		  "the VM.",
		.proof = "tests/rewrite/test-fstab.c",
	},
};

const struct rule_table rules_storage = {
	GROUP_STORAGE, rules, sizeof rules / sizeof *rules};
