#include "tests/harness.h"

#include <stdio.h>
#include <string.h>

#include "common/io.h"
#include "common/own.h"
#include "convert/assess/guest.h"
#include "convert/assess/network-config.h"

static const struct guest_interface *
read_file(network_config_read *read, struct guest *guest, const char *path,
	const char *text, const char *name)
{
	memset(guest, 0, sizeof *guest);
	read(guest, path, text);
	for (size_t i = 0; i < guest->interface_count; i++) {
		if (strcmp(guest->interfaces[i].name, name) == 0)
			return &guest->interfaces[i];
	}
	return NULL;
}

static const struct guest_interface *
read_one(struct guest *guest, const char *text, const char *name)
{
	return read_file(ifupdown_read, guest, "", text, name);
}

static void
static_addresses_are_read_in_both_notations(void **state)
{
	static const char *const texts[] = {
		"iface eth0 inet static\n\taddress 192.0.2.10/24\n"
		"\tgateway 192.0.2.1\n",
		"auto eth0\niface eth0 inet static\n address 192.0.2.10\n"
		" netmask 255.255.255.0\n gateway 192.0.2.1",
		"iface eth0 inet static\n address 192.0.2.10\n netmask 24\n"
		" # gateway 192.0.2.2\n gateway 192.0.2.1\n",
	};
	AUTO(guest_freep) struct guest *guest = guest_new();

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		const struct guest_interface *eth0 =
			read_one(guest, texts[i], "eth0");

		assert_non_null(eth0);
		assert_int_equal(eth0->address_count, 1);
		assert_string_equal(eth0->addresses[0], "192.0.2.10/24");
		assert_string_equal(eth0->gateway, "192.0.2.1");
		assert_false(eth0->dhcp);
	}
}

static void
aliases_and_families_add_addresses(void **state)
{
	AUTO(guest_freep) struct guest *guest = guest_new();
	const struct guest_interface *eth0 = read_one(guest,
		"iface eth0 inet static\n address 192.0.2.10/24\n"
		"iface eth0:1 inet static\n address 192.0.2.11\n"
		" netmask 255.255.255.128\n"
		"iface eth0 inet6 static\n address 2001:db8::1/64\n",
		"eth0");

	(void)state;
	assert_non_null(eth0);
	assert_int_equal(eth0->address_count, 3);
	assert_string_equal(eth0->addresses[1], "192.0.2.11/25");
	assert_string_equal(eth0->addresses[2], "2001:db8::1/64");
	assert_int_equal(guest->interface_count, 1);
}

/* Which card has a configuration with a name of its own. */
static void
logical_names_lead_to_their_cards(void **state)
{
	static const struct {
		const char *text;
		bool is_off;
	} cases[] = {
		{"auto lo eth0=office\n", false},
		{"auto eth0\nmapping eth0\n script /bin/by-mac\n"
		 " map 00:16:3e:00:00:01 office\n", false},
		{"auto eth0\nmapping eth0\n script /bin/choose\n map office\n"
		 " map home\nmapping eth1\n map shop\n", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		AUTO(guest_freep) struct guest *guest = guest_new();
		AUTO(freep) char *text = io_format("%siface office inet static\n"
			" address 192.0.2.10/24\n", cases[i].text);
		const struct guest_interface *eth0 =
			read_one(guest, text, "eth0");

		assert_non_null(eth0);
		assert_int_equal(guest->interface_count, 1);
		assert_string_equal(eth0->addresses[0], "192.0.2.10/24");
		assert_true(eth0->is_off == cases[i].is_off);
	}
}

/* libyaml would take hours for it. */
static void
deep_nesting_ends_the_reading(void **state)
{
	enum { BYTES = 1 << 20 };
	AUTO(freep) char *text = malloc(BYTES + 1);
	AUTO(guest_freep) struct guest *guest = guest_new();

	(void)state;
	assert_non_null(text);
	memset(text, '[', BYTES);
	text[BYTES] = '\0';
	netplan_read(guest, "/etc/netplan/a.yaml", text);
	assert_int_equal(guest->interface_count, 0);
}

/* A pattern fits many cards; a configuration that no mapping names is a card's. */
static void
other_mappings_lead_nowhere(void **state)
{
	AUTO(guest_freep) struct guest *guest = guest_new();

	(void)state;
	assert_non_null(read_one(guest, "mapping eth*\n map lan0\n"
		"mapping eth1\n map lan1 lan2\n\niface lan0 inet dhcp\n"
		"iface lan1 inet dhcp\n", "lan0"));
	assert_int_equal(guest->interface_count, 2);
	assert_string_equal(guest->interfaces[1].name, "lan1");
}

/* Each would be read as often as there are lines, to the fourth power. */
static void
templates_that_inherit_from_themselves_come_to_an_end(void **state)
{
	enum { LINES = 500 };
	static char text[64 + LINES * 16] = "auto eth0\niface eth0 inet static\n"
					     "address 192.0.2.10/24\n";
	AUTO(guest_freep) struct guest *guest = guest_new();
	const struct guest_interface *eth0;

	(void)state;
	for (int i = 0; i < LINES; i++)
		strcat(text, "inherit eth0\n");
	eth0 = read_one(guest, text, "eth0");
	assert_non_null(eth0);
	assert_string_equal(eth0->addresses[0], "192.0.2.10/24");
}

static void
dhcp_is_read_and_loopback_is_not(void **state)
{
	AUTO(guest_freep) struct guest *guest = guest_new();
	const struct guest_interface *ens3 = read_one(guest,
		"auto lo\niface lo inet loopback\nallow-hotplug ens3\n"
		"iface ens3 inet dhcp\n",
		"ens3");

	(void)state;
	assert_non_null(ens3);
	assert_true(ens3->dhcp);
	assert_int_equal(guest->interface_count, 1);
}

/* The same interface, as each system's files have it. */
static const struct {
	network_config_read *read;
	const char *path, *text, *name, *mac, *address, *gateway;
	bool dhcp;
} files[] = {
	{ifcfg_read, "/etc/sysconfig/network-scripts/ifcfg-eth0",
		"DEVICE=\"eth0\"\nHWADDR=52:54:00:AA:BB:CC\nIPADDR=192.0.2.10\n"
		"NETMASK=255.255.255.0\nGATEWAY=192.0.2.1\nBOOTPROTO=none\n",
		"eth0", "52:54:00:aa:bb:cc", "192.0.2.10/24", "192.0.2.1", false},
	{ifcfg_read, "/x/ifcfg-em1", "IPADDR0=192.0.2.10\nPREFIX0=24\n", "em1",
		"", "192.0.2.10/24", "", false},
	{ifcfg_read, "/x/ifcfg-eth0", "BOOTPROTO='dhcp4'\n", "eth0", "", NULL,
		"", true},
	{ifcfg_read, "/etc/sysconfig/network/ifcfg-eth1",
		"BOOTPROTO='static'\nIPADDR='192.0.2.10/24'\n"
		"IPADDR_1='192.0.2.11'\nPREFIXLEN_1='25'\n",
		"eth1", "", "192.0.2.11/25", "", false},
	{ifcfg_read, "/x/ifcfg-eth0:1",
		"DEVICE=eth0:1\nIPADDR=192.0.2.10\nPREFIX=24\n", "eth0", "",
		"192.0.2.10/24", "", false},
	{ifcfg_read, "/x/ifcfg-eth0",
		"IPV6INIT=yes\nIPV6ADDR=2001:db8::a/64\n", "eth0", "",
		"2001:db8::a/64", "", false},
	{ifcfg_read, "/etc/sysconfig/network-scripts/ifcfg-Auto_eth0",
		"HWADDR=52:54:00:AA:BB:CC\nBOOTPROTO=dhcp\nNAME=\"Auto eth0\"\n",
		"", "52:54:00:aa:bb:cc", NULL, "", true},
	{ifcfg_read, "/etc/sysconfig/network-scripts/ifcfg-Wired_connection_1",
		"HWADDR=52:54:00:AA:BB:CC\nIPADDR=192.0.2.10\nPREFIX=24\n",
		"", "52:54:00:aa:bb:cc", "192.0.2.10/24", "", false},
	{ifcfg_read, "/etc/sysconfig/network-scripts/ifcfg-enp3s0",
		"HWADDR=52:54:00:AA:BB:CC\nNAME=enp3s0\nONBOOT=no\n", "enp3s0",
		"52:54:00:aa:bb:cc", NULL, "", false},
	{ifcfg_read, "/etc/sysconfig/network-scripts/ifcfg-Auto_eth0",
		"DEVICE=eth0\nBOOTPROTO=dhcp\n", "eth0", "", NULL, "", true},
	{ifcfg_read, "/etc/sysconfig/network/ifcfg-office",
		"BOOTPROTO='dhcp'\n", "office", "", NULL, "", true},
	{keyfile_read, "/x/lan.nmconnection",
		"[ipv4]\nmethod=manual\naddress1=192.0.2.10/24,192.0.2.1\n"
		"[connection]\nid=lan\ninterface-name=ens9\n"
		"[ethernet]\nmac-address=52:54:00:AA:BB:CC\n",
		"ens9", "52:54:00:aa:bb:cc", "192.0.2.10/24", "192.0.2.1", false},
	{keyfile_read, "/x/lan", "[connection]\ninterface-name=ens9\n"
		"[ipv4]\nmethod=auto\n", "ens9", "", NULL, "", true},
	{networkd_read, "/x/10.network",
		"# c\n[Match]\nName = ens9\nMACAddress=52:54:00:aa:bb:cc\n"
		"[Network]\nAddress=192.0.2.10/24\nGateway=192.0.2.1\n"
		"DHCP=no\n",
		"ens9", "52:54:00:aa:bb:cc", "192.0.2.10/24", "192.0.2.1", false},
	{networkd_read, "/x/10.network",
		"[Match]\nName=ens9\n[Address]\nAddress=192.0.2.10/24\n"
		"[Route]\nGateway=192.0.2.1\n[Network]\nDHCP=yes\n",
		"ens9", "", "192.0.2.10/24", "192.0.2.1", true},
	{netplan_read, "/x/1.yaml",
		"network:\n  version: 2\n  ethernets:\n    ens9:\n"
		"      addresses: [192.0.2.10/24]\n      routes:\n"
		"        - to: default\n          via: 192.0.2.1\n",
		"ens9", "", "192.0.2.10/24", "192.0.2.1", false},
	{netplan_read, "/x/1.yaml",
		"network:\n  ethernets:\n    lan:\n      match:\n"
		"        macaddress: '52:54:00:aa:bb:cc'\n      set-name: lan0\n"
		"      addresses:\n      - 192.0.2.10/24:\n"
		"          lifetime: 0\n      gateway4: 192.0.2.1\n",
		"lan0", "52:54:00:aa:bb:cc", "192.0.2.10/24", "192.0.2.1", false},
	{netplan_read, "/x/1.yaml",
		"network: {ethernets: {any: {match: {name: ens9}, dhcp4: true}}}",
		"ens9", "", NULL, "", true},
};

static void
every_system_tells_name_card_and_addresses(void **state)
{
	AUTO(guest_freep) struct guest *guest = guest_new();

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		const struct guest_interface *found =
			read_file(files[i].read, guest, files[i].path,
				files[i].text, files[i].name);

		if (found == NULL)
			fail_msg("%s: no interface %s", files[i].text,
				files[i].name);
		assert_int_equal(guest->interface_count, 1);
		assert_string_equal(found->mac, files[i].mac);
		assert_string_equal(found->gateway, files[i].gateway);
		assert_int_equal(found->dhcp, files[i].dhcp);
		if (files[i].address == NULL)
			assert_int_equal(found->address_count, 0);
		else
			assert_string_equal(
				found->addresses[found->address_count - 1],
				files[i].address);
	}
}

static void
what_is_for_any_card_names_none(void **state)
{
	static const struct {
		network_config_read *read;
		const char *path, *text;
	} others[] = {
		{ifcfg_read, "/x/ifcfg-lo", "DEVICE=lo\nIPADDR=127.0.0.1\n"},
		{ifcfg_read, "/x/ifcfg-eth0.bak", "IPADDR=192.0.2.9\n"},
		{ifcfg_read, "/etc/sysconfig/network-scripts/ifcfg-Profile_1",
			"BOOTPROTO=dhcp\n"},
		{ifcfg_read, "/x/ifcfg-eth-id-00:16:3e:00:00:01",
			"IPADDR=192.0.2.9/24\n"},
		{keyfile_read, "/x/w", "[connection]\nid=Wired\n"
			"[ipv4]\naddress1=192.0.2.9/24\n"},
		{networkd_read, "/x/a.network", "[Match]\nName=en*\n"
			"[Network]\nAddress=192.0.2.9/24\n"},
		{netplan_read, "/x/1.yaml", "network: {ethernets: {any: {match: "
			"{driver: e1000}, addresses: [192.0.2.9/24]}}}"},
		{netplan_read, "/x/1.yaml", "network: {ethernets: {any: {match: "
			"{name: 'en*'}, dhcp4: true}}}"},
		{netplan_read, "/x/1.yaml", "other: {ethernets: {ens9: "
			"{dhcp4: true}}}"},
	};
	AUTO(guest_freep) struct guest *guest = guest_new();

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		read_file(others[i].read, guest, others[i].path,
			others[i].text, "");
		if (guest->interface_count != 0 &&
			guest->interfaces[0].name[0] != '\0')
			fail_msg("%s: %s", others[i].text,
				guest->interfaces[0].name);
	}
}

/* Whoever wrote it: half files, deep ones, and loops of aliases. */
static void
broken_files_are_survived(void **state)
{
	static const char *const texts[] = {"", "[", "[a", "=", "[a]\n=\n=b",
		"network:", "network: {ethernets: {a: {addresses: [",
		"network: &a [*a, *a]", "- - - - - - - - - - - - - - - x",
		"a: {b: {c: {d: {e: {f: {g: {h: {i: {j: k}}}}}}}}}",
		"\t:\n", "network: {ethernets: {a: &x {addresses: *x}}}",
		"IPADDR=", "IPADDR=\"", "DEVICE=\nIPADDR=1", "%YAML 9.9\n---\n"};
	static network_config_read *const readers[] = {ifupdown_read,
		ifcfg_read, keyfile_read, networkd_read, netplan_read};
	AUTO(guest_freep) struct guest *guest = guest_new();

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		for (size_t k = 0; k < sizeof readers / sizeof *readers; k++)
			readers[k](guest, "/x/ifcfg-eth0", texts[i]);
	for (size_t i = 0; i < guest->interface_count; i++)
		assert_int_equal(guest->interfaces[i].address_count, 0);
}

static void
absurd_files_are_survived(void **state)
{
	AUTO(guest_freep) struct guest *guest = guest_new();
	static char text[300000];
	size_t used = 0;

	(void)state;
	for (int i = 0; i < 1000; i++)
		used += (size_t)sprintf(text + used,
			"iface eth%d inet static\n address %0200d\n", i, i);
	read_one(guest, text, "");
	assert_int_equal(guest->interface_count, GUEST_INTERFACES);
	memset(text, 'x', sizeof text - 1);
	read_one(guest, text, "");
	assert_int_equal(guest->interface_count, 0);
	read_one(guest, "address 1\niface\niface x\nnetmask 8", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(static_addresses_are_read_in_both_notations),
		cmocka_unit_test(aliases_and_families_add_addresses),
		cmocka_unit_test(
			templates_that_inherit_from_themselves_come_to_an_end),
		cmocka_unit_test(logical_names_lead_to_their_cards),
		cmocka_unit_test(other_mappings_lead_nowhere),
		cmocka_unit_test(deep_nesting_ends_the_reading),
		cmocka_unit_test(dhcp_is_read_and_loopback_is_not),
		cmocka_unit_test(every_system_tells_name_card_and_addresses),
		cmocka_unit_test(what_is_for_any_card_names_none),
		cmocka_unit_test(broken_files_are_survived),
		cmocka_unit_test(absurd_files_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
