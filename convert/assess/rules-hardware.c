/*
 * Rules: what the machine is made of, and what of it fails.
 * Data only; catalogue.h says what the fields mean.
 */
#include "convert/assess/catalogue.h"
#include "convert/assess/looks.h"

static const struct rule rules[] = {
	{
		.id = "disk.bad-sectors.file",
		.title = "A file has parts that could not be read",
		.severity = SEVERITY_WARNING,
		.why = "The server's disk is failing there: the parts are zeros "
		  "in the capture, and so in the VM.",
		.action = "Restore the file from a backup, or reinstall its package.",
		.proof = "tests/convert/test-damage.c",
	},
	{
		.id = "disk.bad-sectors.free",
		.title = "Unreadable sectors held no data",
		.severity = SEVERITY_INFORMATION,
		.why = "They are in free or swap space. The server's disk is "
		  "failing all the same.",
		.action = "Do not rely on the server's disk any longer.",
		.proof = "tests/convert/test-damage.c",
	},
	{
		.id = "disk.bad-sectors.metadata",
		.title = "Structures of the disk could not be read",
		.severity = SEVERITY_WARNING,
		.why = "Parts of a file system's own records, of the partition "
		  "table or of the boot loader are zeros in the capture. "
		  "Files may be lost with them.",
		.action = "Check the file system in the VM (fsck) before it is used, "
		  "and compare with a backup.",
		.proof = "tests/convert/test-damage.c",
	},
	{
		.id = "disk.bad-sectors.unknown",
		.title = "Unreadable sectors could not be assigned to files",
		.severity = SEVERITY_WARNING,
		.why = "They are zeros in the capture, and unrack cannot tell "
		  "what they held: it reads the records of ext2, ext3 and "
		  "ext4 on plain partitions alone.",
		.action = "Find out with the file system's own tools, and compare "
		  "with a backup.",
		.proof = "tests/convert/test-damage.c",
	},
	{
		.id = "disk.reread-differs",
		.title = "A second read gave other data",
		.severity = SEVERITY_WARNING,
		.why = "Nothing writes to the disks of a server that runs the "
		  "live image: its disk, controller or memory is failing, "
		  "and what was captured may be wrong elsewhere too.",
		.action = "Test the server's memory, capture again, and check the "
		  "data in the VM. What was converted already is from the "
		  "first read: `unrack convert` makes it anew.",
		.proof = "tests/convert/test-damage.c",
	},
	{
		.id = "hardware.tpm",
		.title = "The machine has a TPM",
		.severity = SEVERITY_INFORMATION,
		.why = "Keys that are sealed in it do not come along.",
		.action = "Find out whether something uses it: disk encryption, "
		  "certificates, measured boot.",
		.look = tpm_look,
	},
};

const struct rule_table rules_hardware = {
	GROUP_HARDWARE, rules, sizeof rules / sizeof *rules};
