/*
 * Rules: programs that look after the machine, for people and servers elsewhere.
 * Data only; catalogue.h says what the fields mean.
 */
#include "convert/assess/catalogue.h"
#include "convert/assess/looks.h"

static const struct rule rules[] = {
	{
		.id = "operations.backup-agent",
		.title = "A backup agent runs here",
		.severity = SEVERITY_WARNING,
		.why = "The backup server knows the old machine by its name, its "
		  "address or an identity in the agent. Until the VM is known "
		  "there, nobody may notice that its backups fail.",
		.action = "Register the VM with the backup server, and restore a "
		  "file from it before the old machine goes.",
		.software = (const struct software[]){
			{"Bacula", "bacula-fd bacula-client", "bacula-fd",
			  "/etc/bacula/bacula-fd.conf"},
			{"Bareos", "bareos-filedaemon", "bareos-fd", NULL},
			{"Veeam Agent", "veeam", "veeamservice", NULL},
			{"Veritas NetBackup", "VRTSnbpck VRTSpbx",
			  "netbackup vxpbx_exchanged", "/usr/openv/*"},
			{"IBM Storage Protect (TSM)", "TIVsm-BA tivsm-ba",
			  "dsmcad", "/opt/tivoli/tsm/client/ba/bin/dsm.sys"},
			{"Commvault", NULL, "Galaxy commvault.*",
			  "/etc/CommVaultRegistry/* /opt/commvault/*"},
			{"Dell NetWorker", "lgtoclnt", "networker",
			  "/opt/nsr/*"},
			{"Dell Avamar", "AvamarClient", "avagent",
			  "/usr/local/avamar/*"},
			{"Micro Focus Data Protector", "OB2-CORE", NULL,
			  "/etc/opt/omni/client/*"},
			{"Acronis", NULL, "acronis_mms aakore",
			  "/usr/lib/Acronis/* /etc/Acronis/*"},
			{"Amanda", "amanda-client", NULL,
			  "/etc/amanda/amanda-client.conf"},
			{"BackupPC", "backuppc", "backuppc", NULL},
			{"UrBackup", NULL, "urbackupclientbackend",
			  "/etc/default/urbackupclient"},
			{"BorgBackup", "borgbackup borgmatic", "borgmatic", NULL},
			{"restic", "restic", NULL, NULL},
			{"Duplicity", "duplicity", NULL, NULL},
			{"rsnapshot", "rsnapshot", NULL, NULL},
			{"Arcserve UDP", NULL, "d2dserver",
			  "/opt/Arcserve/*"},
			{"Rubrik", NULL, "rubrikagents", "/etc/rubrik/*"},
			{"Cohesity", NULL, "cohesity-agent", NULL},
			{0}},
	},
	{
		.id = "operations.configuration-agent",
		.title = "An agent manages this machine's configuration",
		.severity = SEVERITY_WARNING,
		.why = "It may undo what the conversion changes (fstab, boot loader, "
		  "network), and its server knows the machine by a certificate "
		  "or address.",
		.action = "Stop the agent for the move, put the changes into its "
		  "rules, and let the VM keep the machine's certificate.",
		.software = (const struct software[]){
			{"Puppet", "puppet puppet-agent", "puppet", NULL},
			{"Chef", "chef chef-client cinc", "chef-client",
			  "/etc/chef/client.rb"},
			{"Salt", "salt-minion", "salt-minion", NULL},
			{"CFEngine", "cfengine* ", "cfengine3 cf-execd",
			  "/etc/cfengine*"},
			{"Landscape", "landscape-client", "landscape-client",
			  NULL},
			{"Spacewalk or Uyuni", "rhnsd venv-salt-minion", "rhnsd",
			  NULL},
			{"BigFix", "BESAgent", "besclient",
			  "/opt/BESClient/bin/BESClient"},
			{0}},
		.clues = (const struct clue[]){
			{"/etc/puppet/puppet.conf /etc/puppetlabs/puppet/puppet.conf "
			 "/etc/salt/minion /etc/salt/minion.d/*.conf "
			 "/etc/chef/client.rb",
			  "^(server|ca_server|master|chef_server_url)[ \t]*[=: ]"
			  "[ \t]*[\"']?[^ \t\"']",
			  configuration_server_accept},
			{"/etc/cron* /var/spool/cron/*", "ansible-pull", NULL},
			{0}},
	},
	{
		.id = "operations.hardware-agent",
		.title = "Programs for the old hardware run here",
		.severity = SEVERITY_INFORMATION,
		.why = "They look after RAID controllers, sensors and boards that "
		  "the VM does not have, and fail or send alarms there.",
		.action = "Remove them when the VM has taken over; watch the host's "
		  "hardware instead.",
		.software = (const struct software[]){
			{"Dell OpenManage", "srvadmin-*", "dataeng dsm_om_* instsvcdrv",
			  "/opt/dell/srvadmin/*"},
			{"HPE agents", "hp-health hp-snmp-agents hpssacli ssacli "
			  "hpacucli amsd hp-ams hponcfg",
			  "hp-health hp-asrd amsd", "/opt/hp/*"},
			{"IBM or Lenovo agents", "lnvgy_* ibm-director*", NULL,
			  "/opt/ibm/director/*"},
			{"Fujitsu ServerView", "ServerView*",
			  "srvmagt eecd sv_wpd", NULL},
			{"MegaRAID tools", "megacli* storcli* megaraid-*",
			  "lsi_mrdsnmpd MegaRaidd megasasctl",
			  "/opt/MegaRAID/*"},
			{"Adaptec or 3ware tools", "arcconf tw-cli 3dm2", "3dm2",
			  "/usr/StorMan/*"},
			{"IPMI tools", "openipmi ipmievd freeipmi-bmc-watchdog",
			  "ipmi openipmi ipmievd", NULL},
			{"lm-sensors", "lm-sensors", "lm_sensors lm-sensors",
			  NULL},
			{"fan control", "fancontrol", "fancontrol", NULL},
			{"mcelog", "mcelog", "mcelog", NULL},
			{"SMART monitoring", "smartmontools",
			  "smartd smartmontools", NULL},
			{"edac-utils", "edac-utils rasdaemon", "edac rasdaemon",
			  NULL},
			{0}},
	},
	{
		.id = "operations.monitoring-agent",
		.title = "A monitoring agent runs here",
		.severity = SEVERITY_WARNING,
		.why = "The monitoring server will call the old machine broken and "
		  "may not watch the VM. What it watches of the hardware is "
		  "gone.",
		.action = "Set a downtime for the move, register the VM, and replace "
		  "checks of hardware.",
		.software = (const struct software[]){
			{"Zabbix", "zabbix-agent zabbix-agent2",
			  "zabbix-agent zabbix-agent2", NULL},
			{"Nagios NRPE", "nagios-nrpe-server nrpe",
			  "nagios-nrpe-server nrpe", NULL},
			{"NSCA", "nsca-client", NULL, NULL},
			{"Checkmk", "check-mk-agent check_mk-agent",
			  "check-mk-agent check_mk check-mk-agent@*",
			  "/etc/xinetd.d/check_mk /etc/xinetd.d/check-mk-agent"},
			{"Icinga", "icinga2", "icinga2", NULL},
			{"Telegraf", "telegraf", "telegraf", NULL},
			{"collectd", "collectd collectd-core", "collectd", NULL},
			{"Datadog", "datadog-agent", "datadog-agent", NULL},
			{"New Relic", "newrelic-infra", "newrelic-infra", NULL},
			{"Dynatrace", NULL, "oneagent",
			  "/opt/dynatrace/oneagent/*"},
			{"AppDynamics", NULL, "appdynamics-machine-agent",
			  "/opt/appdynamics/*"},
			{"Prometheus exporter",
			  "prometheus-node-exporter node_exporter "
			  "golang-github-prometheus-node-exporter",
			  "prometheus-*exporter node_exporter node-exporter",
			  NULL},
			{"Munin", "munin-node", "munin-node", NULL},
			{"Ganglia", "ganglia-monitor", "ganglia-monitor gmond",
			  NULL},
			{"Netdata", "netdata", "netdata", NULL},
			{"Monit", "monit", "monit", NULL},
			{"SNMP agent", "snmpd net-snmp", "snmpd", NULL},
			{"Splunk Universal Forwarder", "splunkforwarder",
			  "SplunkForwarder splunk",
			  "/opt/splunkforwarder/etc/*"},
			{"Elastic Beats or Agent",
			  "filebeat metricbeat elastic-agent",
			  "filebeat metricbeat elastic-agent", NULL},
			{"IBM Tivoli Monitoring", NULL, NULL,
			  "/opt/IBM/ITM/*"},
			{"HP Operations Agent", "HPOvAgt* HPOvXpl", "OVCtrl",
			  "/opt/OV/bin/*"},
			{"BMC Patrol", NULL, "PatrolAgent", "/opt/bmc/*"},
			{"Xymon", "xymon-client hobbit-client",
			  "xymon-client hobbit-client", NULL},
			{0}},
		.clues = (const struct clue[]){
			{"/etc/zabbix/zabbix_agent*.conf "
			 "/etc/zabbix/zabbix_agent*.d/*.conf",
			  "^Server(Active)?[ \t]*=", monitoring_server_accept},
			{"/etc/nagios/nrpe*.cfg /etc/nagios/nrpe.d/*.cfg",
			  "^allowed_hosts[ \t]*=", monitoring_server_accept},
			{0}},
	},
	{
		.id = "operations.ups-agent",
		.title = "A program watches an uninterruptible power supply",
		.severity = SEVERITY_WARNING,
		.why = "The supply is connected to the old machine. Without it the "
		  "program may report a lost supply, or shut the VM down.",
		.action = "Disable it in the VM, and see that the host shuts its VMs "
		  "down when power fails.",
		.command = "systemctl disable apcupsd nut-monitor",
		.software = (const struct software[]){
			{"apcupsd", "apcupsd", "apcupsd", NULL},
			{"Network UPS Tools", "nut-client nut-server nut",
			  "nut-server nut-monitor upsmon nut-driver ups", NULL},
			{"PowerChute", NULL, "PowerChute pcns pbeagent",
			  "/opt/APC/*"},
			{"Eaton", NULL, "eaton-ipp", "/usr/local/Eaton/*"},
			{0}},
	},
	{
		.id = "operations.watchdog",
		.title = "A watchdog restarts the machine",
		.severity = SEVERITY_WARNING,
		.why = "The VM has another watchdog or none; a test of the old "
		  "hardware that fails there restarts it again and again.",
		.action = "Disable it in the VM until it runs well, then give the VM "
		  "a watchdog of its own.",
		.command = "systemctl disable watchdog",
		.software = (const struct software[]){
			{"watchdog", "watchdog", "watchdog", NULL},
			{"HPE automatic recovery", NULL, "hp-asrd", NULL},
			{"FreeIPMI watchdog", "freeipmi-bmc-watchdog",
			  "bmc-watchdog", NULL},
			{0}},
		.clues = (const struct clue[]){
			{"/etc/systemd/system.conf /etc/systemd/system.conf.d/*",
			  "^RuntimeWatchdogSec=[\"']?[1-9]", NULL},
			{0}},
	},
};

const struct rule_table rules_agents = {
	GROUP_OPERATIONS, rules, sizeof rules / sizeof *rules};
