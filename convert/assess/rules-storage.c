/*
 * Rules: volumes, and how the guest finds them.
 * Data only; catalogue.h says what the fields mean.
 */
#include "convert/assess/catalogue.h"
#include "convert/assess/looks.h"

static const struct rule rules[] = {
	{
		.id = "linux.config.device-name",
		.title = "A program's configuration names a disk by its place in "
		  "the old hardware",
		.severity = SEVERITY_WARNING,
		.why = "The name changes with the disk controller: the program "
		  "would not find its disk, or find another one.",
		.action = "Name it by /dev/disk/by-uuid. A crash kernel's initramfs "
		  "holds a copy: run `kdumpctl rebuild`.",
		.effect = "Writes the path of the content's UUID in its place.",
		.proof = "tests/rewrite/test-device-words.c",
	},
	{
		.id = "linux.config.missing",
		.title = "A program's configuration names a disk that is not here",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "Its disk was left behind, or its name tells nothing about "
		  "which one it is. A unit or a dump that waits for it fails.",
		.action = "Correct the line, which was turned into a comment.",
		.effect = "Turns the line into a comment.",
		.proof = "tests/rewrite/test-device-words.c",
	},
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
		.id = "linux.crypttab.missing",
		.title = "An encrypted volume is not among the disks",
		.severity = SEVERITY_WARNING,
		.why = "Its disk was left behind, or its name tells nothing about "
		  "which one it is. Waiting for it would stop the boot, and swap "
		  "made anew may be made on another disk.",
		.action = "Capture the disk as well, or correct /etc/crypttab and "
		  "what mounts the volume.",
		.effect = "Turns the line into a comment, so that the boot goes on.",
		.proof = "tests/rewrite/test-crypttab.c",
	},
	{
		.id = "linux.fstab.absent",
		.title = "A volume that may be absent is not among the disks",
		.severity = SEVERITY_INFORMATION,
		.why = "Its line says noauto or nofail: the boot goes on without it, "
		  "but what was on it is not in the VM.",
		.action = "Capture the disk as well, if it belongs to the server and "
		  "is no backup disk or stick; else take the line out of "
		  "/etc/fstab.",
		.proof = "tests/rewrite/test-fstab.c",
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
		.effect = "Turns the line into a comment, so that the boot goes on.",
		.proof = "tests/rewrite/test-fstab.c",
	},
	{
		.id = "storage.array-degraded",
		.title = "A RAID array lacks members",
		.severity = SEVERITY_WARNING,
		.why = "A disk failed, or was left behind. The array runs without "
		  "it, after the boot has waited for it in vain.",
		.action = "In the VM the storage below is redundant already: give "
		  "the array as many members as it has.",
		.command = "mdadm --grow /dev/md0 --raid-devices=1 --force",
		.proof = "tests/assess/test-storage.c",
	},
	{
		.id = "storage.array-incomplete",
		.title = "A RAID array cannot be put together",
		.severity = SEVERITY_BLOCKER,
		.why = "More of its members are missing than it can do without: "
		  "what it holds is not in the VM.",
		.action = "Capture all disks of the array.",
		.proof = "tests/assess/test-storage.c",
	},
	{
		.id = "storage.array-stops-boot",
		.title = "The boot stops when a RAID array lacks a member",
		.severity = SEVERITY_WARNING,
		.why = "Ubuntu before 14.04 asks whether to go on, and ends in "
		  "a shell of the initramfs when nobody says yes. A member of "
		  "an array is missing here.",
		.action = "Set BOOT_DEGRADED=true in "
		  "/etc/initramfs-tools/conf.d/mdadm and rebuild the initramfs.",
		.command = "update-initramfs -u -k all",
		.effect = "Sets it, also in the initramfs.",
		.proof = "tests/rewrite/test-boot-degraded.c",
	},
	{
		.id = "storage.asm-excludes",
		.title = "Oracle ASM does not look at single disks",
		.severity = SEVERITY_WARNING,
		.why = "On a server with several paths their names are left out. "
		  "In the VM there are no others: no ASM disk would be found.",
		.action = "Take sd and vd out of ORACLEASM_SCANEXCLUDE.",
		.effect = "Takes them out.",
		.proof = "tests/rewrite/test-oracleasm.c",
	},
	{
		.id = "storage.bcache",
		.title = "A fast disk caches a slow one",
		.severity = SEVERITY_WARNING,
		.why = "With only one of the two disks the data is not readable.",
		.action = "Capture both disks; write the cache back first "
		  "(writethrough).",
		.command = "echo writethrough > "
		  "/sys/block/bcache0/bcache/cache_mode",
		.software = (const struct software[]){
			{"bcache", "bcache-tools", NULL, NULL},
			{"Intel CAS", NULL, "open-cas", "/etc/opencas/opencas.conf"},
			{"EnhanceIO", NULL, "enhanceio", NULL},
			{0}},
	},
	{
		.id = "storage.cluster-filesystem",
		.title = "A file system is shared by several machines",
		.severity = SEVERITY_BLOCKER,
		.confidence = CONFIDENCE_LIKELY,
		.why = "Its disk is written to by all of them at once. A VM that "
		  "mounts a copy has old data, and one that mounts the disk "
		  "without the cluster's locks destroys it.",
		.action = "Decide for all machines of the cluster together: attach the "
		  "shared disk to their VMs, or move the data to a file server.",
		.clues = (const struct clue[]){
			{"/etc/fstab",
			  "^[^ \t]+[ \t]+[^ \t]+[ \t]+(gfs2?|ocfs2?|gpfs|lustre|"
			  "beegfs|vxfs|acfs)([ \t]|$)", NULL},
			{0}},
		.software = (const struct software[]){
			{"OCFS2", NULL, "o2cb ocfs2", "/etc/ocfs2/cluster.conf"},
			{"IBM Storage Scale", "gpfs.base", "gpfs", "/var/mmfs/*"},
			{"Oracle ACFS", NULL, "acfs*", "/etc/acfs.conf"},
			{0}},
	},
	{
		.id = "storage.disk-settings",
		.title = "Settings are kept for a disk of the old machine",
		.severity = SEVERITY_INFORMATION,
		.why = "They are for a disk by its name in the old machine: in the VM "
		  "they do nothing, or reach another disk.",
		.action = "Take the lines out, or name the disk by /dev/disk/by-uuid.",
		.clues = (const struct clue[]){
			{"/etc/smartd.conf /etc/smartmontools/smartd.conf "
			 "/etc/default/smartmontools /etc/hdparm.conf "
			 "/etc/sysconfig/harddisks /etc/sysconfig/hdparm "
			 "/etc/default/hddtemp /etc/quotatab /etc/warnquota.conf "
			 "/etc/raidtab /etc/sdparm.conf",
			  "(^|[=:\"' \t])(/dev/(sd[a-z]+[0-9]*|hd[a-z][0-9]*|"
			  "cciss/c[0-9]+d[0-9]+(p[0-9]+)?|nvme[0-9]+n[0-9]+(p[0-9]+)?|"
			  "twa[0-9]+|tw[el][0-9]+|sg[0-9]+|mapper/mpath[a-z]+|"
			  "disk/by-(id|path)/[^ \t\"']+))([ \t\"':,{]|$)", NULL},
			{"/etc/systemd/system/*",
			  "(dev-(sd[a-z]+|hd[a-z])[0-9]*[.](device|swap)|"
			  "systemd-fsck@dev-(sd[a-z]+|hd[a-z])[0-9]*)", NULL},
			{0}},
	},
	{
		.id = "storage.disk-twice",
		.title = "One disk was captured over two paths",
		.severity = SEVERITY_BLOCKER,
		.why = "The VM would have two copies that drift apart, and LVM "
		  "refuses volumes that it finds twice.",
		.action = "Capture one of the paths only: choose the disks at the "
		  "source with `unrack-capture --disk`.",
		.proof = "tests/assess/test-twins.c",
	},
	{
		.id = "storage.encrypted",
		.title = "A volume is encrypted",
		.severity = SEVERITY_WARNING,
		.why = "What is inside was not looked at and not converted. Keys "
		  "that live in the old hardware (TPM) are lost with it.",
		.action = "Give the passphrase with --luks-passphrase-file, so that "
		  "what is inside is converted too, and have it at hand before "
		  "the server is switched off.",
		.proof = "tests/integration/assess-disks",
	},
	{
		.id = "storage.encrypted-opened",
		.title = "An encrypted volume was opened with a passphrase",
		.severity = SEVERITY_INFORMATION,
		.why = "What is inside was assessed and converted. The disk stays "
		  "encrypted, here too, and all of the volume is captured, free "
		  "space included.",
		.action = "Keep the passphrase: the VM asks for it at each boot.",
		.proof = "tests/assess/test-storage.c",
	},
	{
		.id = "storage.fake-raid",
		.title = "A controller's firmware made a RAID array of disks",
		.severity = SEVERITY_BLOCKER,
		.confidence = CONFIDENCE_LIKELY,
		.why = "The VM's firmware does not know it, and none of the disks "
		  "holds a file system by itself that could be read: it is striped, or "
		  "a member is missing.",
		.action = "Boot the server's own system and copy it to a disk that "
		  "is in no array, or capture the array's device from there.",
		.proof = "tests/assess/test-fake-raid.c",
	},
	{
		.id = "storage.fake-raid-members",
		.title = "More than one disk of a mirror that a controller's "
		  "firmware made is in the VM",
		.severity = SEVERITY_BLOCKER,
		.confidence = CONFIDENCE_LIKELY,
		.why = "Nothing in the VM puts them together. Each file system is "
		  "there twice, chance decides which copy is used, and LVM "
		  "refuses volumes that it finds twice: the VM may not boot, or "
		  "mix two states of the data.",
		.action = "Capture one disk of the mirror only: choose it at the "
		  "source with `unrack-capture --disk`. Or capture the array's "
		  "own device from the running server.",
		.proof = "tests/assess/test-fake-raid.c",
	},
	{
		.id = "storage.fake-raid-mirror",
		.title = "A mirror that a controller's firmware made is used as a "
		  "single disk",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "The disk holds everything by itself. The mark at its end "
		  "makes dmraid, mdadm or dracut take the disk, and hide its "
		  "partitions from the boot.",
		.action = "Where no change is told, erase the mark with `wipefs` on a "
		  "copy of the disk and convert that. Remove dmraid in the VM.",
		.effect = "Erases the mark of Intel's arrays and of DDF in the VM's "
		  "disk, and writes UUIDs for the names of the array.",
		.proof = "tests/assess/test-fake-raid.c",
	},
	{
		.id = "storage.iscsi",
		.title = "Disks come over the network by iSCSI",
		.severity = SEVERITY_BLOCKER,
		.why = "The VM would log in under the same name as the old "
		  "machine: with both running, two write to one disk.",
		.action = "Decide: attach the disk to the VM's host and capture it, "
		  "or switch the old machine's login off before the VM is "
		  "let out.",
		.command = "iscsiadm -m session; iscsiadm -m node -o "
		  "update -n node.startup -v manual",
		.clues = (const struct clue[]){
			{"/etc/iscsi/nodes/* /var/lib/iscsi/nodes/*",
			  "^(node.startup|node.conn\\[0\\].startup)[ \t]*=[ \t]*automatic",
			  iscsi_accept},
			{0}},
	},
	{
		.id = "storage.locked-root",
		.title = "The system itself is encrypted, and no passphrase was given",
		.severity = SEVERITY_WARNING,
		.why = "Only /boot could be looked at. Names, addresses, mounts and "
		  "services were not read and stay as they are.",
		.action = "Convert again with --luks-passphrase-file. Without it, "
		  "start the VM at its console, give the passphrase there, and "
		  "check names and addresses of its network cards.",
		.effect = "Gives the VM hardware whose drivers the initramfs holds.",
		.proof = "tests/integration/locked-root",
	},
	{
		.id = "storage.luks-cost",
		.title = "An encrypted volume was not opened, as that takes too long",
		.severity = SEVERITY_WARNING,
		.why = "Its header tells how much work one passphrase is. Who wants "
		  "to keep the host busy for hours writes it so; cryptsetup makes "
		  "a few seconds of it.",
		.action = "On the server, lower the cost of each key slot with "
		  "`cryptsetup luksChangeKey` or `luksConvertKey`, or remove the "
		  "slot, and capture again. Give many passphrases as UUID=FILE. "
		  "Without that the volume stays as it is, and the VM asks for "
		  "the passphrase itself.",
		.command = "cryptsetup luksChangeKey --iter-time 2000 DEVICE",
		.proof = "tests/assess/test-unlock.c",
	},
	{
		.id = "storage.lvm-devices",
		.title = "LVM uses no disks but those in a list",
		.severity = SEVERITY_WARNING,
		.why = "The list knows disks by serial number, WWID or name, which "
		  "the VM's have not: their volumes would be ignored.",
		.action = "Run `vgimportdevices -a` in the VM to have a list again.",
		.command = "vgimportdevices -a",
		.effect = "Puts the list aside, and hides it in the initramfs: "
		  "without one LVM uses all disks.",
		.proof = "tests/rewrite/test-swap-unit.c",
	},
	{
		.id = "storage.lvm-filter",
		.title = "LVM looks for volumes on disks of certain names only",
		.severity = SEVERITY_WARNING,
		.why = "The VM's disks have other names: the volumes would not be "
		  "found, and with the root on LVM nothing would boot.",
		.action = "Let the filter in lvm.conf accept the VM's disks.",
		.effect = "Adds the VM's disks to the setting, also in the "
		  "initramfs.",
		.proof = "tests/rewrite/test-lvm.c",
	},
	{
		.id = "storage.mdadm-devices",
		.title = "Members of RAID arrays are looked for on certain disks "
		  "only",
		.severity = SEVERITY_WARNING,
		.why = "The VM's disks have other names: the array would not be "
		  "assembled.",
		.action = "Write `DEVICE partitions`, and arrays by UUID, into "
		  "mdadm.conf.",
		.effect = "Does that, also in the initramfs.",
		.proof = "tests/rewrite/test-mdadm.c",
	},
	{
		.id = "storage.multipath",
		.title = "Disks are reached over several paths",
		.severity = SEVERITY_WARNING,
		.why = "A VM has one path: names made by multipathd vanish, and "
		  "it may claim the VM's disk.",
		.action = "Remove multipathd in the VM.",
		.command = "multipath -ll; lsblk -o NAME,TYPE,MOUNTPOINT",
		.effect = "Writes UUIDs in place of the names, lets multipath.conf "
		  "claim nothing, also in the initramfs, and keeps multipathd "
		  "from starting.",
		.software = (const struct software[]){
			{"DM multipath", "multipath-tools device-mapper-multipath", "multipathd", NULL},
			{"EMC PowerPath", "EMCpower*", "PowerPath", "/etc/emcp_registration /etc/powermt.custom"},
			{"Hitachi HDLM", NULL, "DLManager", "/opt/DynamicLinkManager/*"},
			{"IBM SDD", "IBMsdd", NULL, "/etc/sddsrv.conf"},
			{"HP Secure Path", "spfile*", NULL, "/opt/CPQsecurepath/*"},
			{0}},
	},
	{
		.id = "storage.not-mounted",
		.title = "A file system could not be mounted",
		.severity = SEVERITY_WARNING,
		.why = "It was not looked at, and all of it is captured, free "
		  "space included.",
		.action = "Check it on the server. If it is damaged, "
		  "repair it there first; if it is of a kind that Linux "
		  "does not know, nothing is to be done.",
		.command = "fsck -n DEVICE",
		.proof = "tests/integration/assess-disks",
	},
	{
		.id = "storage.not-trimmed",
		.title = "Free space could not be told apart",
		.severity = SEVERITY_INFORMATION,
		.why = "All of this file system is captured, which takes longer.",
		.action = "Nothing.",
		.proof = "tests/rewrite/test-mounted.c",
	},
	{
		.id = "storage.reference-unresolved",
		.title = "A name of a disk or volume means nothing here",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "No volume on the captured disks fits it, or more than one "
		  "does. It was left as it is rather than guessed.",
		.action = "Find out on the server which volume it means, "
		  "and correct it in the VM.",
		.command = "ls -l /dev/disk/by-*; blkid",
		.proof = "tests/rewrite/test-fstab.c",
	},
	{
		.id = "storage.san",
		.title = "Disks of a storage network are attached",
		.severity = SEVERITY_BLOCKER,
		.why = "What is on them is not in the machine. With both twins "
		  "running, two would write to one disk.",
		.action = "Capture those disks too, or attach them to the VM alone "
		  "after the old machine is off.",
		.command = "lsscsi -t; multipath -ll",
		.look = san_look,
	},
	{
		.id = "storage.san-boot",
		.title = "The machine starts from a storage network",
		.severity = SEVERITY_BLOCKER,
		.why = "Its system disk is not in it. The VM would look for the disk "
		  "through an adapter that it does not have, or under the old "
		  "machine's name, while that may still use it.",
		.action = "Capture the volume as the system disk (the live image must "
		  "see it), and remove these settings in the VM.",
		.clues = (const struct clue[]){
			{"/etc/default/grub /etc/kernel/cmdline /etc/grub.conf "
			 "/etc/zipl.conf /etc/dracut.conf.d/* "
			 "/etc/initramfs-tools/* /etc/iscsi/iscsi.initramfs "
			 "/etc/iscsi.initramfs",
			  "(netroot=iscsi|root=iscsi|rd\\.iscsi\\.|ip=ibft|"
			  "iscsi_(firmware|initiator|target_name)|rd\\.fcoe|"
			  "[ \"]fcoe=|ISCSI_(INITIATOR|TARGET_NAME)=)", NULL},
			{0}},
	},
	{
		.id = "storage.tpm-sealed",
		.title = "A volume opens with a key that the TPM or a server keeps",
		.severity = SEVERITY_BLOCKER,
		.confidence = CONFIDENCE_LIKELY,
		.why = "The key of a TPM stays in the old machine: without another way "
		  "in, the data of the VM cannot be read. A key server may not "
		  "be reached from the VM.",
		.action = "Before power-off, add a passphrase or a recovery key on the "
		  "running server, and try it. Note it where it can be found.",
		.command = "systemd-cryptenroll --recovery-key /dev/VOLUME || "
		  "cryptsetup luksAddKey /dev/VOLUME; "
		  "cryptsetup open --test-passphrase /dev/VOLUME",
		.clues = (const struct clue[]){
			{"/etc/crypttab", "(tpm2-(device|pcrs|pin)=|fido2-device=|"
			  "pkcs11-uri=|tang|clevis)", NULL},
			{"/etc/default/grub /etc/kernel/cmdline /etc/cmdline.d/*",
			  "(rd\\.luks\\.options=[^ ]*tpm2-device)", NULL},
			{0}},
		.software = (const struct software[]){
			{"Clevis", "clevis-luks clevis-dracut clevis-initramfs "
			  "clevis-systemd clevis-tpm2", "clevis-luks-askpass", NULL},
			{"tpm2-initramfs-tool", "tpm2-initramfs-tool", NULL, NULL},
			{0}},
	},
	{
		.id = "storage.udev-rule",
		.title = "A rule for devices asks for the old hardware",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "Links and owners that it makes are missing in the VM: "
		  "databases on raw devices find nothing.",
		.action = "Rewrite the rule with the UUID or the serial number that "
		  "the VM's disk has.",
		.clues = (const struct clue[]){
			{"/etc/udev/rules.d/*",
			  "(ENV\\{ID_(SERIAL|PATH|WWN|MODEL)[A-Z_]*\\}|KERNEL)==\"(sd|hd|0x|scsi|pci|ata|36[0-9a-f]{6,})[^\"]*\"",
			  NULL},
			{"/etc/udev/rules.d/*",
			  "(scsi_id)",
			  udev_scsi_id_accept},
			{0}},
	},
	{
		.id = "storage.unknown-layer",
		.title = "Disks are managed by software that unrack does not read",
		.severity = SEVERITY_WARNING,
		.why = "Free space in it is captured as well, names that it makes "
		  "are not changed, and what is inside is not converted.",
		.action = "Check in the boot proof that its volumes are there.",
		.software = (const struct software[]){
			{"ZFS", "zfsutils-linux zfs", "zfs-import-cache zfs-mount", NULL},
			{"Veritas VxVM", "VRTSvxvm", "vxvm-boot", "/etc/vx/volboot"},
			{"EVMS", "evms", NULL, "/etc/evms.conf"},
			{"VDO", "vdo", "vdo", NULL},
			{"Stratis", "stratisd", "stratisd", NULL},
			{0}},
	},
	{
		.id = "storage.usr-missing",
		.title = "The system's programs are on a file system that is "
		  "not here",
		.severity = SEVERITY_BLOCKER,
		.why = "/usr could not be mounted, or nothing says where it is, "
		  "and the init is in it: the VM would not start, and what is in "
		  "/usr was not looked at and not converted.",
		.action = "Give all disks of the server, and the passphrase "
		  "where /usr is encrypted (--luks-passphrase-file).",
		.proof = "tests/assess/test-linux-root.c",
	},
	{
		.id = "storage.uuid-twice",
		.title = "Two volumes have the same UUID",
		.severity = SEVERITY_WARNING,
		.why = "A name by that UUID means either of them, by chance: after "
		  "a copy of a disk, or with a snapshot.",
		.action = "Give one a new UUID (tune2fs -U, xfs_admin -U, "
		  "mkswap -U), or leave the copy out of the VM.",
		.proof = "tests/assess/test-twins.c",
	},
};

const struct rule_table rules_storage = {
	GROUP_STORAGE, rules, sizeof rules / sizeof *rules};
