/*
 * Rules: software that watches the machine.
 * Data only; catalogue.h says what the fields mean.
 */
#include "convert/assess/catalogue.h"
#include "convert/assess/looks.h"

static const struct rule rules[] = {
	{
		.id = "security.antivirus",
		.title = "A virus scanner runs here",
		.severity = SEVERITY_INFORMATION,
		.why = "It may take the conversion's changes for an attack, and its "
		  "server counts the VM as another machine.",
		.action = "See in its console that the VM has taken the old "
		  "machine's place.",
		.software = (const struct software[]){
			{"ClamAV", "clamav-daemon clamd", "clamav-daemon clamd@*",
			  NULL},
			{"Sophos Anti-Virus", NULL, "sav-protect sav-rms",
			  "/opt/sophos-av/*"},
			{"Trellix (McAfee) VirusScan", "McAfeeVSEForLinux", "nails",
			  "/opt/NAI/*"},
			{"ESET File Security", "esets efs", "esets efs",
			  "/opt/eset/*"},
			{"Kaspersky", "kav4fs kesl", "kesl kav4fs-supervisor",
			  "/opt/kaspersky/*"},
			{"Dr.Web", "drweb-*", "drweb-configd", "/opt/drweb.com/*"},
			{"Avast or AVG", "avast avg2013flx", "avast avgd", NULL},
			{"F-Secure", "f-secure-linuxsecurity", "fsma",
			  "/opt/f-secure/*"},
			{"Bitdefender", "bitdefender-security-tools", "bd bdsec",
			  "/opt/BitDefender*"},
			{"Linux Malware Detect", NULL, "maldet",
			  "/usr/local/maldetect/*"},
			{0}},
	},
	{
		.id = "security.audit-halts",
		.title = "The machine stops when it cannot write its audit log",
		.severity = SEVERITY_WARNING,
		.why = "A full or slow disk in the VM, or an audit server that is out "
		  "of reach, halts it.",
		.action = "Give /var/log/audit room, and watch the first days; or "
		  "relax the setting for the move.",
		.command = "auditctl -s; df -h /var/log/audit",
		.clues = (const struct clue[]){
			{"/etc/audit/auditd.conf /etc/auditd.conf",
			  "^(admin_space_left|disk_full|disk_error|space_left)_action"
			  "[ \t]*=[ \t]*(halt|single)",
			  NULL},
			{"/etc/audit/rules.d/*.rules /etc/audit/audit.rules",
			  "^-f[ \t]+2", NULL},
			{0}},
	},
	{
		.id = "security.audit-locked",
		.title = "The audit rules cannot be changed while it runs",
		.severity = SEVERITY_INFORMATION,
		.why = "Rules that name devices or interfaces of the old machine can "
		  "only be corrected with a restart.",
		.action = "Look through the rules before the VM is handed over.",
		.clues = (const struct clue[]){
			{"/etc/audit/rules.d/*.rules /etc/audit/audit.rules",
			  "^-e[ \t]+2", NULL},
			{0}},
	},
	{
		.id = "security.edr",
		.title = "An endpoint agent watches this machine",
		.severity = SEVERITY_WARNING,
		.why = "It has an identity of its own and drivers in the kernel. It "
		  "may isolate a machine that changes its hardware, or appear twice "
		  "in its console.",
		.action = "Tell those who run it before the move; put it into "
		  "maintenance, and see that the VM appears once.",
		.software = (const struct software[]){
			{"CrowdStrike Falcon", "falcon-sensor", "falcon-sensor",
			  "/opt/CrowdStrike/*"},
			{"Microsoft Defender", "mdatp", "mdatp",
			  "/opt/microsoft/mdatp/* /etc/opt/microsoft/mdatp/*"},
			{"SentinelOne", "sentinelagent SentinelAgent",
			  "sentinelone sentinelagent", "/opt/sentinelone/*"},
			{"VMware Carbon Black", "cb-psc-sensor cbsensor",
			  "cbagentd cbdaemon", "/opt/carbonblack/* /var/lib/cb"},
			{"Palo Alto Cortex XDR", "cortex-agent cortex-*",
			  "traps_pmd cortex_agent", "/opt/traps/*"},
			{"Trend Micro", "ds-agent ds_agent", "ds_agent",
			  "/opt/ds_agent/*"},
			{"Symantec", "sdcss* symantec*",
			  "sisidsagent sisamddaemon symcfgd rtvscand",
			  "/opt/Symantec/*"},
			{"Trellix (McAfee) Endpoint Security",
			  "ISecTP MFErt MFEcma McAfeeESP*",
			  "mfetpd isectpd mfeespd cma ma",
			  "/opt/McAfee/* /opt/isec/*"},
			{"Sophos Protection", "sophos-spl", "sophos-spl",
			  "/opt/sophos-spl/*"},
			{"Trellix (FireEye) xAgent", "xagt", "xagt",
			  "/opt/fireeye/*"},
			{"BlackBerry Cylance", "cylance-protect*", "cylancesvc",
			  "/opt/cylance/*"},
			{"Elastic Endpoint", NULL, "ElasticEndpoint",
			  "/opt/Elastic/Endpoint/*"},
			{"Tanium", "taniumclient TaniumClient", "taniumclient",
			  "/opt/Tanium/*"},
			{"Wazuh or OSSEC", "wazuh-agent ossec-hids-agent",
			  "wazuh-agent ossec", "/var/ossec/*"},
			{"Check Point Harmony", NULL, "cpla cpep", NULL},
			{"Illumio", "illumio-ven", "illumio-ven",
			  "/opt/illumio_ven/*"},
			{"Guardicore", NULL, "gc-agent", "/etc/guardicore/*"},
			{0}},
	},
	{
		.id = "security.integrity-check",
		.title = "Changes of files are watched",
		.severity = SEVERITY_INFORMATION,
		.why = "The conversion changes configuration and initramfs images: "
		  "the next check will report them.",
		.action = "Compare its report with the list of changes in ours, then "
		  "make its database anew.",
		.command = "aide --update",
		.software = (const struct software[]){
			{"AIDE", "aide aide-common", "dailyaidecheck", NULL},
			{"Tripwire", "tripwire", "twdaemon",
			  "/etc/tripwire/tw.cfg /usr/local/tripwire/*"},
			{"Samhain", "samhain", "samhain", NULL},
			{"rkhunter", "rkhunter", NULL, NULL},
			{"debsums checks", "debsums", NULL, NULL},
			{"Integrit", "integrit", NULL, NULL},
			{"osquery", "osquery", "osqueryd", NULL},
			{0}},
	},
	{
		.id = "security.kernel-driver",
		.title = "Security software has drivers in the kernel",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "They are built for one kernel and sit between it and its "
		  "disks or network. On new hardware or a new kernel they are a "
		  "common reason for a boot that hangs.",
		.action = "Have the product's removal at hand when the VM boots first, "
		  "and update it before the move.",
		.look = security_driver_look,
	},
	{
		.id = "security.login-blocker",
		.title = "Addresses are blocked after failed logins",
		.severity = SEVERITY_INFORMATION,
		.why = "Behind a network that translates addresses, all clients look "
		  "like one: one that fails blocks them all.",
		.action = "See what addresses the VM sees its clients by.",
		.software = (const struct software[]){
			{"Fail2ban", "fail2ban fail2ban-server", "fail2ban", NULL},
			{"DenyHosts", "denyhosts", "denyhosts", NULL},
			{"sshguard", "sshguard", "sshguard", NULL},
			{"CrowdSec", "crowdsec", "crowdsec", NULL},
			{0}},
	},
	{
		.id = "security.relabel",
		.title = "The labels of new files are not known",
		.severity = SEVERITY_WARNING,
		.why = "SELinux may keep programs from files whose label is wrong, "
		  "and nothing on the disk that can be read tells the right one.",
		.action = "Let the VM label its files at its first boot: it takes "
		  "minutes, and the VM starts again by itself.",
		.effect = "Creates /.autorelabel.",
		.proof = "tests/rewrite/test-label.c",
	},
	{
		.id = "security.selinux",
		.title = "SELinux is enforced",
		.severity = SEVERITY_INFORMATION,
		.confidence = CONFIDENCE_LIKELY,
		.why = "Files that the conversion writes need their labels. A file "
		  "with a wrong one is as good as missing.",
		.action = "If a service fails in the VM, compare with permissive mode "
		  "and relabel: touch /.autorelabel and restart.",
		.command = "touch /.autorelabel",
		.clues = (const struct clue[]){
			{"/etc/selinux/config", "^SELINUX=enforcing", NULL},
			{0}},
	},
	{
		.id = "security.token-agent",
		.title = "Logins need a token server",
		.severity = SEVERITY_WARNING,
		.why = "The agent shares a secret with its server that belongs to "
		  "this machine's address: with another address nobody can "
		  "log in.",
		.action = "Keep the address, or have the agent registered anew; test "
		  "a login on the console before the old machine goes.",
		.software = (const struct software[]){
			{"RSA SecurID", "sd_pam_agent", NULL,
			  "/etc/sd_pam.conf /var/ace/* /opt/pam/*"},
			{"Duo", "duo-unix duo_unix", NULL,
			  "/etc/duo/*.conf /etc/security/pam_duo.conf"},
			{"privacyIDEA", "libpam-privacyidea", NULL, NULL},
			{0}},
		.clues = (const struct clue[]){
			{"/etc/pam.d/*",
			  "pam_(securid|duo|radius_auth|radius|privacyidea|okta[a-z_]*)"
			  "\\.so",
			  NULL},
			{0}},
	},
	{
		.id = "security.vulnerability-agent",
		.title = "A scanner's agent reports this machine",
		.severity = SEVERITY_INFORMATION,
		.why = "It has an identity that is bound to the machine: two with one "
		  "identity overwrite each other's results.",
		.action = "See in its console that the VM has taken the old machine's "
		  "place.",
		.software = (const struct software[]){
			{"Qualys", "qualys-cloud-agent", "qualys-cloud-agent",
			  "/etc/qualys/*"},
			{"Tenable Nessus", "NessusAgent nessusagent nessus*",
			  "nessusagent nessusd", "/opt/nessus_agent/* /opt/nessus/*"},
			{"Rapid7", "rapid7-insight-agent", "ir_agent",
			  "/opt/rapid7/*"},
			{"Flexera or Snow inventory", "managesoft snowagent",
			  "ndtask snowagent", "/opt/managesoft/* /opt/snow/*"},
			{"ILMT / BigFix Inventory", NULL, NULL,
			  "/var/opt/ILMT/* /opt/IBM/LMT/*"},
			{"GLPI or FusionInventory",
			  "fusioninventory-agent glpi-agent ocsinventory-agent",
			  "fusioninventory-agent glpi-agent", NULL},
			{0}},
	},
};

const struct rule_table rules_security = {
	GROUP_SECURITY, rules, sizeof rules / sizeof *rules};
