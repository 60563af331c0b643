/*
 * Rules: the operating system: age, kernels, drivers, its own files.
 * Data only; catalogue.h says what the fields mean.
 */
#include "convert/assess/catalogue.h"

static const struct rule rules[] = {
	{
		.id = "guest.file-not-written",
		.title = "A file could not be changed",
		.severity = SEVERITY_BLOCKER,
		.why = "It still holds what only fits the old hardware: the VM "
		  "may not boot.",
		.action = "Make space on the server's file system, or repair it, and "
		  "convert again.",
	},
	{
		.id = "guest.file-refused",
		.title = "A configuration file was not read",
		.severity = SEVERITY_WARNING,
		.why = "It is not the small text that it should be, so that "
		  "nothing in it was converted.",
		.action = "Look at the file; repair it on the server and convert "
		  "again.",
	},
	{
		.id = "linux.initramfs.failed",
		.title = "An initramfs could not be extended",
		.severity = SEVERITY_WARNING,
		.why = "Its kernel may lack the drivers that it needs to find its "
		  "disk in the VM.",
		.action = "Boot another kernel, or rebuild this initramfs in the VM.",
	},
	{
		.id = "linux.initramfs.no-space",
		.title = "No space for drivers in an initramfs",
		.severity = SEVERITY_WARNING,
		.why = "Its kernel would not find its disk on virtio; the default "
		  "kernel was served first.",
		.action = "Make space in /boot on the server and convert again.",
	},
	{
		.id = "linux.initramfs.no-virtio",
		.title = "An initramfs has no virtio drivers",
		.severity = SEVERITY_WARNING,
		.why = "It was made for the old hardware: the kernel would not "
		  "find its disk in the VM.",
		.action = "Rebuild it with the virtio drivers.",
		.effect = "Adds the drivers.",
	},
	{
		.id = "linux.initramfs.reduced",
		.title = "An initramfs got less than it could",
		.severity = SEVERITY_INFORMATION,
		.why = "The VM boots on the hardware that was chosen for it, but "
		  "cannot change to other hardware.",
		.action = "Rebuild the initramfs in the VM when there is space.",
		.proof = "tests/rewrite/test-kernel-findings.c",
	},
	{
		.id = "linux.initramfs.unsupported",
		.title = "An initramfs is of a kind that is not extended",
		.severity = SEVERITY_WARNING,
		.why = "It keeps the drivers that it has. If they do not include "
		  "virtio, the VM gets emulated hardware, which is slower.",
		.action = "Rebuild it in the VM with the virtio drivers, then "
		  "convert the VM's hardware to virtio.",
		.effect = "Gives the VM emulated hardware if the drivers are missing.",
	},
	{
		.id = "linux.initramfs.waits",
		.title = "An initramfs waits for a disk of the old machine",
		.severity = SEVERITY_WARNING,
		.why = "The name changes with the disk controller: each boot would "
		  "wait for it until a time limit, or for ever.",
		.action = "Rebuild the initramfs in the VM.",
		.effect = "Takes the wait out of the initramfs.",
		.proof = "tests/rewrite/test-initramfs-texts.c",
	},
	{
		.id = "linux.kernel.no-disk",
		.title = "A kernel can drive no disk of a VM",
		.severity = SEVERITY_WARNING,
		.why = "Neither it nor its initramfs has a driver for any disk "
		  "that can be emulated: it does not boot in the VM.",
		.action = "Boot another kernel, or install one with virtio on the "
		  "server.",
		.proof = "tests/rewrite/test-kernel-findings.c",
	},
	{
		.id = "linux.kernel.no-virtio",
		.title = "A kernel has no virtio drivers",
		.severity = SEVERITY_WARNING,
		.why = "It can only use emulated hardware, which is slower.",
		.action = "Install a newer kernel if performance matters.",
		.effect = "Gives the VM emulated hardware.",
	},
	{
		.id = "linux.kernel.none",
		.title = "No kernel was found",
		.severity = SEVERITY_BLOCKER,
		.why = "Nothing in /boot can be started, or /boot is on a disk "
		  "that was not captured.",
		.action = "Capture the disk that holds /boot as well.",
	},
	{
		.id = "linux.kernel.unified",
		.title = "A kernel and its initramfs are one signed file",
		.severity = SEVERITY_WARNING,
		.why = "Nothing can be put into it: the VM gets hardware whose "
		  "drivers it holds.",
		.action = "Build it anew in the VM, with the virtio drivers.",
		.proof = "tests/rewrite/test-kernel-findings.c",
	},
	{
		.id = "linux.resume.device-name",
		.title = "The resume device has a name that depends on hardware",
		.severity = SEVERITY_WARNING,
		.why = "The name changes with the disk controller: the boot would "
		  "wait for it, or not go on.",
		.action = "Name it by UUID=.",
		.effect = "Writes UUID= in its place.",
		.proof = "tests/rewrite/test-resume.c",
	},
	{
		.id = "os.end-of-life",
		.title = "The operating system is no longer maintained",
		.severity = SEVERITY_WARNING,
		.why = "It gets no more security updates from its maker.",
		.action = "Plan its replacement; keep the VM away from open networks.",
	},
	{
		.id = "os.unknown",
		.title = "No known operating system was found",
		.severity = SEVERITY_BLOCKER,
		.why = "Nothing was changed on the disks. The VM gets hardware "
		  "that most systems boot on; whether this one does, only "
		  "the boot shows.",
		.action = "Look at the screen of the boot proof; if a disk was left "
		  "out, capture it as well.",
		.proof = "tests/end-to-end/30-refusals",
	},
	{
		.id = "swap.hibernated",
		.title = "The server is hibernated",
		.severity = SEVERITY_BLOCKER,
		.why = "A VM that resumes the memory of other hardware damages "
		  "its file systems.",
		.action = "Start the server, shut it down properly, and capture "
		  "again.",
	},
};

const struct rule_table rules_system = {
	GROUP_SYSTEM, rules, sizeof rules / sizeof *rules};
