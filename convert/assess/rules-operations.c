/*
 * Rules: what people and other machines do with it every day.
 * Data only; catalogue.h says what the fields mean.
 */
#include "convert/assess/catalogue.h"
#include "convert/assess/looks.h"

static const struct rule rules[] = {
	{
		.id = "operations.at-jobs",
		.title = "Jobs wait to be run once",
		.severity = SEVERITY_WARNING,
		.why = "They run at their time on whichever machine is up: on both, "
		  "or late, when the VM starts after it.",
		.action = "Look at them, and remove or note them before "
		  "the move.",
		.command = "atq",
		.look = at_jobs_look,
	},
	{
		.id = "operations.guest-agent-added",
		.title = "qemu-guest-agent is put into the VM",
		.severity = SEVERITY_INFORMATION,
		.why = "With it the host can freeze file systems for a snapshot, "
		  "shut the VM down cleanly and read its addresses. Libraries "
		  "and the C library's version were compared; no script of the "
		  "package has run.",
		.action = "Nothing. Install it from the distribution's repository "
		  "when the VM has a network, so that it is kept up to date.",
		.effect = "Unpacks the package's files into the guest.",
		.proof = "tests/rewrite/test-agent.c",
	},
	{
		.id = "operations.guest-agent-not-added",
		.title = "No package of qemu-guest-agent fits the machine",
		.severity = SEVERITY_INFORMATION,
		.why = "Without it the host cannot freeze the VM's file systems for "
		  "a snapshot.",
		.action = "Put the package of the machine's release, and those of "
		  "the libraries that it lacks, into the folder, and convert "
		  "again; or install it in the VM.",
		.proof = "tests/rewrite/test-agent.c",
	},
	{
		.id = "operations.log-retention",
		.title = "Logs are kept for long",
		.severity = SEVERITY_INFORMATION,
		.why = "Somebody decided that they must be kept. The copies on the "
		  "old machine's disk must not be wiped before the VM's are "
		  "known to be whole.",
		.action = "Ask how long, and keep the capture as long.",
		.clues = (const struct clue[]){
			{"/etc/logrotate.conf /etc/logrotate.d/*",
			  "^(rotate|maxage)[ \t]+[0-9]+", log_retention_accept},
			{"/etc/systemd/journald.conf "
			 "/etc/systemd/journald.conf.d/*.conf",
			  "^MaxRetentionSec=[0-9]+ *(year|y)", NULL},
			{0}},
	},
	{
		.id = "operations.log-server",
		.title = "Logs are sent to another machine",
		.severity = SEVERITY_INFORMATION,
		.why = "It needs to be reached, and may sort by the address that "
		  "logs come from.",
		.action = "See that the VM's network reaches it, and that its logs "
		  "arrive.",
		.clues = (const struct clue[]){
			{"/etc/rsyslog.conf /etc/rsyslog.d/*.conf /etc/syslog.conf",
			  "[ \t]@@?[[a-z0-9]", log_server_accept},
			{"/etc/rsyslog.conf /etc/rsyslog.d/*.conf",
			  "target=\"([^\"]+)\"", log_server_accept},
			{"/etc/syslog-ng/syslog-ng.conf "
			 "/etc/syslog-ng/conf.d/*.conf",
			  "^(destination.*)?(tcp|udp|network|syslog)\\(\"",
			  log_server_accept},
			{"/etc/systemd/journal-upload.conf", "^URL=([^ ]+)",
			  log_server_accept},
			{0}},
	},
	{
		.id = "operations.mail-relay",
		.title = "Mail goes out through another server",
		.severity = SEVERITY_INFORMATION,
		.why = "It must accept mail from the VM: relays often name the "
		  "addresses that they trust.",
		.action = "Send a mail from the VM once it is connected.",
		.clues = (const struct clue[]){
			{"/etc/postfix/main.cf",
			  "^relayhost[ \t]*=[ \t]*([^ \t]+)",
			  mail_relay_accept},
			{"/etc/exim4/update-exim4.conf.conf",
			  "^dc_smarthost=[\"']?([^ \"']+)", mail_relay_accept},
			{"/etc/ssmtp/ssmtp.conf",
			  "^mailhub[ \t]*=[ \t]*([^ \t]+)", mail_relay_accept},
			{"/etc/msmtprc /root/.msmtprc /home/*/.msmtprc",
			  "^host[ \t]+([^ \t]+)", mail_relay_accept},
			{"/etc/nullmailer/remotes", "^([^ \t]+)",
			  mail_relay_accept},
			{"/etc/mail/sendmail.mc", "`SMART_HOST', *`([^']+)'",
			  mail_relay_accept},
			{0}},
	},
	{
		.id = "operations.performance-history",
		.title = "How busy the machine was",
		.severity = SEVERITY_INFORMATION,
		.why = "The VM need not be as large as the old machine was.",
		.action = "Choose processors and memory by what was used at most, "
		  "and compare after the move.",
		.look = performance_look,
	},
	{
		.id = "operations.scheduled-jobs",
		.title = "Jobs run at set times",
		.severity = SEVERITY_INFORMATION,
		.why = "While the old machine and the VM both run, so do their "
		  "jobs: twice the mails, transfers and changes.",
		.action = "See that only one of the two runs them; choose a time for "
		  "the move at which none is due.",
		.command = "systemctl list-timers; crontab -l",
		.clues = (const struct clue[]){
			{"/var/spool/cron/* /etc/crontab /etc/cron.d/*",
			  "^([*0-9,/-]+[ \t]+[*0-9a-z,/-]+[ \t]|@[a-z]+[ \t])",
			  cron_job_accept},
			{"/etc/systemd/system/*.timer",
			  "^On(Calendar|BootSec|UnitActiveSec|StartupSec)=", NULL},
			{0}},
	},
	{
		.id = "operations.service-kept",
		.title = "A service for the old hardware still starts",
		.severity = SEVERITY_WARNING,
		.why = "It could not be kept from starting without harm to "
		  "another one; it may fail in the VM.",
		.action = "Look at it when the VM runs, and disable it together "
		  "with what requires it.",
		.proof = "tests/rewrite/test-disable-kept.c",
	},
	{
		.id = "operations.waiver-ended",
		.title = "A waiver has ended",
		.severity = SEVERITY_WARNING,
		.why = "Somebody accepted this finding until a day that is past.",
		.action = "Decide again, and write the new date into the file of "
		  "waivers.",
		.proof = "tests/assess/test-waiver.c",
	},
};

const struct rule_table rules_operations = {
	GROUP_OPERATIONS, rules, sizeof rules / sizeof *rules};
