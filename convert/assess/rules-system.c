/*
 * Rules: the operating system: its age, its clock, what it runs on.
 * Data only; catalogue.h says what the fields mean.
 */
#include "convert/assess/catalogue.h"
#include "convert/assess/looks.h"

static const struct rule rules[] = {
	{
		.id = "os.clock-local-time",
		.title = "The hardware clock runs on local time",
		.severity = SEVERITY_INFORMATION,
		.why = "Most VMs have a clock in UTC: the time would be off by the "
		  "time zone until it is corrected.",
		.action = "Change the clock to UTC in the VM.",
		.command = "timedatectl set-local-rtc 0",
		.effect = "Gives the VM a clock in local time.",
		.clues = (const struct clue[]){
			{"/etc/adjtime", "^LOCAL$", NULL},
			{"/etc/default/rcS", "^UTC=[\"']?no", NULL},
			{"/etc/sysconfig/clock", "^UTC=[\"']?(false|no)", NULL},
			{"/etc/sysconfig/clock", "^HWCLOCK=[\"']?(-l|--local)",
			  NULL},
			{"/etc/conf.d/hwclock /etc/conf.d/clock",
			  "^clock=[\"']?local", NULL},
			{0}},
	},
	{
		.id = "os.clock-source-device",
		.title = "Time comes from a device in the machine",
		.severity = SEVERITY_WARNING,
		.why = "A VM has no GPS receiver, radio clock or pulse per second, "
		  "and keeps time worse than hardware; other machines may take "
		  "theirs from this one.",
		.action = "Name another source of time, or leave the time service on "
		  "hardware.",
		.clues = (const struct clue[]){
			{"/etc/ntp.conf /etc/ntpsec/ntp.conf /etc/ntp/ntp.conf",
			  "^(server|refclock)[ \t].*127\\.127\\.([2-9]|[1-9][0-9])\\.",
			  NULL},
			{"/etc/chrony.conf /etc/chrony/chrony.conf "
			 "/etc/chrony/conf.d/*.conf /etc/chrony.d/*.conf",
			  "^refclock[ \t]+(pps|shm|sock|phc|nmea)", NULL},
			{0}},
	},
	{
		.id = "os.end-of-life",
		.title = "The operating system is no longer maintained",
		.severity = SEVERITY_WARNING,
		.why = "It gets no more security updates from its maker.",
		.action = "Plan its replacement; keep the VM away from open "
		  "networks.",
		.look = end_of_life_look,
	},
	{
		.id = "os.end-of-life-soon",
		.title = "The operating system is maintained for less than a year",
		.severity = SEVERITY_INFORMATION,
		.why = "The move is a good moment to plan its replacement.",
		.action = "Plan an upgrade before that day.",
		.look = end_of_life_soon_look,
	},
	{
		.id = "os.guest-tools",
		.title = "The tools of another hypervisor are installed",
		.severity = SEVERITY_INFORMATION,
		.why = "The machine was a VM elsewhere; its tools do nothing here "
		  "and may fail.",
		.action = "Remove them, and install qemu-guest-agent.",
		.command = "apt-get remove open-vm-tools; apt-get install "
		  "qemu-guest-agent",
		.software = (const struct software[]){
			{"VMware Tools",
			  "open-vm-tools vmware-tools* vmware-open-vm-tools*",
			  "vmtoolsd vmware-tools", "/etc/vmware-tools/*"},
			{"VirtualBox Guest Additions",
			  "virtualbox-guest-* virtualbox-ose-guest-*",
			  "vboxadd vboxadd-service", "/opt/VBoxGuestAdditions*"},
			{"XenServer Tools", "xe-guest-utilities*",
			  "xe-linux-distribution", NULL},
			{"Hyper-V daemons", "hyperv-daemons linux-cloud-tools-*",
			  "hv_kvp_daemon hv-kvp-daemon", NULL},
			{"Parallels Tools", NULL, "prltoolsd", NULL},
			{0}},
	},
	{
		.id = "os.hibernation-set-up",
		.title = "The system is set up to hibernate",
		.severity = SEVERITY_INFORMATION,
		.why = "A memory image of the old hardware must never be resumed in "
		  "the VM.",
		.action = "Shut the server down; do not hibernate it before the "
		  "capture.",
		.command = "systemctl mask hibernate.target "
		  "hybrid-sleep.target",
		.software = (const struct software[]){
			{"uswsusp", "uswsusp", NULL, NULL},
			{"hibernate", "hibernate", NULL, NULL},
			{0}},
		.clues = (const struct clue[]){
			{"/etc/systemd/logind.conf /etc/systemd/logind.conf.d/*",
			  "^(HandlePowerKey|HandleLidSwitch|IdleAction)="
			  "(hibernate|hybrid-sleep|suspend-then-hibernate)",
			  NULL},
			{0}},
	},
	{
		.id = "os.hugepages",
		.title = "Memory is set aside as huge pages",
		.severity = SEVERITY_WARNING,
		.why = "The amount fits the old machine's memory. If the VM has "
		  "less, it may not boot or leave no room for programs.",
		.action = "Give the VM the same memory, or lower the number.",
		.command = "grep Huge /proc/meminfo; free -m",
		.clues = (const struct clue[]){
			{"/etc/sysctl.conf /etc/sysctl.d/*.conf",
			  "^vm\\.nr_hugepages[ \t]*=[ \t]*[1-9]", NULL},
			{0}},
	},
	{
		.id = "os.hypervisor",
		.title = "The machine runs virtual machines itself",
		.severity = SEVERITY_WARNING,
		.why = "They need nested virtualisation in a VM, which is slow or "
		  "forbidden.",
		.action = "Move its virtual machines one by one to the new host "
		  "instead.",
		.command = "virsh list --all",
		.software = (const struct software[]){
			{"libvirt guests", NULL, NULL,
			  "/etc/libvirt/qemu/[!n]*.xml /etc/libvirt/lxc/*.xml"},
			{"Xen", "xen-hypervisor-* xen-system-* xen-utils-4*",
			  "xen xend xendomains", NULL},
			{"Proxmox VE", "proxmox-ve pve-manager", "pveproxy", NULL},
			{"VMware Server or Workstation", NULL,
			  "vmware vmware-workstation-server", "/etc/vmware/hostd/*"},
			{"VirtualBox", "virtualbox virtualbox-[0-9]*", "vboxdrv",
			  "/opt/VirtualBox/VBoxManage"},
			{"OpenVZ", NULL, "vz vzeventd", "/etc/vz/conf/[0-9]*.conf"},
			{0}},
	},
	{
		.id = "os.i386",
		.title = "A 32-bit system",
		.severity = SEVERITY_INFORMATION,
		.why = "It runs in a VM, but uses at most 4 GB of memory for a "
		  "program, and new software is no longer made for it.",
		.action = "Plan its replacement.",
		.look = i386_look,
	},
	{
		.id = "os.media-sources",
		.title = "Packages are installed from media or local folders",
		.severity = SEVERITY_INFORMATION,
		.why = "The medium stays with the old machine: installing software "
		  "in the VM will ask for it.",
		.action = "Name a server in the list of package sources.",
		.clues = (const struct clue[]){
			{"/etc/apt/sources.list /etc/apt/sources.list.d/*",
			  "^(deb(-src)?[ \t]+(\\[[^]]*\\][ \t]+)?|URIs:[ \t]*)"
			  "(cdrom|file|copy):",
			  NULL},
			{"/etc/yum.repos.d/*.repo /etc/zypp/repos.d/*.repo",
			  "^baseurl[ \t]*=[ \t]*(file|cd|dvd|hd|iso):", NULL},
			{0}},
	},
	{
		.id = "os.time-servers",
		.title = "The machine takes its time from servers",
		.severity = SEVERITY_INFORMATION,
		.why = "Right after the move the VM's clock depends on them.",
		.action = "See that the VM's network reaches them.",
		.clues = (const struct clue[]){
			{"/etc/ntp.conf /etc/ntpsec/ntp.conf /etc/ntp/ntp.conf "
			 "/etc/chrony.conf /etc/chrony/chrony.conf "
			 "/etc/chrony/conf.d/*.conf /etc/chrony/sources.d/* "
			 "/etc/chrony.d/*.conf /etc/openntpd/ntpd.conf",
			  "^(server|pool|peer|servers)[ \t]+([^ \t]+)",
			  time_server_accept},
			{"/etc/systemd/timesyncd.conf "
			 "/etc/systemd/timesyncd.conf.d/*.conf",
			  "^NTP=([^ \t]+)", time_server_accept},
			{0}},
	},
	{
		.id = "os.time-unsynchronised",
		.title = "Nothing keeps the clock right",
		.severity = SEVERITY_INFORMATION,
		.confidence = CONFIDENCE_LIKELY,
		.why = "No time service was found. A VM's clock drifts more than "
		  "hardware's, and stops while it is paused.",
		.action = "Install chrony in the VM.",
		.command = "apt-get install chrony || dnf install chrony",
		.look = time_unsynchronised_look,
	},
	{
		.id = "os.time-zone-differs",
		.title = "Two files name different time zones",
		.severity = SEVERITY_WARNING,
		.why = "Programs disagree on the local time, and the next update "
		  "may change the one that counts.",
		.action = "Set the time zone anew.",
		.command = "timedatectl set-timezone Area/City",
		.look = time_zone_look,
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
		.id = "os.x-driver",
		.title = "The X server is set up for a graphics card",
		.severity = SEVERITY_INFORMATION,
		.why = "Without the card its driver ends the X server, and the "
		  "graphical login with it.",
		.action = "Use a driver that fits the VM's card.",
		.effect = "Names a driver that every VM's card has.",
		.proof = "tests/rewrite/test-serial-console.c",
	},
	{
		.id = "swap.hibernated",
		.title = "The server is hibernated",
		.severity = SEVERITY_BLOCKER,
		.why = "A VM that resumes the memory of other hardware damages "
		  "its file systems.",
		.action = "Start the server, shut it down properly, and capture "
		  "again.",
		.proof = "tests/integration/assess-disks",
	},
};

const struct rule_table rules_system = {
	GROUP_SYSTEM, rules, sizeof rules / sizeof *rules};
