/*
 * Rules: what the machine is there for, and what that needs.
 * Data only; catalogue.h says what the fields mean.
 */
#include "convert/assess/catalogue.h"
#include "convert/assess/looks.h"

static const struct rule rules[] = {
	{
		.id = "applications.cluster",
		.title = "The machine is a member of a cluster",
		.severity = SEVERITY_WARNING,
		.why = "A twin that cannot see the other members may fence them, "
		  "or take over their addresses and shared disks, once it is "
		  "let out of its isolated network.",
		.action = "Take the machine out of the cluster before the move, or "
		  "move all members together; never run both twins.",
		.command = "pcs status; crm_mon -1",
		.software = (const struct software[]){
			{"Pacemaker", "pacemaker", "pacemaker", NULL},
			{"Corosync", "corosync", "corosync", NULL},
			{"Heartbeat", "heartbeat", "heartbeat", NULL},
			{"Red Hat Cluster", "cman rgmanager", "cman rgmanager", "/etc/cluster/cluster.conf"},
			{"Veritas Cluster Server", "VRTSvcs", "vcs had", "/etc/VRTSvcs/*"},
			{"IBM PowerHA", "powerhasystemmirror*", NULL, "/usr/es/sbin/cluster/*"},
			{"SteelEye LifeKeeper", "steeleye-lk*", "lifekeeper", "/opt/LifeKeeper/*"},
			{"DRBD", "drbd-utils drbd8-utils drbd", "drbd", NULL},
			{"keepalived", "keepalived", "keepalived", NULL},
			{"Oracle Clusterware", NULL, "ohasd ora.* oracle-ohasd", "/etc/oracle/olr.loc"},
			{"GlusterFS", "glusterfs-server", "glusterd", NULL},
			{"Ceph", "ceph-osd ceph-mon", "ceph-osd* ceph-mon*", NULL},
			{"Kubernetes", "kubelet", "kubelet", "/etc/kubernetes/kubelet.conf"},
			{0}},
	},
	{
		.id = "applications.containers",
		.title = "Containers run here",
		.severity = SEVERITY_INFORMATION,
		.why = "Their images and volumes are on the captured disks. What "
		  "they publish, and registries they pull from, are needs of "
		  "the machine too.",
		.action = "List the containers and their ports, and test them in the "
		  "VM.",
		.command = "docker ps -a; docker volume ls; podman ps -a",
		.software = (const struct software[]){
			{"Docker", "docker.io docker-ce docker-engine", "docker", NULL},
			{"Podman", "podman", NULL, NULL},
			{"containerd", "containerd containerd.io", "containerd", NULL},
			{"LXC", "lxc", "lxc", NULL},
			{"LXD", "lxd", "lxd snap.lxd.daemon", NULL},
			{0}},
	},
	{
		.id = "applications.database",
		.title = "A database runs here",
		.severity = SEVERITY_INFORMATION,
		.why = "Its data must be of one moment: an offline capture sees "
		  "to that, a copy of the running machine does not.",
		.action = "Stop the database before the last pass, and "
		  "have a backup made by its own tools. An offline capture "
		  "of the stopped machine needs nothing else.",
		.software = (const struct software[]){
			{"PostgreSQL", "postgresql postgresql-[0-9]* postgresql-server", "postgresql postgresql@*", "/etc/postgresql/*"},
			{"MySQL or MariaDB", "mysql-server* mariadb-server*", "mysql mysqld mariadb", NULL},
			{"Oracle Database", "oracle-database-* oracle-xe*", "oracledb", "/etc/oratab"},
			{"MongoDB", "mongodb-org-server mongodb-server", "mongod", NULL},
			{"Microsoft SQL Server", "mssql-server", "mssql-server", "/var/opt/mssql/mssql.conf"},
			{"IBM Db2", NULL, "db2fmcd", "/var/db2/*"},
			{"Redis", "redis-server redis", "redis redis-server", NULL},
			{"Elasticsearch", "elasticsearch", "elasticsearch", NULL},
			{"Firebird", "firebird*-server*", "firebird*", NULL},
			{"CouchDB", "couchdb", "couchdb", NULL},
			{"Cassandra", "cassandra", "cassandra", NULL},
			{"InfluxDB", "influxdb influxdb2", "influxdb", NULL},
			{0}},
	},
	{
		.id = "applications.database-elsewhere",
		.title = "A database of another machine is used",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "The VM needs to reach it, and its access list may name "
		  "the old machine's address.",
		.action = "Move both in one wave, or see that the VM's network "
		  "reaches the database.",
		.clues = (const struct clue[]){
			{"/etc/* /opt/* /srv/* /usr/local/* /var/www/*",
			  "(jdbc:[a-z]+:/?/?[^ \t\"'<>]+)",
			  database_accept},
			{"/etc/* /opt/* /srv/* /usr/local/* /var/www/*",
			  "((mysql|postgres|postgresql|mongodb|redis|mssql|db2|oracle)://[^ \t\"'<>]+)",
			  database_accept},
			{"/etc/odbc.ini */.odbc.ini",
			  "^(server|servername|host)[ \t]*=[ \t]*([^ \t;#]+)",
			  database_host_accept},
			{"*/tnsnames.ora",
			  "\\(HOST[ \t]*=[ \t]*([^ )]+)",
			  database_host_accept},
			{0}},
	},
	{
		.id = "applications.database-path",
		.title = "Where a database keeps its data",
		.severity = SEVERITY_INFORMATION,
		.why = "The folder must be on a captured disk, and be of one moment "
		  "with the logs that belong to it.",
		.action = "See that the disk is among the captured ones, and has the "
		  "same name in the VM.",
		.clues = (const struct clue[]){
			{"/etc/my.cnf /etc/my.cnf.d/* /etc/mysql/*",
			  "^(datadir|innodb_data_home_dir|innodb_log_group_home_dir|"
			  "log[-_]bin)[ \t]*=[ \t]*[\"']?(/[^ \t\"']+)", NULL},
			{"/etc/postgresql/*",
			  "^data_directory[ \t]*=[ \t]*'(/[^']+)", NULL},
			{"/etc/mongod.conf /etc/mongodb.conf",
			  "^(dbpath[ \t]*[=:])[ \t]*[\"']?(/[^ \t\"']+)", NULL},
			{"/etc/redis/* /etc/redis.conf",
			  "^dir[ \t]+(/[^ \t]+)", NULL},
			{"/etc/oratab", "^[a-z0-9_+*]+:(/[^:]+):", NULL},
			{"/etc/elasticsearch/*.yml /etc/cassandra/* /etc/influxdb/*",
			  "^(path\\.data|data_file_directories|dir)[ \t]*[:=]"
			  "[ \t]*[\"']?(/[^ \t\"']+)", NULL},
			{"/etc/couchdb/* /opt/couchdb/etc/*",
			  "^database_dir[ \t]*=[ \t]*(/[^ \t]+)", NULL},
			{0}},
	},
	{
		.id = "applications.directory-server",
		.title = "Others log in with the help of this machine",
		.severity = SEVERITY_WARNING,
		.why = "Directories of users notice a second copy badly: replicas "
		  "diverge, and a restored domain controller may be shut out "
		  "for good.",
		.action = "Move it alone, with no second copy switched on at any "
		  "time; or install a new replica and retire this one.",
		.software = (const struct software[]){
			{"Samba AD domain controller", "samba-ad-dc", "samba-ad-dc", NULL},
			{"FreeIPA", "ipa-server freeipa-server", "ipa", NULL},
			{"389 Directory Server", "389-ds-base", "dirsrv@*", NULL},
			{"OpenLDAP", "slapd openldap-servers", "slapd", NULL},
			{"Kerberos KDC", "krb5-kdc krb5-server", "krb5-kdc krb5kdc", NULL},
			{"FreeRADIUS", "freeradius", "freeradius radiusd", NULL},
			{0}},
		.clues = (const struct clue[]){
			{"/etc/samba/smb.conf",
			  "^server role[ \t]*=[ \t]*(active directory domain controller|domain controller|primary classic|dc)",
			  NULL},
			{"/etc/samba/smb.conf",
			  "^domain logons[ \t]*=[ \t]*(yes|true|1)",
			  NULL},
			{0}},
	},
	{
		.id = "applications.disk-device",
		.title = "A program opens a disk by its device name",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "The name belongs to the old controller: in the VM it is "
		  "another, or another disk's.",
		.action = "Give the program a name that lasts, from "
		  "/dev/disk/by-uuid or of LVM.",
		.clues = (const struct clue[]){
			{"/etc/* /opt/* /srv/* /usr/local/* /var/www/*",
			  "[=:\"' \t](/dev/(sd[a-z]+[0-9]*|hd[a-z][0-9]*|cciss/c[0-9]+d[0-9]+(p[0-9]+)?|ida/c[0-9]+d[0-9]+(p[0-9]+)?|nvme[0-9]+n[0-9]+(p[0-9]+)?|raw/raw[0-9]+|disk/by-(id|path)/[^ \t\"']+))",
			  not_setup_accept},
			{0}},
	},
	{
		.id = "applications.exports",
		.title = "Other machines mount folders of this one",
		.severity = SEVERITY_INFORMATION,
		.why = "They hang while the machine is switched off, and lists of "
		  "allowed addresses stay valid only while addresses do.",
		.action = "Tell those who mount them when the move is.",
		.command = "showmount -a; smbstatus",
		.clues = (const struct clue[]){
			{"/etc/exports /etc/exports.d/*",
			  "^(/[^ \t]*)",
			  NULL},
			{"/etc/samba/smb.conf",
			  "^path[ \t]*=[ \t]*(/[^ \t]*)",
			  NULL},
			{0}},
	},
	{
		.id = "applications.fax",
		.title = "Faxes or modems are used",
		.severity = SEVERITY_WARNING,
		.why = "A modem or an ISDN card cannot come along.",
		.action = "Use a network device for it, or let this part stay on "
		  "hardware.",
		.software = (const struct software[]){
			{"HylaFAX", "hylafax-server hylafax hylafax+", "hylafax", NULL},
			{"mgetty", "mgetty mgetty-fax", "mgetty*", NULL},
			{"CapiSuite", "capisuite", "capisuite", NULL},
			{"isdn4linux", "isdnutils isdnutils-base", "isdn*", NULL},
			{"pppd over a modem", "wvdial", NULL, NULL},
			{0}},
		.clues = (const struct clue[]){
			{"/etc/ppp/peers/*",
			  "^(/dev/(ttyS|ttyUSB|modem)[0-9]*)",
			  NULL},
			{0}},
	},
	{
		.id = "applications.infrastructure",
		.title = "Other machines depend on a service of this one",
		.severity = SEVERITY_INFORMATION,
		.why = "Names, addresses or time for a whole network may come "
		  "from here; the move is felt by all of it.",
		.action = "See that a second server answers while this one moves.",
		.software = (const struct software[]){
			{"BIND", "bind9 bind", "named bind9", NULL},
			{"Unbound", "unbound", "unbound", NULL},
			{"dnsmasq", "dnsmasq", "dnsmasq", NULL},
			{"PowerDNS", "pdns-server pdns", "pdns", NULL},
			{"ISC DHCP", "isc-dhcp-server dhcp-server", "isc-dhcp-server dhcpd", NULL},
			{"Kea", "kea-dhcp4-server kea", "kea-dhcp4*", NULL},
			{"TFTP and PXE", "tftpd-hpa atftpd tftp-server", "tftpd-hpa atftpd", NULL},
			{"Squid", "squid squid3", "squid", NULL},
			{"HAProxy", "haproxy", "haproxy", NULL},
			{"strongSwan", "strongswan strongswan-starter", "strongswan* ipsec", NULL},
			{"OpenVPN", "openvpn", "openvpn@* openvpn-server@*", NULL},
			{0}},
	},
	{
		.id = "applications.local-scratch",
		.title = "A program keeps temporary data on a local volume",
		.severity = SEVERITY_INFORMATION,
		.confidence = CONFIDENCE_POSSIBLE,
		.why = "A fast local disk may be why. In the VM it is a disk like all "
		  "others, and it is captured although nobody needs its data.",
		.action = "Empty it before the capture, and give the VM a fast disk for "
		  "it if it matters.",
		.clues = (const struct clue[]){
			{"/etc/* /opt/* /srv/* /usr/local/* /var/www/*",
			  "[=:\"' \t](/(scratch|localscratch|local_scratch|ramdisk|"
			  "mnt/(scratch|ssd|nvme|ramdisk|resource))(/[^ \t\"':;]*)?)"
			  "([ \t\"':;]|$)",
			  not_setup_accept},
			{0}},
	},
	{
		.id = "applications.parallel-port",
		.title = "A program uses the parallel port",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "A VM has none; printers and dongles that hang on it are "
		  "lost.",
		.action = "Attach the printer to a print server, or keep this "
		  "program on hardware.",
		.clues = (const struct clue[]){
			{"/etc/* /opt/* /srv/* /usr/local/* /var/www/*",
			  "[=:\"' \t](parallel:)?(/dev/(lp|parport|usb/lp)[0-9]+)",
			  not_setup_accept},
			{0}},
	},
	{
		.id = "applications.remote-mount",
		.title = "File systems of other servers are mounted",
		.severity = SEVERITY_WARNING,
		.why = "The VM needs to reach those servers, and they must let it "
		  "in: exports and firewalls often name addresses.",
		.action = "See that the VM's network reaches them; move them before "
		  "or after, not at the same time.",
		.look = remote_mount_look,
	},
	{
		.id = "applications.removable-media",
		.title = "A program uses removable media",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "Nobody puts a disk or a stick into a VM: what reads or "
		  "writes one fails without a word.",
		.action = "Give the data another way: a share, or an image attached "
		  "to the VM.",
		.clues = (const struct clue[]){
			{"/etc/* /opt/* /srv/* /usr/local/* /var/www/*",
			  "[=:\"' \t](/(media|mnt/(usb|cdrom|floppy|rdx|zip)|cdrom)/[^ \t\"':;]*|/dev/(sr|fd|scd)[0-9]+|/dev/cdrom)",
			  not_setup_accept},
			{0}},
	},
	{
		.id = "applications.serial-port",
		.title = "A program uses a serial port",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "What is connected to the port (a scale, a door, a card "
		  "reader, a controller) stays at the old machine.",
		.action = "Reach the device over the network with a serial device "
		  "server, or pass a port of the host through.",
		.software = (const struct software[]){
			{"ser2net", "ser2net", "ser2net", NULL},
			{"conserver", "conserver-server conserver", "conserver*", NULL},
			{"gpsd", "gpsd", "gpsd", NULL},
			{0}},
		.clues = (const struct clue[]){
			{"/etc/* /opt/* /srv/* /usr/local/* /var/www/*",
			  "[=:\"' \t](/dev/(ttyS|ttyUSB|ttyACM|ttyR|ttyMI|cua)[0-9]+)",
			  not_setup_accept},
			{0}},
	},
	{
		.id = "applications.tape",
		.title = "Tapes are written or read",
		.severity = SEVERITY_WARNING,
		.confidence = CONFIDENCE_LIKELY,
		.why = "A drive or a library on a SCSI or FC adapter does not "
		  "come along.",
		.action = "Back the VM up by another server, or keep the tapes on "
		  "hardware.",
		.software = (const struct software[]){
			{"mtx", "mtx", NULL, NULL},
			{"mt-st", "mt-st", NULL, NULL},
			{"LTFS", "ltfs*", NULL, NULL},
			{0}},
		.clues = (const struct clue[]){
			{"/etc/* /opt/* /srv/* /usr/local/* /var/www/*",
			  "[=:\"' \t](/dev/(n?st[0-9]+[alm]?|sg[0-9]+|tape/[^ \t\"']+|nosst[0-9]+|IBMtape[0-9]+n?|changer))",
			  not_setup_accept},
			{0}},
	},
};

const struct rule_table rules_applications = {
	GROUP_APPLICATIONS, rules, sizeof rules / sizeof *rules};
