/*
 * Rules: what the machine is made of, and what of it fails.
 * Data only; catalogue.h says what the fields mean.
 */
#include "convert/assess/catalogue.h"
#include "convert/assess/looks.h"

#define DAMAGE_PROOF "tests/integration/sick-disks"

static const struct rule rules[] = {
	{
		.id = "disk.bad-sectors.boot",
		.title = "A partition table or boot area could not be read",
		.severity = SEVERITY_WARNING,
		.why = "Parts of it are zeros in the capture, and so in the VM: "
		  "it may not boot, or lack partitions.",
		.action = "Look at what the boot proof says. Write the table or "
		  "the boot loader anew in the VM if it does not start.",
		.proof = DAMAGE_PROOF,
	},
	{
		.id = "disk.bad-sectors.encrypted",
		.title = "An encrypted volume has parts that could not be read",
		.severity = SEVERITY_WARNING,
		.why = "They are zeros in the capture. Which files they belong to "
		  "cannot be told without the key; where the header or its "
		  "keys are lost, the volume cannot be opened at all.",
		.action = "Open the volume in the VM, check its file system, and "
		  "compare with a backup. Restore a lost header from its "
		  "backup.",
		.proof = DAMAGE_PROOF,
	},
	{
		.id = "disk.bad-sectors.file",
		.title = "A file has parts that could not be read",
		.severity = SEVERITY_WARNING,
		.why = "The server's disk is failing there: the parts are zeros "
		  "in the capture, and so in the VM.",
		.action = "Restore the file from a backup, or reinstall its package.",
		.command = "dpkg -V || rpm -Va",
		.proof = DAMAGE_PROOF,
	},
	{
		.id = "disk.bad-sectors.free",
		.title = "Unreadable sectors held no data",
		.severity = SEVERITY_INFORMATION,
		.why = "They are in free or swap space, or belong to nothing. The "
		  "server's disk is failing all the same.",
		.action = "Do not rely on the server's disk any longer.",
		.proof = DAMAGE_PROOF,
	},
	{
		.id = "disk.bad-sectors.metadata",
		.title = "A file system's own records could not be read",
		.severity = SEVERITY_WARNING,
		.why = "Parts of them are zeros in the capture. Files may be lost "
		  "with them.",
		.action = "Check the file system in the VM (fsck) before it is used, "
		  "and compare with a backup.",
		.proof = DAMAGE_PROOF,
	},
	{
		.id = "disk.bad-sectors.mirrored",
		.title = "Other members of a RAID have what could not be read",
		.severity = SEVERITY_WARNING,
		.why = "Nothing is lost, but this member has zeros there in the "
		  "capture, and the array in the VM may read them as data.",
		.action = "Before the VM is used, remove this member from the array "
		  "and add it again, so that it is written anew.",
		.command = "mdadm ARRAY --fail MEMBER --remove MEMBER && "
		  "mdadm --zero-superblock MEMBER && mdadm ARRAY --add MEMBER",
		.proof = DAMAGE_PROOF,
	},
	{
		.id = "disk.bad-sectors.unknown",
		.title = "Unreadable sectors could not be assigned to files",
		.severity = SEVERITY_WARNING,
		.why = "They are zeros in the capture, and unrack cannot tell "
		  "what they held: the file system is unknown to it or too "
		  "damaged, or lies in a thin pool, a snapshot or a RAID that "
		  "it cannot follow.",
		.action = "Find out with the file system's own tools, and compare "
		  "with a backup.",
		.proof = DAMAGE_PROOF,
	},
	{
		.id = "disk.bad-sectors.volumes",
		.title = "Records of LVM or of a RAID could not be read",
		.severity = SEVERITY_WARNING,
		.why = "They are zeros in the capture. Volumes or arrays may not "
		  "start, or without one of their disks.",
		.action = "Check them in the VM (vgck, mdadm --detail). LVM can "
		  "write its records anew (vgcfgrestore); a member of an array "
		  "can be removed and added again.",
		.proof = DAMAGE_PROOF,
	},
	{
		.id = "disk.defects",
		.title = "A disk has defects",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "It counts sectors that it replaced, or could not read, and "
		  "more tend to follow. Reading all of it is work for it.",
		.action = "Back it up first. Capture soon, and look for "
		  "disk.bad-sectors afterwards.",
		.look = disk_defects_look,
	},
	{
		.id = "disk.failing",
		.title = "A disk says that it is failing",
		.severity = SEVERITY_WARNING,
		.why = "It expects to fail soon, by its maker's own measure. Reading "
		  "all of it may be the last thing that it does.",
		.action = "Back up what matters most at once. Then capture without "
		  "delay, with nothing else running, and look for "
		  "disk.bad-sectors afterwards.",
		.look = disk_failing_look,
	},
	{
		.id = "disk.health-hidden",
		.title = "A RAID controller hides the health of disks",
		.severity = SEVERITY_INFORMATION,
		.confidence = CONFIDENCE_LIKELY,
		.why = "What the machine sees as one disk is made of several, any of "
		  "which may be failing.",
		.action = "Look at the lamps of the disks, or ask the controller's own "
		  "program, before the capture.",
		.look = disk_hidden_look,
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
		.proof = "tests/damage/test-list.c",
	},
	{
		.id = "disk.worn",
		.title = "A flash disk is worn out",
		.severity = SEVERITY_WARNING,
		.why = "It has written nearly all that it was built for. Reading it "
		  "still works, but do not count on it.",
		.action = "Capture soon, and do not use the disk again.",
		.look = disk_worn_look,
	},
	{
		.id = "hardware.bmc",
		.title = "The machine has a management controller",
		.severity = SEVERITY_INFORMATION,
		.why = "Its console, alerts and power switch are not those of the "
		  "VM. A cluster that fences by it, or monitoring that asks it, "
		  "speaks to the old machine.",
		.action = "Take it out of monitoring, and give fencing another way.",
		.look = bmc_look,
	},
	{
		.id = "hardware.cpu-needed",
		.title = "Programs need what the host's processor has not",
		.severity = SEVERITY_BLOCKER,
		.why = "They end with \"illegal instruction\", or say at their start "
		  "that the processor is too old.",
		.action = "Run the VM on a host with a newer processor.",
		.look = processor_needed_look,
	},
	{
		.id = "hardware.cpu-reduced",
		.title = "The host's processor has less than the server's",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_POSSIBLE,
		.why = "Programs that were built for this server may use what the VM "
		  "will not have. They end with \"illegal instruction\".",
		.action = "Run the VM on a host with a processor as new as the "
		  "server's, or build such programs again.",
		.look = processor_reduced_look,
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
