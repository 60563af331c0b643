#include "tests/harness.h"

#include <string.h>

#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest.h"
#include "convert/rewrite/network.h"

/* A rule for eth0, or false. */
static bool
rule_for(struct network_rule *rule, unsigned systemd,
	const struct guest_interface *interface)
{
	AUTO(guest_freep) struct guest *guest = guest_new();
	AUTO(findings_freep) struct findings *findings = findings_new();

	assert_non_null(guest);
	assert_non_null(findings);
	guest->systemd = systemd;
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
	assert_true(rule_for(&rule, 245, &card));
	assert_string_equal(rule.path,
		"/etc/systemd/network/10-unrack-eth0.link");
	assert_non_null(strstr(rule.text,
		"[Match]\nPermanentMACAddress=52:54:00:12:34:56\n"));
	assert_non_null(strstr(rule.text, "[Link]\nName=eth0\n"));
}

static void
older_systems_get_a_udev_rule(void **state)
{
	struct network_rule rule;

	(void)state;
	assert_true(rule_for(&rule, 244, &card));
	assert_string_equal(rule.path,
		"/etc/udev/rules.d/70-persistent-net.rules");
	assert_non_null(strstr(rule.text,
		"ATTR{address}==\"52:54:00:12:34:56\", ATTR{type}==\"1\", "
		"NAME=\"eth0\"\n"));
	assert_true(rule_for(&rule, 0, &card));
	assert_true(rule.is_appended);
}

static void
a_rule_that_holds_is_not_doubled(void **state)
{
	struct guest_interface kept = card;
	struct network_rule rule;

	(void)state;
	kept.name_is_kept = true;
	assert_false(rule_for(&rule, 247, &kept));
}

static void
what_is_no_card_or_has_no_address_gets_no_rule(void **state)
{
	struct guest_interface bond = card, unknown = card, odd = card;
	struct network_rule rule;

	(void)state;
	bond.is_card = false;
	assert_false(rule_for(&rule, 247, &bond));
	unknown.mac[0] = '\0';
	assert_false(rule_for(&rule, 247, &unknown));
	strcpy(odd.name, "e/../x");
	assert_false(rule_for(&rule, 247, &odd));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			systemd_gets_a_link_file_keyed_on_the_permanent_address),
		cmocka_unit_test(older_systems_get_a_udev_rule),
		cmocka_unit_test(a_rule_that_holds_is_not_doubled),
		cmocka_unit_test(
			what_is_no_card_or_has_no_address_gets_no_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
