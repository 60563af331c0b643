/*
 * Rules: how the machine starts: firmware and boot loader.
 * Data only; catalogue.h says what the fields mean.
 */
#include "convert/assess/catalogue.h"
#include "convert/assess/looks.h"

static const struct rule rules[] = {
	{
		.id = "boot.chain-broken",
		.title = "The boot loader would stop on its way to the kernel",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "The way from the disk's first sector to the menu has a gap. "
		  "The machine may have been started from elsewhere: another "
		  "disk, the network, a stick.",
		.action = "See what the boot proof says. If it fails, install the boot "
		  "loader anew on the server, or give the disk that starts it.",
		.proof = "tests/assess/test-boot-chain.c",
	},
	{
		.id = "boot.chain-fragile",
		.title = "The boot loader starts a file by the blocks it lies in",
		.severity = SEVERITY_INFORMATION,
		.why = "It works as long as nothing moves the file: an update, a "
		  "defragmentation, a copy of the file system.",
		.action = "Install the boot loader where it has room of its own.",
		.proof = "tests/assess/test-boot-chain.c",
	},
	{
		.id = "boot.geometry",
		.title = "The partition table was written for another controller",
		.severity = SEVERITY_WARNING,
		.why = "The code in the disk's first sector finds partitions by "
		  "cylinder, head and sector, as the old controller counted them.",
		.action = "Install a boot loader of its own in the first sector.",
		.effect = "Counts them as the VM does. Linux reads other fields.",
		.proof = "tests/rewrite/test-boot-table.c",
	},
	{
		.id = "boot.no-active-partition",
		.title = "No partition is active, and the disk's code looks for one",
		.severity = SEVERITY_WARNING,
		.why = "Some RAID controllers start such disks all the same; the "
		  "VM's BIOS runs the code as it is, which stops.",
		.action = "Make the partition with the boot loader active.",
		.effect = "Makes it active where only one begins with a boot loader.",
		.proof = "tests/rewrite/test-boot-table.c",
	},
	{
		.id = "boot.no-loader",
		.title = "There is no boot loader that the VM's BIOS could start",
		.severity = SEVERITY_BLOCKER,
		.why = "The disk that it would start holds no code to run. The "
		  "loader was on one that is not here, say the other half of a "
		  "mirror, a stick or a memory card, or the server starts over "
		  "the network.",
		.action = "Give all disks of the server, also what it is started "
		  "from. Or install the boot loader on this disk as well, on the "
		  "server or in the VM from a rescue medium, then convert again.",
		.command = "grub-install /dev/DISK || grub2-install /dev/DISK",
		.proof = "tests/assess/test-boot-chain.c",
	},
	{
		.id = "boot.several-systems",
		.title = "Several systems are installed",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "One of them is converted; the others keep the names and "
		  "drivers of the old hardware.",
		.action = "If another of them is the one in use, convert "
		  "again and give its disks alone (--disk).",
		.proof = "tests/integration/assess-disks",
	},
	{
		.id = "firmware.bios",
		.title = "The machine starts by BIOS",
		.severity = SEVERITY_INFORMATION,
		.why = "The VM is made the same way, and boots. Some clouds, and "
		  "secure boot, want UEFI.",
		.action = "Nothing, if the VM stays on this host. Else change the boot "
		  "loader and the partition table to UEFI in the VM.",
		.effect = "Gives the VM a BIOS.",
		.look = bios_look,
	},
	{
		.id = "firmware.boot-entry-lost",
		.title = "A boot entry of the firmware names nothing in the VM",
		.severity = SEVERITY_INFORMATION,
		.why = "The VM gets the old firmware's boot entries as far as they "
		  "name a partition of its disks.",
		.action = "Add what is missed, say a network boot, in the VM's "
		  "definition.",
		.look = boot_entry_lost_look,
	},
	{
		.id = "firmware.esp-no-room",
		.title = "An EFI system partition has no room for a boot loader",
		.severity = SEVERITY_BLOCKER,
		.why = "Firmware that knows none of the old machine's entries starts "
		  "a loader by its name, which would be put there: part of its "
		  "files would start nothing, and none of them is made. Everything "
		  "else is changed.",
		.action = "Free that much on the partition (old loaders, firmware "
		  "updates), and convert again.",
		.proof = "tests/rewrite/test-esp.c",
	},
	{
		.id = "firmware.in-doubt",
		.title = "It is not certain which firmware started the system",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "The disks could be started by a BIOS and by UEFI, or not in "
		  "the way that the live image was: the VM may have the "
		  "wrong firmware.",
		.action = "If the VM does not boot, set firmware in "
		  "report/guest.json to the other one and write the VM anew.",
		.proof = "tests/integration/assess-disks",
	},
	{
		.id = "firmware.secure-boot",
		.title = "Secure Boot was on",
		.severity = SEVERITY_INFORMATION,
		.why = "The VM starts without it: its kernel loads modules that "
		  "nobody signed, and what is sealed to that state stays "
		  "locked.",
		.action = "Where a policy asks for it, choose a firmware with Secure "
		  "Boot in the VM's definition once it boots.",
		.look = secure_boot_look,
	},
	{
		.id = "firmware.uefi-no-fallback",
		.title = "Only the old machine's firmware knows the boot loader",
		.severity = SEVERITY_WARNING,
		.why = "Another firmware, and a VM that loses its settings, looks "
		  "for EFI/BOOT/BOOTX64.EFI alone.",
		.action = "Copy the boot loader there.",
		.effect = "Copies it there. Updates of the boot loader in the VM do "
		  "not renew the copy.",
		.proof = "tests/boot/uefi-entries",
	},
	{
		.id = "firmware.uefi-no-loader",
		.title = "There is no boot loader that the VM's firmware could start",
		.severity = SEVERITY_BLOCKER,
		.why = "The VM's firmware is UEFI for x86-64: it starts programs "
		  "for that processor from an EFI system partition.",
		.action = "Check that all disks of the server were given. A loader "
		  "for 32 bits alone: install grub-efi-amd64 on the server.",
		.proof = "tests/integration/assess-disks",
	},
	{
		.id = "linux.grub.array-gone",
		.title = "The kernel's command line waits for an array of the old "
		  "firmware",
		.severity = SEVERITY_INFORMATION,
		.why = "In the VM it is a plain disk: dracut would wait for it, and "
		  "end at a prompt.",
		.action = "Nothing, as long as the change below was made.",
		.effect = "Takes rd.md.uuid= of it out of the command line.",
		.proof = "tests/rewrite/test-loader.c",
	},
	{
		.id = "linux.grub.device-map",
		.title = "The boot loader's tools know disks that are gone",
		.severity = SEVERITY_INFORMATION,
		.why = "The machine boots without it, but installing the boot loader "
		  "anew would look for these disks.",
		.action = "Before the boot loader is installed anew, remove device.map "
		  "(its tools make another), and name the VM's disk in the "
		  "distribution's own setting.",
		.clues = (const struct clue[]){
			{"/boot/grub/device.map /boot/grub2/device.map",
			  "^\\(hd[0-9]+\\)[ \t]+(/dev/[^ \t]+)", NULL},
			{"/etc/default/grub_installdevice",
			  "^(/dev/[^ \t]+)", NULL},
			{.files = NULL}},
	},
	{
		.id = "linux.grub.device-name",
		.title = "The boot loader names a disk by a name that depends on "
		  "hardware",
		.severity = SEVERITY_WARNING,
		.why = "The name changes with the disk controller: the kernel "
		  "would not find its root file system.",
		.action = "Use root=UUID= on the kernel command line.",
		.effect = "Writes UUID= in its place.",
		.proof = "tests/rewrite/test-loader.c",
	},
	{
		.id = "linux.grub.install-device",
		.title = "The boot loader is to be updated on a disk that is gone",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "The next update of GRUB renews its files, but not its "
		  "start in the boot sector: after that the VM may not boot.",
		.action = "Run dpkg-reconfigure grub-pc in the VM and choose its "
		  "disk.",
		.command = "dpkg-reconfigure grub-pc",
		.proof = "tests/integration/assess-disks",
	},
	{
		.id = "linux.grub.regenerates-names",
		.title = "The boot loader's settings ask for device names",
		.severity = SEVERITY_WARNING,
		.why = "The next update of a kernel would write names that depend "
		  "on hardware into grub.cfg again.",
		.action = "Remove the setting from /etc/default/grub.",
		.effect = "Comments the setting out.",
		.proof = "tests/rewrite/test-loader.c",
	},
	{
		.id = "linux.loader.entry-lost",
		.title = "An entry of the old boot menu starts nothing in the VM",
		.severity = SEVERITY_WARNING,
		.why = "Its kernel, initramfs or partition is not there, or on a "
		  "file system that has no UUID.",
		.action = "Add it to /boot/unrack-grub/grub.cfg if it is missed.",
		.proof = "tests/boot/lilo-replaced",
	},
	{
		.id = "linux.loader.not-replaced",
		.title = "The boot loader cannot start the VM",
		.severity = SEVERITY_BLOCKER,
		.why = "LILO and ELILO start kernels as they lay on the old "
		  "machine's disks. What would take their place does not "
		  "fit or could not be made.",
		.action = "Install GRUB on the server, or make room: the first "
		  "partition of a disk has to begin at sector 63 or later.",
		.proof = "tests/boot/lilo-replaced",
	},
	{
		.id = "linux.loader.password",
		.title = "The old boot menu asked for a password",
		.severity = SEVERITY_WARNING,
		.why = "The menu that takes its place does not.",
		.action = "Set one in /boot/unrack-grub/grub.cfg, or guard the VM's "
		  "console.",
		.proof = "tests/boot/lilo-replaced",
	},
	{
		.id = "linux.loader.replaced",
		.title = "The boot loader starts kernels by the sectors they had",
		.severity = SEVERITY_WARNING,
		.why = "LILO finds no kernel that was changed, and none on another "
		  "kind of disk.",
		.action = "Install a boot loader that reads file systems.",
		.effect = "Puts GRUB 2 in its place, with the same menu, in "
		  "/boot/unrack-grub. lilo must not be run in the VM any more: "
		  "remove its package, or install GRUB's there.",
		.proof = "tests/boot/lilo-replaced",
	},
};

const struct rule_table rules_firmware = {
	GROUP_FIRMWARE, rules, sizeof rules / sizeof *rules};
