/*
 * Rules: kernels, their drivers, and what could not be changed in the guest.
 * Data only; catalogue.h says what the fields mean.
 */
#include "convert/assess/catalogue.h"
#include "convert/assess/looks.h"

static const struct rule rules[] = {
	{
		.id = "guest.file-empty",
		.title = "A configuration file holds nothing",
		.severity = SEVERITY_INFORMATION,
		.why = "A crash or a full disk may have taken what was in it, and "
		  "the server would not start as it did before.",
		.action = "Compare it with a backup; write it anew on the server if it "
		  "should hold something, and convert again.",
		.proof = "tests/integration/assess-disks",
	},
	{
		.id = "guest.file-not-written",
		.title = "A file could not be changed",
		.severity = SEVERITY_BLOCKER,
		.why = "It still holds what only fits the old hardware: the VM "
		  "may not boot.",
		.action = "Make space on the server's file system, or repair it, and "
		  "convert again.",
		.proof = "tests/rewrite/test-loader.c",
	},
	{
		.id = "guest.file-refused",
		.title = "A configuration file was not read",
		.severity = SEVERITY_WARNING,
		.why = "It is not the small text that it should be, so that "
		  "nothing in it was converted.",
		.action = "Look at the file; repair it on the server and convert "
		  "again.",
		.proof = "tests/integration/assess-disks",
	},
	{
		.id = "guest.no-room",
		.title = "A file system has no room for the changes",
		.severity = SEVERITY_BLOCKER,
		.why = "What is listed after it stays as it is, because it would "
		  "not fit: names that only fit the old hardware, and the VM may "
		  "not boot. The other files are changed.",
		.action = "Free that much on the server's file system (old kernels, "
		  "logs), and convert again.",
		.proof = "tests/rewrite/test-change-room.c",
	},
	{
		.id = "guest.no-room-optional",
		.title = "A file system has room for what the VM needs, no more",
		.severity = SEVERITY_WARNING,
		.why = "What the VM boots without is left out there: serial "
		  "consoles, services of the old hardware, the list that brings "
		  "them back, the record of the guest agent.",
		.action = "Free that much on the server's file system (old kernels, "
		  "logs), and convert again.",
		.proof = "tests/rewrite/test-change-room.c",
	},
	{
		.id = "linux.console.moved",
		.title = "The serial console was on a port that the VM lacks",
		.severity = SEVERITY_INFORMATION,
		.why = "A management board shows another port than the VM's "
		  "ttyS0; a login that waits on an absent one starts again "
		  "and again.",
		.action = "Use the VM's serial console; the board's is not there.",
		.effect = "Puts console and login on ttyS0.",
		.proof = "tests/rewrite/test-serial-console.c",
	},
	{
		.id = "linux.initramfs.failed",
		.title = "An initramfs could not be extended",
		.severity = SEVERITY_WARNING,
		.why = "Its kernel may lack the drivers that it needs to find its "
		  "disk in the VM.",
		.action = "Boot another kernel, or rebuild this initramfs in the VM.",
		.command = "update-initramfs -u -k all || dracut -f "
		  "--regenerate-all",
		.proof = "tests/rewrite/test-kernel-findings.c",
	},
	{
		.id = "linux.initramfs.next",
		.title = "The next initramfs may lack the VM's drivers",
		.severity = SEVERITY_WARNING,
		.why = "The tool that makes it could not be told: after an update "
		  "of the kernel the VM may not find its disk.",
		.action = "Add virtio_pci, virtio_blk and virtio_scsi to the file in "
		  "the VM before its kernel is updated.",
		.command = "printf '%s\\n' virtio_pci virtio_blk virtio_scsi >> "
		  "/etc/initramfs-tools/modules",
		.proof = "tests/rewrite/test-kernel-findings.c",
	},
	{
		.id = "linux.initramfs.no-space",
		.title = "No space for drivers in an initramfs",
		.severity = SEVERITY_WARNING,
		.why = "Its kernel would not find its disk on virtio; the default "
		  "kernel was served first.",
		.action = "Make space in /boot on the server and convert again.",
		.command = "df -h /boot; apt-get autoremove --purge",
		.proof = "tests/rewrite/test-kernel-findings.c",
	},
	{
		.id = "linux.initramfs.no-virtio",
		.title = "An initramfs has no virtio drivers",
		.severity = SEVERITY_WARNING,
		.why = "It was made for the old hardware: the kernel would not "
		  "find its disk in the VM.",
		.action = "Rebuild it with the virtio drivers.",
		.command = "update-initramfs -u -k all || dracut -f "
		  "--regenerate-all",
		.effect = "Adds the drivers.",
		.proof = "tests/rewrite/test-kernel-findings.c",
	},
	{
		.id = "linux.initramfs.reduced",
		.title = "An initramfs got less than it could",
		.severity = SEVERITY_INFORMATION,
		.why = "The VM boots on the hardware that was chosen for it, but "
		  "cannot change to other hardware.",
		.action = "Rebuild the initramfs in the VM when there is space.",
		.command = "update-initramfs -u -k all || dracut -f "
		  "--regenerate-all",
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
		.proof = "tests/rewrite/test-kernel-findings.c",
	},
	{
		.id = "linux.initramfs.waits",
		.title = "An initramfs waits for a disk of the old machine",
		.severity = SEVERITY_WARNING,
		.why = "The name changes with the disk controller: each boot would "
		  "wait for it until a time limit, or for ever.",
		.action = "Rebuild the initramfs in the VM.",
		.command = "update-initramfs -u -k all || dracut -f "
		  "--regenerate-all",
		.effect = "Takes the wait out of the initramfs, or makes it 10 "
		  "seconds.",
		.proof = "tests/rewrite/test-initramfs-texts.c",
	},
	{
		.id = "linux.kernel.before-virtio",
		.title = "A kernel is older than virtio",
		.severity = SEVERITY_WARNING,
		.why = "Linux has virtio drivers since 2.6.25. An older kernel can "
		  "only use emulated hardware, which is slower.",
		.action = "Plan an upgrade of the system if performance matters.",
		.effect = "Gives the VM emulated hardware.",
		.look = kernel_age_look,
	},
	{
		.id = "linux.kernel.custom",
		.title = "A kernel does not come from the distribution",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "No package knows it: it was built for this machine, gets no "
		  "updates, and may lack what a VM needs.",
		.action = "Boot a kernel of the distribution in the VM, unless a "
		  "program needs this one.",
		.command = "dpkg -S /boot/vmlinuz-* || rpm -qf "
		  "/boot/vmlinuz-*",
		.look = kernel_custom_look,
	},
	{
		.id = "linux.kernel.modules",
		.title = "Modules were added to a kernel",
		.severity = SEVERITY_WARNING,
		.why = "They do not come with the kernel: drivers of old hardware "
		  "are of no use in a VM, others (file systems, security, "
		  "licences) may be needed and break with the next kernel.",
		.action = "Find out what each is for. Remove those of "
		  "hardware; ask the makers of the others for a version for "
		  "the VM's kernel.",
		.command = "dkms status; modinfo MODULE",
		.look = kernel_modules_look,
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
		.proof = "tests/rewrite/test-kernel-findings.c",
	},
	{
		.id = "linux.kernel.none",
		.title = "No kernel was found",
		.severity = SEVERITY_BLOCKER,
		.why = "Nothing in /boot can be started, or /boot is on a disk "
		  "that was not captured.",
		.action = "Capture the disk that holds /boot as well.",
		.proof = "tests/integration/assess-disks",
	},
	{
		.id = "linux.kernel.parameters",
		.title = "The kernel is started with parameters for hardware",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "They work around the old machine (interrupts, memory, "
		  "processors, PCI) and may hinder the VM.",
		.action = "Remove them from /etc/default/grub and the boot loader's "
		  "entries once the VM boots.",
		.command = "update-grub || grub2-mkconfig -o "
		  "/boot/grub2/grub.cfg",
		.clues = (const struct clue[]){
			{"/etc/default/grub /etc/default/grub.d/*.cfg "
			 "/etc/kernel/cmdline /etc/lilo.conf",
			  "(acpi=(off|ht|noirq)|noapic|nolapic|pci=[a-z]+|"
			  "[^a-z]mem=[0-9]+|maxcpus=|nr_cpus=|isolcpus=|nohz_full="
			  "|intel_iommu=|amd_iommu=|hugepages=|nosmp|irqpoll|divider="
			  "|processor[.]max_cstate=|intel_idle[.]max_cstate=)",
			  NULL},
			{0}},
	},
	{
		.id = "linux.kernel.realtime",
		.title = "A real-time kernel is installed",
		.severity = SEVERITY_WARNING,
		.why = "A VM shares its processors with others: what relies on "
		  "answers within microseconds may miss them.",
		.action = "Ask the owner what needs it; give the VM processors of "
		  "its own or leave it on hardware.",
		.look = kernel_realtime_look,
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
		.id = "linux.modules.hardware",
		.title = "Drivers of hardware are loaded at boot by name",
		.severity = SEVERITY_INFORMATION,
		.why = "Sensors, IPMI and watchdogs are not in the VM: loading fails "
		  "with a message, which does no harm.",
		.action = "Remove the lines when the VM has taken over.",
		.clues = (const struct clue[]){
			{"/etc/modules /etc/modules-load.d/*.conf "
			 "/etc/sysconfig/kernel",
			  "^(ipmi_[a-z_]+|coretemp|hpwdt|hpilo|iTCO_wdt|i2c[-_][a-z0-9]+|"
			  "w83[0-9a-z]+|it87|lm[0-9]+|k[0-9]+temp|dcdbas|dell_rbu|"
			  "acpi_power_meter|megaraid[a-z_]*|cciss|hpsa|mptsas|aacraid|"
			  "qla[0-9a-z]+|lpfc|nvidia[a-z_]*)$",
			  NULL},
			{0}},
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
};

const struct rule_table rules_kernel = {
	GROUP_SYSTEM, rules, sizeof rules / sizeof *rules};
