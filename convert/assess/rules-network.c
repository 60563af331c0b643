/*
 * Rules: interfaces, addresses, and whom the machine talks to.
 * Data only; catalogue.h says what the fields mean.
 */
#include "convert/assess/catalogue.h"
#include "convert/assess/looks.h"

static const struct rule rules[] = {
	{
		.id = "network.arp-target",
		.title = "A bond tests its cards by asking neighbours",
		.severity = SEVERITY_WARNING,
		.why = "Where the addresses that it asks do not answer, as in the "
		  "isolated network of the boot proof, the bond takes its cards "
		  "for dead.",
		.action = "Let the VM's network reach these addresses, or test the "
		  "links with miimon instead.",
		.clues = (const struct clue[]){
			{"/etc/network/interfaces* /etc/sysconfig/network*/ifcfg-* "
			  "/etc/netplan/* /etc/NetworkManager/system-connections/* "
			  "/etc/systemd/network/* "
			  "/etc/modprobe.conf /etc/modprobe.d/*",
			  "(arp[-_]ip[-_]targets?|ARPIPTargets?)[ \t]*[=: ]",
			  NULL},
			{0}},
	},
	{
		.id = "network.bond",
		.title = "Network cards are joined to a bond that the switch must "
		  "know",
		.severity = SEVERITY_WARNING,
		.why = "LACP, round-robin and XOR need a switch that does the "
		  "same; a VM's ports on a virtual bridge do not.",
		.action = "Use active-backup in the VM, or one card; the host may do "
		  "the bonding.",
		.command = "cat /proc/net/bonding/*",
		.clues = (const struct clue[]){
			{"/etc/network/interfaces* /etc/sysconfig/network*/ifcfg-* "
			  "/etc/modprobe.conf /etc/modprobe.d/* "
			  "/etc/NetworkManager/system-connections/* "
			  "/etc/systemd/network/*.netdev /etc/netplan/*",
			  "(bond[-_]mode|mode)[ \t]*[=: ][ \t\"']*(802\\.3ad|balance-rr|balance-xor|4|0|2)([ \t\"',;]|$)",
			  NULL},
			{0}},
	},
	{
		.id = "network.card-missing",
		.title = "An interface is configured whose card the machine does "
		  "not have",
		.severity = SEVERITY_WARNING,
		.why = "The VM has the cards of the machine. What is configured "
		  "for another one does not come up, as it did not before.",
		.action = "If the card was only left out of the inventory, add one "
		  "with its MAC address to the VM; else remove the configuration.",
		.proof = "tests/assess/test-interfaces.c",
	},
	{
		.id = "network.cloud-init",
		.title = "cloud-init writes the network's configuration",
		.severity = SEVERITY_WARNING,
		.why = "For a machine that it takes for a new one, it writes the "
		  "configuration anew: often with DHCP in place of the address.",
		.action = "Create /etc/cloud/cloud-init.disabled, or set network: "
		  "{config: disabled} in /etc/cloud/cloud.cfg.d.",
		.command = "touch /etc/cloud/cloud-init.disabled",
		.look = cloud_init_look,
	},
	{
		.id = "network.firewall-address",
		.title = "Firewall rules name addresses",
		.severity = SEVERITY_INFORMATION,
		.why = "They stay right while addresses and interface names do, "
		  "which unrack keeps.",
		.action = "Look at them if the VM gets another network.",
		.clues = (const struct clue[]){
			{"/etc/iptables/* /etc/sysconfig/iptables "
			  "/etc/sysconfig/ip6tables /etc/nftables.conf "
			  "/etc/shorewall/rules /etc/ufw/user.rules "
			  "/etc/firewalld/zones/*",
			  "([0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3})",
			  firewall_accept},
			{0}},
	},
	{
		.id = "network.hosts-entry",
		.title = "Names of other machines are fixed in /etc/hosts",
		.severity = SEVERITY_INFORMATION,
		.why = "When those machines get other addresses, this one does "
		  "not notice.",
		.action = "Move the names to DNS, or correct the file with each wave.",
		.clues = (const struct clue[]){
			{"/etc/hosts",
			  "^([0-9a-fA-F:.]+)[ \t]",
			  hosts_accept},
			{0}},
	},
	{
		.id = "network.infiniband",
		.title = "An interface is on InfiniBand",
		.severity = SEVERITY_WARNING,
		.why = "The VM has Ethernet cards only: what is configured for "
		  "InfiniBand does not come up.",
		.action = "Give the VM the adapter, or move its addresses to an "
		  "Ethernet interface.",
		.clues = (const struct clue[]){
			{"/etc/network/interfaces*",
			  "^iface[ \t]+(ib[0-9]+)[ \t.]", NULL},
			{"/etc/sysconfig/network*/ifcfg-*",
			  "^(TYPE=\"?InfiniBand|CONNECTED_MODE=|IPOIB_MODE=)", NULL},
			{"/etc/NetworkManager/system-connections/*",
			  "^type=(infiniband)$", NULL},
			{"/etc/systemd/network/*", "^Kind=(ipoib)$", NULL},
			{0}},
	},
	{
		.id = "network.ipv6-autoconf",
		.title = "IPv6 addresses come from the router",
		.severity = SEVERITY_INFORMATION,
		.why = "The half that is made of the MAC address stays; the prefix "
		  "is what the VM's network announces. In the isolated network "
		  "nobody does.",
		.action = "Nothing, if the VM stays in the same network.",
		.clues = (const struct clue[]){
			{"/etc/network/interfaces*",
			  "^iface[ \t]+[^ \t]+[ \t]+inet6[ \t]+(auto|dhcp)", NULL},
			{"/etc/sysconfig/network*/ifcfg-*",
			  "^(IPV6_AUTOCONF=\"?yes|DHCPV6C=\"?yes|BOOTPROTO=['\"]?(auto6|dhcp6))",
			  NULL},
			{"/etc/netplan/*", "^(accept-ra:[ \t]*true|dhcp6:[ \t]*true)",
			  NULL},
			{"/etc/systemd/network/*", "^(IPv6AcceptRA=(yes|true|1)|DHCP=ipv6)",
			  NULL},
			{0}},
	},
	{
		.id = "network.jumbo-frames",
		.title = "Large frames are set up",
		.severity = SEVERITY_INFORMATION,
		.why = "The bridges and switches of the VM's network must carry "
		  "the same size; else large packets vanish.",
		.action = "Set the MTU on the host's bridge too.",
		.command = "ip link set BRIDGE mtu 9000",
		.clues = (const struct clue[]){
			{"/etc/network/interfaces* /etc/sysconfig/network*/ifcfg-* "
			  "/etc/netplan/* /etc/NetworkManager/system-connections/* "
			  "/etc/systemd/network/*",
			  "^(post-up .*)?(mtu(bytes)?)[ \t]*[=: ][ \t\"']*([2-9][0-9]{3,4})",
			  NULL},
			{0}},
	},
	{
		.id = "network.legacy-driver",
		.title = "A network card with an old driver",
		.severity = SEVERITY_INFORMATION,
		.why = "The VM has another card. Settings that name the driver, such "
		  "as its options or its alias, do nothing there; the "
		  "interface keeps its name and address.",
		.action = "Remove what names the driver in the VM.",
		.effect = "Gives the VM a virtio or e1000 card with the same address.",
		.look = legacy_card_look,
		.clues = (const struct clue[]){
			{"/etc/modules.conf /etc/conf.modules /etc/modprobe.conf "
			 "/etc/modprobe.d/*",
			  "^(alias[ \t]+(eth|tr|fddi)[0-9]+[ \t]+[a-z0-9_-]+|"
			  "options[ \t]+(3c59x|3c90x|8139(cp|too)|b44|e100|eepro100|"
			  "ne2k-pci|ne|pcnet32|sis900|tulip|via-rhine)[ \t])",
			  not_virtio_accept},
			{0}},
	},
	{
		.id = "network.link-displaced",
		.title = "Two files of systemd are for the same card",
		.severity = SEVERITY_WARNING,
		.why = "systemd applies only the first .link file that fits a card. "
		  "The one that keeps its name comes before this one, whose "
		  "settings are not made then; or this one comes before, and "
		  "the name is not kept.",
		.action = "Add the settings to /etc/systemd/network/"
		  "10-unrack-NAME.link in the VM, or Name= to this file; "
		  "then make the initramfs anew.",
		.command = "udevadm test-builtin net_setup_link "
		  "/sys/class/net/NAME",
		.proof = "tests/rewrite/test-network.c",
	},
	{
		.id = "network.listeners",
		.title = "Services wait for connections",
		.severity = SEVERITY_INFORMATION,
		.why = "The VM's network and firewalls must let their clients "
		  "through, as the old machine's did.",
		.action = "Compare with what really listens on the server, and "
		  "give the boot proof the ports that matter "
		  "(--expect tcp:PORT).",
		.command = "ss -ltnup",
		.clues = (const struct clue[]){
			{"/etc/ssh/sshd_config*", "^Port[ \t]+([0-9]+)",
			  listener_accept},
			{"/etc/nginx/*", "^listen[ \t]+([^ \t]+)",
			  listener_accept},
			{"/etc/apache2/* /etc/httpd/*",
			  "^Listen[ \t]+([^ \t]+)", listener_accept},
			{"/etc/lighttpd/*", "^server\\.port[ \t]*=[ \t]*([0-9]+)",
			  listener_accept},
			{"/etc/postgresql/*/postgresql.conf "
			  "/var/lib/pgsql/*/postgresql.conf /etc/mysql/* "
			  "/etc/my.cnf*",
			  "^port[ \t]*=[ \t]*([0-9]+)", listener_accept},
			{"/etc/redis*", "^port[ \t]+([0-9]+)",
			  listener_accept},
			{"/etc/memcached.conf", "^(-p)[ \t]+[0-9]",
			  listener_accept},
			{"/etc/mongod.conf", "^port:[ \t]*([0-9]+)",
			  listener_accept},
			{"/etc/haproxy/*", "^bind[ \t]+([^ \t]+)",
			  listener_accept},
			{"/etc/squid/*", "^https?_port[ \t]+([^ \t]+)",
			  listener_accept},
			{"/etc/postfix/master.cf",
			  "^([a-z0-9.:]+)[ \t]+inet[ \t]", listener_accept},
			{"*/server.xml",
			  "<Connector[^>]* port=\"([0-9]+)\"", listener_accept},
			{"/etc/systemd/system/*.socket",
			  "^ListenStream=([^ \t]+)", listener_accept},
			{"/etc/systemd/system/*.service",
			  "^ExecStart=.*[ \t](-p |--port[ =]|--listen[ =]|--bind[ =])",
			  listener_accept},
			{0}},
		.look = listeners_look,
	},
	{
		.id = "network.match-hardware",
		.title = "The network is configured by a card's slot or driver",
		.severity = SEVERITY_WARNING,
		.why = "The VM's cards are in other slots and have another driver, "
		  "so the file would be for none of them, or for the wrong one.",
		.action = "Where unrack did not do it: let the file match the MAC "
		  "address, which the VM keeps.",
		.effect = "Lets the file go by the MAC address where the card is "
		  "known.",
		.proof = "tests/rewrite/test-network.c",
	},
	{
		.id = "network.name-by-order",
		.title = "An interface's name follows the order of the cards",
		.severity = SEVERITY_INFORMATION,
		.why = "This system has nothing that could name the card by its MAC "
		  "address. The VM has its cards in the order of their old names.",
		.action = "Keep that order when cards are added to the VM.",
		.proof = "tests/rewrite/test-network.c",
	},
	{
		.id = "network.name-kept",
		.title = "An interface keeps its name",
		.severity = SEVERITY_INFORMATION,
		.why = "Addresses, routes and firewall rules belong to the name. "
		  "The VM keeps the MAC address, and a rule gives it the old "
		  "name.",
		.action = "Nothing, as long as the VM keeps its MAC address.",
		.effect = "Adds a rule that keeps the name.",
		.proof = "tests/integration/assess-disks",
	},
	{
		.id = "network.name-unknown",
		.title = "A card's old name is not known",
		.severity = SEVERITY_WARNING,
		.why = "No configuration names this card, which has a link, and "
		  "the live image cannot tell what the system called it: a "
		  "pattern or an automatic connection may have configured it. "
		  "In the VM it may have another name, which firewall zones and "
		  "programs do not know.",
		.action = "Take the inventory on the running server, which knows "
		  "the name, and convert with it (--inventory); or see "
		  "in the VM that the card is configured.",
		.command = "unrack-capture --inventory > NAME.json",
		.proof = "tests/assess/test-interfaces.c",
	},
	{
		.id = "network.neighbour-address",
		.title = "Addresses of neighbours are written down",
		.severity = SEVERITY_INFORMATION,
		.confidence = CONFIDENCE_LIKELY,
		.why = "Programs that reach others by address stop working when "
		  "either moves to another network.",
		.action = "Keep the network, or replace addresses by names before "
		  "the move.",
		.clues = (const struct clue[]){
			{"/etc/* /opt/* /srv/* /usr/local/* /var/www/* "
			  "/var/spool/cron/*",
			  "[0-9]{1,3}(\\.[0-9]{1,3}){3}",
			  neighbour_address_accept},
			{0}},
	},
	{
		.id = "network.no-mac",
		.title = "An interface's hardware is not known",
		.severity = SEVERITY_WARNING,
		.why = "Without its MAC address the name cannot be kept: the VM "
		  "may come up without this interface's addresses.",
		.action = "Take the inventory on the server and convert "
		  "with it (--inventory), or correct the network "
		  "configuration in the VM.",
		.command = "unrack-capture --inventory > NAME.json",
		.proof = "tests/integration/assess-disks",
	},
	{
		.id = "network.other-address",
		.title = "Addresses of other networks are written down",
		.severity = SEVERITY_INFORMATION,
		.confidence = CONFIDENCE_POSSIBLE,
		.why = "They may be of machines that the VM has to reach.",
		.action = "See that the VM's network reaches them.",
		.clues = (const struct clue[]){
			{"/etc/* /opt/* /srv/* /usr/local/* /var/www/* "
			  "/var/spool/cron/*",
			  "[0-9]{1,3}(\\.[0-9]{1,3}){3}",
			  other_address_accept},
			{0}},
	},
	{
		.id = "network.own-address",
		.title = "The machine's own address is written down",
		.severity = SEVERITY_WARNING,
		.why = "The VM keeps the address. In another network, all these "
		  "places have to be changed with it.",
		.action = "Keep the address, or put a name in these places.",
		.effect = "Gives the VM the same address.",
		.clues = (const struct clue[]){
			{"/etc/* /opt/* /srv/* /usr/local/* /var/www/* "
			  "/var/spool/cron/*",
			  "[0-9]{1,3}(\\.[0-9]{1,3}){3}",
			  own_address_accept},
			{0}},
	},
	{
		.id = "network.resolver",
		.title = "Name servers are fixed",
		.severity = SEVERITY_INFORMATION,
		.why = "The VM asks the same servers: its network must reach them.",
		.action = "Nothing, if the VM stays in reach of them.",
		.clues = (const struct clue[]){
			{"/etc/resolv.conf",
			  "^nameserver[ \t]+([0-9a-fA-F:.]+)",
			  resolver_accept},
			{0}},
	},
	{
		.id = "network.static-address",
		.title = "The server has a fixed address",
		.severity = SEVERITY_INFORMATION,
		.why = "The VM comes up with the same address. Two machines with "
		  "one address disturb each other.",
		.action = "Shut the old server down before the VM is connected.",
		.proof = "tests/integration/assess-disks",
	},
	{
		.id = "network.vlan",
		.title = "The machine tags its own VLANs",
		.severity = SEVERITY_WARNING,
		.why = "The VM's card must be connected to a trunk that carries "
		  "them.",
		.action = "Allow these VLANs on the host's bridge and switch port.",
		.look = vlan_look,
		.clues = (const struct clue[]){
			{"/etc/network/interfaces*",
			  "^iface[ \t]+([a-z][a-z0-9]*\\.[0-9]+|vlan[0-9]+)[ \t]",
			  NULL},
			{"/etc/network/interfaces*",
			  "^vlan[-_]raw[-_]device[ \t]+",
			  NULL},
			{"/etc/sysconfig/network*/ifcfg-*",
			  "^(VLAN=\"?yes|VLAN_ID=|ETHERDEVICE=)",
			  NULL},
			{"/etc/NetworkManager/system-connections/*",
			  "^type=(vlan)$",
			  NULL},
			{"/etc/systemd/network/*.netdev",
			  "^Kind=(vlan)$",
			  NULL},
			{"/etc/netplan/*",
			  "^(vlans:)",
			  NULL},
			{0}},
	},
};

const struct rule_table rules_network = {
	GROUP_NETWORK, rules, sizeof rules / sizeof *rules};
