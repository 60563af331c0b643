#include "tests/harness.h"

#include <string.h>

#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest.h"
#include "convert/rewrite/network.h"

static bool
is_reported(enum naming naming, const struct guest_interface *interface,
	const char *why)
{
	AUTO(guest_freep) struct guest *guest = guest_new();
	AUTO(findings_freep) struct findings *findings = findings_new();
	struct network_rule rule;

	guest->naming = naming;
	network_rule(&rule, guest, interface, findings);
	return findings_have(findings, why);
}

/* A rule for an interface, or false. */
static bool
rule_for(struct network_rule *rule, enum naming naming,
	const struct guest_interface *interface)
{
	AUTO(guest_freep) struct guest *guest = guest_new();
	AUTO(findings_freep) struct findings *findings = findings_new();

	assert_non_null(guest);
	assert_non_null(findings);
	guest->naming = naming;
	return network_rule(rule, guest, interface, findings);
}

static const struct guest_interface card = {
	.name = "eth0",
	.mac = "52:54:00:12:34:56",
	.is_card = true,
};

static void
systemd_gets_a_link_file_keyed_on_the_permanent_address(void **state)
{
	struct network_rule rule;

	(void)state;
	assert_true(rule_for(&rule, NAMING_LINK, &card));
	assert_string_equal(rule.path,
		"/etc/systemd/network/10-unrack-eth0.link");
	assert_non_null(strstr(rule.text,
		"[Match]\nPermanentMACAddress=52:54:00:12:34:56\n"));
	assert_non_null(strstr(rule.text, "[Link]\nName=eth0\n"));
}

/* The first .link file that fits is the only one. */
static void
settings_of_other_link_files_are_not_lost_without_a_word(void **state)
{
	static const struct {
		struct guest_link link;
		enum naming naming;
		bool is_reported;
	} cases[] = {
		{{"/etc/systemd/network/50-mtu.link", "MTUBytes=9000", ""},
			NAMING_LINK, true},
		{{"/etc/systemd/network/50-wol.link", "WakeOnLan=magic",
			 "52:54:00:12:34:56"}, NAMING_LINK, true},
		{{"/etc/systemd/network/05-keep.link", "", ""}, NAMING_LINK,
			true},
		{{"/etc/systemd/network/50-name.link", "", ""}, NAMING_LINK,
			false},
		{{"/etc/systemd/network/50-mtu.link", "MTUBytes=9000",
			 "52:54:00:12:34:57"}, NAMING_LINK, false},
		{{"/etc/systemd/network/10-unrack-eth0.link", "MTUBytes=9000",
			 ""}, NAMING_LINK, false},
		{{"/etc/systemd/network/10-unrack-ens1.link", "", ""},
			NAMING_LINK, false},
		/* there, a rule of udev has no part in it */
		{{"/etc/systemd/network/50-mtu.link", "MTUBytes=9000", ""},
			NAMING_UDEV, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		AUTO(guest_freep) struct guest *guest = guest_new();
		AUTO(findings_freep) struct findings *findings = findings_new();
		struct network_rule rule;

		guest->naming = cases[i].naming;
		guest->links[guest->link_count++] = cases[i].link;
		assert_true(network_rule(&rule, guest, &card, findings));
		if (findings_have(findings, "network.link-displaced") !=
			cases[i].is_reported)
			fail_msg("%s", cases[i].link.path);
	}
}

static void
older_systems_get_the_rule_that_they_read(void **state)
{
	static const struct {
		enum naming naming;
		const char *path, *text;
	} forms[] = {
		{NAMING_UDEV, "/etc/udev/rules.d/70-persistent-net.rules",
			"ATTR{address}==\"52:54:00:12:34:56\", "
			"ATTR{type}==\"1\", NAME=\"eth0\"\n"},
		{NAMING_UDEV_Z25, "/etc/udev/rules.d/z25_persistent-net.rules",
			"SYSFS{address}==\"52:54:00:12:34:56\", "
			"NAME=\"eth0\"\n"},
		{NAMING_SLES10,
			"/etc/udev/rules.d/30-net_persistent_names.rules",
			"SYSFS{address}==\"52:54:00:12:34:56\", IMPORT="
			"\"/lib/udev/rename_netiface %k eth0\"\n"},
		{NAMING_HWADDR, "/etc/sysconfig/network-scripts/ifcfg-eth0",
			"HWADDR=52:54:00:12:34:56\n"},
		{NAMING_IFTAB, "/etc/iftab",
			"eth0 mac 52:54:00:12:34:56 arp 1\n"},
		{NAMING_MACTAB, "/etc/mactab", "eth0 52:54:00:12:34:56\n"},
	};
	struct network_rule rule;

	(void)state;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		assert_true(rule_for(&rule, forms[i].naming, &card));
		assert_string_equal(rule.path, forms[i].path);
		assert_non_null(strstr(rule.text, forms[i].text));
		assert_true(rule.is_appended);
		assert_int_equal(rule.needs_file,
			forms[i].naming == NAMING_HWADDR);
	}
	assert_false(rule_for(&rule, NAMING_NONE, &card));
	assert_true(is_reported(NAMING_NONE, &card, "network.name-by-order"));
	assert_false(is_reported(NAMING_UDEV, &card, "network.name-by-order"));
	assert_true(is_reported(NAMING_UDEV, &card, "network.name-kept"));
}

/* As ifcfg-eth1 of a card that only a bond's file names. */
static void
a_rule_without_its_file_is_not_said_to_be_added(void **state)
{
	AUTO(guest_freep) struct guest *guest = guest_new();
	AUTO(findings_freep) struct findings *findings = findings_new();
	struct network_rule rule;

	(void)state;
	guest->naming = NAMING_HWADDR;
	assert_true(network_rule(&rule, guest, &card, findings));
	assert_true(findings_have(findings, "network.name-kept"));
	network_rule_lost(&rule, findings);
	assert_false(findings_have(findings, "network.name-kept"));
	assert_true(findings_have(findings, "network.name-by-order"));
}

static void
a_rule_that_holds_is_not_doubled(void **state)
{
	struct guest_interface kept = card;
	struct network_rule rule;

	(void)state;
	kept.name_is_kept = true;
	assert_false(rule_for(&rule, NAMING_LINK, &kept));
}

static void
what_is_no_card_or_has_no_address_gets_no_rule(void **state)
{
	struct guest_interface bond = card, unknown = card, odd = card;
	struct guest_interface gone = card;
	struct network_rule rule;

	(void)state;
	bond.is_card = false;
	assert_false(rule_for(&rule, NAMING_LINK, &bond));
	unknown.mac[0] = '\0';
	assert_false(rule_for(&rule, NAMING_LINK, &unknown));
	strcpy(odd.name, "e/../x");
	assert_false(rule_for(&rule, NAMING_LINK, &odd));
	strcpy(odd.name, "as-long-as-it-is");
	assert_false(rule_for(&rule, NAMING_LINK, &odd));
	strcpy(odd.name, "as-long-as-can-");
	assert_true(rule_for(&rule, NAMING_LINK, &odd));
	gone.is_missing = true;
	assert_false(rule_for(&rule, NAMING_LINK, &gone));
}

static void
a_file_that_goes_by_the_slot_goes_by_the_address(void **state)
{
	static const struct {
		const char *path, *before, *after;
	} files[] = {
		{"/etc/systemd/network/10-a.link",
			"# c\n[Match]\nPath=pci-0000:02:00.0\n"
			"[Link]\nName=lan0\nPath=x\n",
			"# c\n[Match]\n"
			"PermanentMACAddress=52:54:00:12:34:56\n"
			"[Link]\nName=lan0\nPath=x\n"},
		{"/etc/systemd/network/10-a.network",
			"[Match]\n# d\n Driver = tg3\n\nPath=x\n[Network]\n"
			"DHCP=yes",
			"[Match]\n# d\n"
			"PermanentMACAddress=52:54:00:12:34:56\n\n"
			"# by the MAC address, see above\n[Network]\n"
			"DHCP=yes"},
		{"/etc/NetworkManager/system-connections/a",
			"[match]\npath=pci-0000:02:00.0;", "[match]\n"
			"interface-name=lan0"},
		{"/etc/netplan/a.yaml",
			"lan:\n  match:\n    # driver: tg3\n"
			"    driver: tg3 # old\n  set-name: lan0\n",
			"lan:\n  match:\n    # driver: tg3\n"
			"    macaddress: \"52:54:00:12:34:56\" # old\n"
			"  set-name: lan0\n"},
		{"/etc/netplan/a.yaml", "match: {driver: 'tg3', name: e*}\n",
			"match: {macaddress: \"52:54:00:12:34:56\", "
			"name: e*}\n"},
		{"/etc/netplan/a.yaml", "driver: tg3",
			"macaddress: \"52:54:00:12:34:56\""},
		{"/etc/netplan/a.yaml",
			"driver: tg3x\nmy-driver: tg3\ndriver: [tg3]\n"
			"driver: 'tg3\n", NULL},
		{"/etc/systemd/network/10-a.link", "[Match]\nName=x\n", NULL},
	};
	AUTO(guest_freep) struct guest *guest = guest_new();
	struct guest_match match = {.name = "lan0", .driver = "tg3",
		.mac = "52:54:00:12:34:56"};
	struct error err = {0};

	(void)state;
	guest->naming = NAMING_LINK;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		AUTO(freep) char *after = NULL;

		strcpy(match.path, files[i].path);
		assert_ok(network_match_rewrite(&after, files[i].before, guest,
				  &match, &err),
			&err);
		if (files[i].after == NULL)
			assert_null(after);
		else
			assert_string_equal(after, files[i].after);
	}
}

static void
a_keyfile_that_names_nothing_goes_by_the_address(void **state)
{
	static const struct {
		const char *before, *after;
	} files[] = {
		{"[match]\npath=pci-0000:02:00.0;\n[ipv4]\nmethod=auto\n",
			"[match]\n[ethernet]\n"
			"mac-address=52:54:00:12:34:56\n\n[match]\n"
			"[ipv4]\nmethod=auto\n"},
		{"[802-3-ethernet]\nmtu=9000\n[match]\ndriver=tg3\npath=x\n",
			"[802-3-ethernet]\nmtu=9000\n[match]\n"
			"[802-3-ethernet]\nmac-address=52:54:00:12:34:56\n\n"
			"[match]\n# by the MAC address, see above\n"},
	};
	AUTO(guest_freep) struct guest *guest = guest_new();
	const struct guest_match match = {
		.path = "/etc/NetworkManager/system-connections/a",
		.mac = "52:54:00:12:34:56"};
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		AUTO(freep) char *after = NULL;

		assert_ok(network_match_rewrite(&after, files[i].before, guest,
				  &match, &err),
			&err);
		assert_non_null(after);
		assert_string_equal(after, files[i].after);
	}
}

static void
a_card_that_is_not_known_leaves_the_file_alone(void **state)
{
	AUTO(guest_freep) struct guest *guest = guest_new();
	struct guest_match match = {.path = "/etc/systemd/network/a.link"};
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(freep) char *after = NULL;
	struct error err = {0};
	char path[256];

	(void)state;
	assert_ok(network_match_rewrite(&after, "[Match]\nPath=x\n", guest,
			  &match, &err),
		&err);
	assert_null(after);
	network_match_report(findings, &match, false);
	assert_true(findings_have(findings, "network.match-hardware"));
	strcpy(match.path, "/etc/sysconfig/network/ifcfg-bus-pci-0000:02:00.0");
	assert_false(network_match_copy(path, &match));
	strcpy(match.mac, "52:54:00:12:34:56");
	assert_true(network_match_copy(path, &match));
	assert_string_equal(path,
		"/etc/sysconfig/network/ifcfg-eth-id-52:54:00:12:34:56");
	strcpy(match.path, "/etc/systemd/network/a.link");
	assert_false(network_match_copy(path, &match));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			systemd_gets_a_link_file_keyed_on_the_permanent_address),
		cmocka_unit_test(
			settings_of_other_link_files_are_not_lost_without_a_word),
		cmocka_unit_test(older_systems_get_the_rule_that_they_read),
		cmocka_unit_test(
			a_rule_without_its_file_is_not_said_to_be_added),
		cmocka_unit_test(a_rule_that_holds_is_not_doubled),
		cmocka_unit_test(
			what_is_no_card_or_has_no_address_gets_no_rule),
		cmocka_unit_test(
			a_file_that_goes_by_the_slot_goes_by_the_address),
		cmocka_unit_test(
			a_keyfile_that_names_nothing_goes_by_the_address),
		cmocka_unit_test(a_card_that_is_not_known_leaves_the_file_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
