/*
 * The catalogue: everything that unrack can find, in one table.  A rule's id is
 * used by finding_add() and never changes its meaning.
 */
#include "convert/assess/catalogue.h"

#include <string.h>

static const struct rule rules[] = {
	{"boot.several-systems", "Several systems are installed",
		SEVERITY_WARNING,
		"One of them is converted; the others keep the names and drivers "
		"of the old hardware.",
		"If another system is the one in use, say so and convert again "
		"with its disks only."},
	{"disk.bad-sectors.file", "A file has parts that could not be read",
		SEVERITY_WARNING,
		"The server's disk is failing there: the parts are zeros in the "
		"capture, and so in the VM.",
		"Restore the file from a backup, or reinstall its package."},
	{"disk.bad-sectors.free", "Unreadable sectors held no data",
		SEVERITY_INFORMATION,
		"They are in free or swap space. The server's disk is failing all "
		"the same.",
		"Do not rely on the server's disk any longer."},
	{"disk.bad-sectors.metadata",
		"Structures of the disk could not be read", SEVERITY_WARNING,
		"Parts of a file system's own records, of the partition table or "
		"of the boot loader are zeros in the capture. Files may be lost "
		"with them.",
		"Check the file system in the VM (fsck) before it is used, and "
		"compare with a backup."},
	{"disk.bad-sectors.unknown",
		"Unreadable sectors could not be assigned to files",
		SEVERITY_WARNING,
		"They are zeros in the capture, and unrack cannot tell what they "
		"held: it reads the records of ext2, ext3 and ext4 on plain "
		"partitions alone.",
		"Find out with the file system's own tools, and compare with a "
		"backup."},
	{"disk.reread-differs", "A second read gave other data",
		SEVERITY_WARNING,
		"Nothing writes to the disks of a server that runs the live "
		"image: its disk, controller or memory is failing, and what was "
		"captured may be wrong elsewhere too.",
		"Test the server's memory, capture again, and check the data in "
		"the VM. What was converted already is from the first read: "
		"`unrack convert` makes it anew."},
	{"firmware.uefi-no-fallback",
		"Only the old machine's firmware knows the boot loader",
		SEVERITY_BLOCKER,
		"A VM starts with empty firmware settings and looks for "
		"EFI/BOOT/BOOTX64.EFI alone.",
		"Copy the boot loader there on the server, or add a boot entry "
		"in the VM's firmware menu."},
	{"fs.dirty", "A file system was not unmounted cleanly",
		SEVERITY_INFORMATION,
		"The server was not shut down properly before the capture, or it "
		"was captured while running.",
		"Check the applications' data in the VM."},
	{"fs.near-full", "A file system is almost full", SEVERITY_WARNING,
		"Less than 2 % is free: services and the next kernel update may "
		"fail for lack of space.",
		"Make space on the server, or grow the disk of the VM."},
	{"guest.file-not-written", "A file could not be changed",
		SEVERITY_BLOCKER,
		"It still holds what only fits the old hardware: the VM may not "
		"boot.",
		"Make space on the server's file system, or repair it, and "
		"convert again."},
	{"guest.file-refused", "A configuration file was not read",
		SEVERITY_WARNING,
		"It is not the small text that it should be, so that nothing in "
		"it was converted.",
		"Look at the file; repair it on the server and convert again."},
	{"linux.crypttab.device-name",
		"An encrypted volume is found by a name that depends on hardware",
		SEVERITY_WARNING,
		"The name changes with the disk controller: the volume would not "
		"be opened and the boot would wait for it.",
		"Name it in /etc/crypttab by UUID=."},
	{"linux.fstab.device-name",
		"A file system is mounted by a name that depends on hardware",
		SEVERITY_WARNING,
		"The name changes with the disk controller: the mount would fail "
		"and the boot would end in emergency mode.",
		"Name it in /etc/fstab by UUID=."},
	{"linux.fstab.missing", "A mounted volume is not among the disks",
		SEVERITY_WARNING,
		"Its disk was left behind, or its name tells nothing about which "
		"one it is. Waiting for it would stop the boot.",
		"Capture the disk as well, or provide the data in another way "
		"and correct /etc/fstab."},
	{"linux.grub.device-name",
		"The boot loader names a disk by a name that depends on hardware",
		SEVERITY_WARNING,
		"The name changes with the disk controller: the kernel would not "
		"find its root file system.",
		"Use root=UUID= on the kernel command line."},
	{"linux.grub.install-device",
		"The boot loader is to be updated on a disk that is gone",
		SEVERITY_WARNING,
		"The next update of GRUB renews its files, but not its start in "
		"the boot sector: after that the VM may not boot.",
		"Run dpkg-reconfigure grub-pc in the VM and choose its disk."},
	{"linux.grub.regenerates-names",
		"The boot loader's settings ask for device names",
		SEVERITY_WARNING,
		"The next update of a kernel would write names that depend on "
		"hardware into grub.cfg again.",
		"Remove the setting from /etc/default/grub."},
	{"linux.initramfs.failed", "An initramfs could not be extended",
		SEVERITY_WARNING,
		"Its kernel may lack the drivers that it needs to find its disk "
		"in the VM.",
		"Boot another kernel, or rebuild this initramfs in the VM."},
	{"linux.initramfs.no-space", "No space for drivers in an initramfs",
		SEVERITY_WARNING,
		"Its kernel would not find its disk on virtio; the default kernel "
		"was served first.",
		"Make space in /boot on the server and convert again."},
	{"linux.initramfs.no-virtio", "An initramfs has no virtio drivers",
		SEVERITY_WARNING,
		"It was made for the old hardware: the kernel would not find its "
		"disk in the VM.",
		"Rebuild it with the virtio drivers."},
	{"linux.initramfs.unsupported",
		"An initramfs is of a kind that is not extended",
		SEVERITY_WARNING,
		"It keeps the drivers that it has. If they do not include virtio, "
		"the VM gets emulated hardware, which is slower.",
		"Rebuild it in the VM with the virtio drivers, then convert the "
		"VM's hardware to virtio."},
	{"linux.kernel.no-virtio", "A kernel has no virtio drivers",
		SEVERITY_WARNING,
		"It can only use emulated hardware, which is slower.",
		"Install a newer kernel if performance matters."},
	{"linux.kernel.none", "No kernel was found", SEVERITY_BLOCKER,
		"Nothing in /boot can be started, or /boot is on a disk that was "
		"not captured.",
		"Capture the disk that holds /boot as well."},
	{"linux.resume.device-name",
		"The resume device has a name that depends on hardware",
		SEVERITY_WARNING,
		"The name changes with the disk controller: the boot would wait "
		"for it, or not go on.",
		"Name it by UUID=."},
	{"network.name-kept", "An interface keeps its name",
		SEVERITY_INFORMATION,
		"Addresses, routes and firewall rules belong to the name. The VM "
		"keeps the MAC address, and a rule gives it the old name.",
		"Nothing, as long as the VM keeps its MAC address."},
	{"network.no-mac", "An interface's hardware is not known",
		SEVERITY_WARNING,
		"Without its MAC address the name cannot be kept: the VM may come "
		"up without this interface's addresses.",
		"Convert with the server's inventory, or correct the network "
		"configuration in the VM."},
	{"network.static-address", "The server has a fixed address",
		SEVERITY_INFORMATION,
		"The VM comes up with the same address. Two machines with one "
		"address disturb each other.",
		"Shut the old server down before the VM is connected."},
	{"os.end-of-life", "The operating system is no longer maintained",
		SEVERITY_WARNING,
		"It gets no more security updates from its maker.",
		"Plan its replacement; keep the VM away from open networks."},
	{"os.unknown", "No known operating system was found", SEVERITY_BLOCKER,
		"Nothing was changed on the disks. The VM gets hardware that most "
		"systems boot on; whether this one does, only the boot shows.",
		"Look at the screen of the boot proof; if a disk was left out, "
		"capture it as well."},
	{"storage.encrypted", "A volume is encrypted", SEVERITY_WARNING,
		"What is inside was not looked at and not converted. Keys that "
		"live in the old hardware (TPM) are lost with it.",
		"Have a passphrase at hand before the server is switched off."},
	{"storage.not-mounted", "A file system could not be mounted",
		SEVERITY_WARNING,
		"It was not looked at, and all of it is captured, free space "
		"included.",
		"Check it on the server."},
	{"storage.not-trimmed", "Free space could not be told apart",
		SEVERITY_INFORMATION,
		"All of this file system is captured, which takes longer.",
		"Nothing."},
	{"storage.reference-unresolved",
		"A name of a disk or volume means nothing here", SEVERITY_WARNING,
		"No volume on the captured disks fits it, or more than one does. "
		"It was left as it is rather than guessed.",
		"Find out what it means on the server and correct it in the VM."},
	{"swap.hibernated", "The server is hibernated", SEVERITY_BLOCKER,
		"A VM that resumes the memory of other hardware damages its file "
		"systems.",
		"Start the server, shut it down properly, and capture again."},
};

const struct rule *
catalogue_rules(size_t *count_out)
{
	*count_out = sizeof rules / sizeof *rules;
	return rules;
}

const struct rule *
catalogue_rule(const char *id)
{
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		if (strcmp(rules[i].id, id) == 0)
			return &rules[i];
	}
	return NULL;
}

const char *
severity_name(enum severity severity)
{
	static const char *const names[] = {
		[SEVERITY_BLOCKER] = "blocker",
		[SEVERITY_WARNING] = "warning",
		[SEVERITY_INFORMATION] = "information",
	};

	return names[severity];
}
