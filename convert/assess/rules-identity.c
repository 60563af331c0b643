/*
 * Rules: what makes the machine this one: names, licences, accounts.
 * Data only; catalogue.h says what the fields mean.
 */
#include "convert/assess/catalogue.h"
#include "convert/assess/looks.h"

static const struct rule rules[] = {
	{
		.id = "identity.certificate-expired",
		.title = "A certificate has expired",
		.severity = SEVERITY_WARNING,
		.why = "Who checks it refuses the connection. After the move this "
		  "looks like a fault of the move.",
		.action = "Renew it before the move, or remove it if nothing uses it.",
		.look = certificate_expired_look,
	},
	{
		.id = "identity.certificate-expiring",
		.title = "A certificate expires within 90 days",
		.severity = SEVERITY_WARNING,
		.why = "What renews it may not work in the VM's network, so that it "
		  "fails some weeks after the move.",
		.action = "See what renews it, and that it works in the VM; or renew it "
		  "before the move.",
		.look = certificate_expiring_look,
	},
	{
		.id = "identity.credentials-in-files",
		.title = "Passwords stand in files",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "They belong to accounts elsewhere, and are copied with the "
		  "machine to everybody who gets its image.",
		.action = "Change them after the move, and keep them in a store for "
		  "secrets.",
		.clues = (const struct clue[]){
			{"/etc/cron* /var/spool/cron/* /usr/local/* /opt/* "
			 "/srv/* /var/www/* /root/* /home/* /etc/default/* "
			 "/etc/sysconfig/* /etc/systemd/* /etc/rc.local",
			  "(password|passwd|pwd|secret|token|api_?key)[\"']?"
			  "[ \t]*[=:][ \t]*[\"']?[^] \t\"'$%<{*(,;:=>#[]",
			  credential_accept},
			{"*/.pgpass", "^[^:]*:[^:]*:[^:]*:[^:]*:(.+)$", NULL},
			{"*/.my.cnf /etc/my.cnf /etc/my.cnf.d/* /etc/mysql/*",
			  "^password[ \t]*=[ \t]*(.+)$", NULL},
			{"*/.netrc", "(password|passwd)[ \t]+[^ \t]", NULL},
			{"*/wp-config*.php",
			  "define\\([ \t]*['\"]DB_PASSWORD['\"][ \t]*,[ \t]*['\"][^'\"]",
			  NULL},
			{"*.env", "^(export[ \t]+)?[A-Z0-9_]*(PASS|PASSWORD|PASSWD|"
			  "SECRET|TOKEN|KEY)[A-Z0-9_]*[ \t]*=[ \t]*[\"']?[^ \t\"'$]",
			  NULL},
			{"*/tomcat-users.xml",
			  "<user[ \t].*password=\"[^\"]+\"", NULL},
			{"/etc/odbc.ini */.odbc.ini",
			  "^(password|pwd)[ \t]*=[ \t]*[^ \t]", NULL},
			{"/etc/*cred* /root/*cred* /home/*cred*",
			  "^(password|pass)[ \t]*=[ \t]*[^ \t]", NULL},
			{"/root/.docker/config.json /home/*/.docker/config.json",
			  "\"auth\"[ \t]*:[ \t]*\"[A-Za-z0-9+/=]{4,}\"", NULL},
			{"*/.aws/credentials */.s3cfg */.boto",
			  "^(aws_secret_access_key|secret_key)[ \t]*=[ \t]*[^ \t]",
			  NULL},
			{"*/group_vars/* */host_vars/* /etc/ansible/*",
			  "^[A-Za-z0-9_]*(password|passwd|pass|secret|token)"
			  "[ \t]*[:=][ \t]*[\"']?[^ \t\"'{!$]", NULL},
			{"/etc/cron* /var/spool/cron/* /etc/systemd/system/* "
			 "/etc/rc.local /etc/rc.d/rc.local /usr/local/*",
			  "((mysql|mysqldump|mysqladmin|mariadb-dump)[ \t].*[ \t]-p[^ \t]|"
			  "sshpass[ \t]+-p|curl[ \t].*(-u|--user)[ =]?[^ \t:$]+:[^ \t$]|"
			  "--password[= ][^ \t$]|smbclient[ \t].*-U[ \t]*[^ \t%$]+%[^ \t$])",
			  NULL},
			{"/etc/systemd/*", "^Environment=.*(PASS|PASSWORD|PASSWD|"
			  "SECRET|TOKEN|API_?KEY)=[^ \t\"'$%]", NULL},
			{"/etc/fstab", "[ \t,](password|pass)=[^, \t]", NULL},
			{"/etc/ppp/chap-secrets /etc/ppp/pap-secrets",
			  "^[^ \t]+[ \t]+[^ \t]+[ \t]+[^ \t]", NULL},
			{"/etc/wpa_supplicant/*", "^psk=", NULL},
			{"/etc/ldap.conf /etc/pam_ldap.conf /etc/nslcd.conf "
			 "/etc/libnss-ldap.conf", "^bindpw[ \t]+[^ \t]", NULL},
			{"/etc/sssd/*", "^ldap_default_authtok[ \t]*=", NULL},
			{"/etc/* /opt/* /srv/* /var/www/* /usr/local/*",
			  "(mysql|postgres|postgresql|mongodb|amqps?|redis|ldaps?|"
			  "https?|ftp|smb)://[^ \t/:@\"']+:[^ \t/@\"'$%{<*]+@", NULL},
			{0}},
	},
	{
		.id = "identity.domain-member",
		.title = "The machine is a member of a domain",
		.severity = SEVERITY_WARNING,
		.why = "The domain knows it by a password that the machine renews "
		  "every month. If the old machine and the VM both run, one "
		  "of them falls out of the domain, and logins stop.",
		.action = "Let only one of them run. Have a local account with a "
		  "known password for the first login.",
		.command = "realm list; adcli testjoin",
		.clues = (const struct clue[]){
			{"/etc/sssd/sssd.conf /etc/sssd/conf.d/*.conf",
			  "^(ad_domain|ad_server|ipa_server|ipa_domain|"
			  "krb5_server|id_provider)[ \t]*=[ \t]*([^ \t]+)",
			  domain_accept},
			{"/etc/samba/smb.conf",
			  "^security[ \t]*=[ \t]*(ads|domain)", NULL},
			{0}},
		.software = (const struct software[]){
			{"Kerberos host key", NULL, NULL, "/etc/krb5.keytab"},
			{"BeyondTrust or PBIS", "pbis-open", "lwsmd",
			  "/etc/pbis/*"},
			{"Centrify", "CentrifyDC centrifydc", "centrifydc",
			  "/etc/centrifydc/*"},
			{"Quest Authentication Services", "vasclnt", "vasd",
			  "/etc/opt/quest/vas/*"},
			{0}},
	},
	{
		.id = "identity.licence-disk",
		.title = "A licence is bound to a disk",
		.severity = SEVERITY_BLOCKER,
		.why = "The VM's disk has another serial number: the program will "
		  "not start.",
		.action = "Ask the maker for a licence for the VM before the move.",
		.clues = (const struct clue[]){
			{"*.lic */license.dat */licence.dat */licenses/* "
			 "*/flexlm/*.dat",
			  "(HOSTID=|[ \t])(DISK_SERIAL_NUM|VSN|DISK_SERIAL)=[0-9a-f]+",
			  NULL},
			{0}},
	},
	{
		.id = "identity.licence-dongle",
		.title = "A licence is bound to a dongle",
		.severity = SEVERITY_BLOCKER,
		.confidence = CONFIDENCE_LIKELY,
		.why = "The dongle is in the old machine. The program will not start "
		  "in a VM that does not reach it.",
		.action = "Pass the dongle through from the new host, put it on a "
		  "USB server in the network, or ask the maker for a licence "
		  "in software.",
		.software = (const struct software[]){
			{"Sentinel HASP", "aksusbd",
			  "aksusbd aksusbd-* hasplmd haspd",
			  "/etc/hasplm/hasplm.ini /usr/sbin/aksusbd*"},
			{"WIBU CodeMeter", "codemeter codemeter-lite",
			  "codemeter codemeter-webadmin",
			  "/etc/wibu/CodeMeter/*"},
			{"WibuKey", "wibukey", "wibukey", NULL},
			{"Sentinel SuperPro", "sntl-sud", "snslpd sntlsrvd",
			  "/opt/RainbowTechnologies/*"},
			{"MATRIX dongles", NULL, "matrix-dongle", NULL},
			{0}},
		.clues = (const struct clue[]){
			{"*.lic */license.dat */licence.dat */licenses/*",
			  "(HOSTID=|[ \t])FLEXID=[0-9]+-", NULL},
			{0}},
		.devices = (const struct device[]){
			{"Sentinel HASP dongle", "usb", "0529:*", NULL, NULL},
			{"Sentinel SuperPro dongle", "usb", "04b9:*", NULL, NULL},
			{"WIBU CodeMeter or WibuKey dongle", "usb", "064f:*", NULL,
			  NULL},
			{"Feitian dongle", "usb", "096e:*", NULL, NULL},
			{"MATRIX dongle", "usb", "0e50:*", NULL, NULL},
			{"Guardant dongle", "usb", "0a89:*", NULL, NULL},
			{"SenseLock dongle", "usb", "1bc0:*", NULL, NULL},
			{"KEYLOK dongle", "usb", "07f2:*", NULL, NULL},
			{"MARX CryptoBox dongle", "usb", "0d7a:*", NULL, NULL},
			{"Eutron SmartKey dongle", "usb", "073d:*", NULL, NULL},
			{0}},
	},
	{
		.id = "identity.licence-mac",
		.title = "A licence is bound to a network card's address",
		.severity = SEVERITY_WARNING,
		.why = "The VM keeps the address, and with it the licence. It is "
		  "lost when somebody gives the VM a new card, and it counts "
		  "twice while both machines run.",
		.action = "Keep the VM's MAC address, and read whether the licence "
		  "allows a VM.",
		.effect = "Gives the VM the same MAC address.",
		.clues = (const struct clue[]){
			{"*.lic */license.dat */licence.dat */licenses/* "
			 "*/flexlm/*.dat",
			  "^(SERVER|HOST)[ \t]+[^ \t]+[ \t]+(ETHER=|ether=)?"
			  "[0-9a-f]{12}([ \t]|$)",
			  NULL},
			{"*.lic */license.dat */licence.dat */licenses/* "
			 "*/flexlm/*.dat",
			  "HOSTID=\"?(ETHER=)?[0-9a-f]{12}([ \t\"]|$)", NULL},
			{0}},
	},
	{
		.id = "identity.licence-oem",
		.title = "The firmware holds a licence for Windows",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "The maker sold it with this machine: it does not go over to a "
		  "VM, and Windows would want to be activated again.",
		.action = "If Windows runs here, buy a licence that covers the VM "
		  "before the move.",
		.look = oem_licence_look,
	},
	{
		.id = "identity.licence-server",
		.title = "A licence manager runs here",
		.severity = SEVERITY_WARNING,
		.why = "Other machines take licences from it, by its name or "
		  "address, and it checks the hardware that it runs on.",
		.action = "Find out what each licence is bound to (a MAC address is "
		  "kept) and whether it allows a VM; announce the move to "
		  "those who use it.",
		.software = (const struct software[]){
			{"FlexNet (lmgrd)", NULL, "lmgrd flexlm flexnet* lmadmin",
			  "*/lmgrd */lmadmin"},
			{"Reprise (RLM)", NULL, "rlm", "*/rlm */rlm.opt"},
			{"Sentinel RMS", NULL, "lserv", "*/lserv */lservrc"},
			{"Dassault DSLS", NULL, "dsls DSLicSrv",
			  "/var/DassaultSystemes/LicenseServer*"},
			{"IBM LUM", NULL, "i4lmd", "/var/lum/*"},
			{"Altair", NULL, "altairlmxd", "*/lmx-serv*"},
			{"LM-X", NULL, "lmx", "*/lmx-serv"},
			{"Siemens SPLM", NULL, "splmd ugslmd", "*/ugslmd */saltd"},
			{"Green Hills or Wolfram MathLM", NULL, "mathlm",
			  "*/mathlm"},
			{0}},
		.clues = (const struct clue[]){
			{"/etc/rc.local /etc/rc.d/rc.local /etc/init.d/* "
			 "/etc/systemd/system/* /etc/cron*",
			  "/(lmgrd|lmadmin|rlm|lserv)([ \t]|$)", NULL},
			{0}},
	},
	{
		.id = "identity.login-key",
		.title = "A key to log in elsewhere lies here",
		.severity = SEVERITY_INFORMATION,
		.why = "Other machines let this one in by it, and every copy of the "
		  "image is let in as well.",
		.action = "Test these logins from the VM. Replace the key when the old "
		  "machine is given away.",
		.software = (const struct software[]){
			{"SSH key", NULL, NULL, "*/.ssh/id_rsa */.ssh/id_dsa "
			  "*/.ssh/id_ecdsa */.ssh/id_ed25519 */.ssh/identity"},
			{"PuTTY key", NULL, NULL, "*.ppk"},
			{0}},
	},
	{
		.id = "identity.machine-id-missing",
		.title = "The machine has no id of its own",
		.severity = SEVERITY_INFORMATION,
		.why = "It gets a new one at each start: logs and DHCP leases begin "
		  "anew.",
		.action = "Nothing, if the machine was made as a template.",
		.look = machine_id_missing_look,
	},
	{
		.id = "identity.machine-id-shared",
		.title = "The machine's id is a copy",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "Two files name different ids, as after cloning a disk, or "
		  "the id is one that images come with. Machines with one id take "
		  "each other's DHCP leases and mix their logs.",
		.action = "Make a new id in the VM, unless a licence is bound to it.",
		.command = "rm /etc/machine-id /var/lib/dbus/machine-id; "
		  "systemd-machine-id-setup",
		.look = machine_id_shared_look,
	},
	{
		.id = "identity.named-account",
		.title = "Jobs and services run under a person's account",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "They end when the person leaves, or when the directory that "
		  "knows the account is not reached from the VM.",
		.action = "Give them a service account of the system, and test them in "
		  "the VM.",
		.clues = (const struct clue[]){
			{"/etc/systemd/system/*.service", "^User=[ \t]*([^ \t]+)",
			  account_accept},
			{"/etc/crontab /etc/cron.d/*",
			  "^([0-9*/,-]+[ \t]+){4}[0-9a-z*/,-]+[ \t]+([^ \t]+)[ \t]",
			  cron_account_accept},
			{"/etc/init.d/* /etc/rc.d/* /etc/rc.local /etc/cron* "
			 "/var/spool/cron/*",
			  "(^|[ \t;&|])(su|runuser|sudo)[ \t]+(-l?[ \t]+|-u[ \t]*|-c[ \t]+)*([a-z_][a-z0-9_.-]*)",
			  su_account_accept},
			{0}},
	},
	{
		.id = "identity.per-core-licence",
		.title = "Software that is paid for by processor",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "Its licence may count every processor of the host that the "
		  "VM can run on, not those of the VM.",
		.action = "Ask those who bought it before the move; keep the VM on "
		  "licensed hosts.",
		.software = (const struct software[]){
			{"Oracle Database", "oracle-database-* oracle-xe*",
			  "oracle oracledb oracle-*", "/etc/oratab /etc/oraInst.loc"},
			{"Oracle WebLogic", NULL, "weblogic",
			  "*/wlserver/* /opt/oracle/middleware/*"},
			{"IBM Db2", NULL, "db2fmcd", "/opt/ibm/db2/* /var/db2/*"},
			{"IBM MQ", "MQSeriesRuntime ibmmq-runtime", NULL,
			  "/opt/mqm/*"},
			{"IBM WebSphere", NULL, NULL, "/opt/IBM/WebSphere/*"},
			{"Informix", NULL, "informix", "/etc/informix/* */sqlhosts"},
			{"Microsoft SQL Server", "mssql-server", "mssql-server",
			  "/opt/mssql/*"},
			{"SAP", NULL, "sapinit saphostctrl", "/usr/sap/*"},
			{"SAP ASE (Sybase)", NULL, "sybase", "/opt/sybase/*"},
			{0}},
	},
	{
		.id = "identity.remote-control",
		.title = "A remote control has an id that depends on hardware",
		.severity = SEVERITY_INFORMATION,
		.why = "The VM may get another id, so that those who use it do not "
		  "find it.",
		.action = "Note the new id, or remove the program.",
		.software = (const struct software[]){
			{"TeamViewer", "teamviewer teamviewer-host",
			  "teamviewerd", "/opt/teamviewer*"},
			{"AnyDesk", "anydesk", "anydesk", NULL},
			{"RustDesk", "rustdesk", "rustdesk", NULL},
			{"ScreenConnect", NULL, "connectwisecontrol-* screenconnect-*",
			  "/opt/screenconnect-*"},
			{0}},
	},
	{
		.id = "identity.subscription",
		.title = "The system is subscribed to its maker",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "Subscriptions count sockets of a machine or VMs of a host: "
		  "after the move another kind may be needed, and updates may "
		  "stop.",
		.action = "Register the VM anew and give the old subscription back.",
		.command = "subscription-manager facts --update && "
		  "subscription-manager attach --auto",
		.software = (const struct software[]){
			{"Red Hat subscription", NULL, NULL,
			  "/etc/pki/consumer/cert.pem"},
			{"Red Hat Network Classic", NULL, NULL,
			  "/etc/sysconfig/rhn/systemid"},
			{"SUSE Customer Center", NULL, NULL,
			  "/etc/zypp/credentials.d/SCCcredentials "
			  "/etc/zypp/credentials.d/NCCcredentials"},
			{"Ubuntu Pro", NULL, NULL,
			  "/var/lib/ubuntu-advantage/private/*"},
			{"Oracle ULN", NULL, NULL, "/etc/sysconfig/rhn/up2date-uuid"},
			{0}},
	},
};

const struct rule_table rules_identity = {
	GROUP_IDENTITY, rules, sizeof rules / sizeof *rules};
