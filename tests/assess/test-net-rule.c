#include "tests/harness.h"

#include <string.h>

#include "convert/assess/net-rule.h"

#define MAC "ATTR{address}==\"52:54:00:ab:34:56\""

static bool
read_first(const char *text, struct net_rule *rule)
{
	unsigned number = 0;

	return net_rule_next(&text, &number, rule);
}

static void
a_rule_by_address_alone_holds_anywhere(void **state)
{
	static const char *const texts[] = {
		"SUBSYSTEM==\"net\", ACTION==\"add\", DRIVERS==\"?*\", " MAC
		", ATTR{dev_id}==\"0x0\", ATTR{type}==\"1\", "
		"KERNEL==\"eth*\", NAME=\"eth0\"\n",
		"KERNEL==\"eth*\", SYSFS{address}==\"52:54:00:ab:34:56\", "
		"NAME=\"eth0\"",
		"\t" MAC " , NAME:=\"eth0\"\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct net_rule rule;

		assert_true(read_first(texts[i], &rule));
		assert_string_equal(rule.name, "eth0");
		assert_string_equal(rule.mac, "52:54:00:ab:34:56");
		assert_true(rule.works_anywhere);
	}
}

static void
a_rule_that_asks_for_old_hardware_does_not(void **state)
{
	static const char *const texts[] = {
		MAC ", DRIVERS==\"e1000\", NAME=\"eth0\"\n",
		MAC ", KERNELS==\"0000:00:03.0\", NAME=\"eth0\"\n",
		MAC ", ATTR{dev_id}==\"0x1\", NAME=\"eth0\"\n",
		MAC ", KERNEL==\"eth1\", NAME=\"eth0\"\n",
		MAC ", ID==\"0000:00:03.0\", NAME=\"eth0\"\n",
		/* which no udev ever found: sysfs has lower case */
		"ATTR{address}==\"52:54:00:AB:34:56\", NAME=\"eth0\"\n",
		MAC ", ENV{ID_PATH}==\"pci-0000:00:03.0\", NAME=\"eth0\"\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct net_rule rule;

		assert_true(read_first(texts[i], &rule));
		assert_false(rule.works_anywhere);
	}
}

static void
a_rule_without_an_address_tells_slot_or_driver(void **state)
{
	static const struct {
		const char *text, *name, *slot, *driver;
	} rules[] = {
		{"SUBSYSTEM==\"net\", KERNELS==\"0000:02:00.0\", "
			"NAME=\"lan\"\n", "lan", "0000:02:00.0", ""},
		{"SUBSYSTEM==\"net\", DRIVERS==\"tg3\", NAME=\"lan\"\n",
			"lan", "", "tg3"},
		{"SUBSYSTEM==\"net\", ID==\"0000:06:00.0\", "
			"IMPORT=\"/sbin/rename_netiface %k eth1\"\n", "eth1",
			"0000:06:00.0", ""},
	};
	struct net_rule rule;

	(void)state;
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		assert_true(read_first(rules[i].text, &rule));
		assert_string_equal(rule.name, rules[i].name);
		assert_string_equal(rule.mac, "");
		assert_string_equal(rule.slot, rules[i].slot);
		assert_string_equal(rule.driver, rules[i].driver);
		assert_false(rule.works_anywhere);
	}
	assert_false(read_first("SUBSYSTEM==\"block\", "
		"KERNELS==\"0000:02:00.0\", NAME=\"lan\"\n", &rule));
	assert_false(read_first("SUBSYSTEM==\"net\", DRIVERS==\"?*\", "
		"NAME=\"lan\"\n", &rule));
}

static void
other_lines_are_passed_over(void **state)
{
	static const char text[] = "# " MAC ", NAME=\"eth9\"\n"
				   "\n"
				   MAC "\n"
				   "NAME=\"eth8\"\n"
				   MAC ", NAME==\"eth7\"\n"
				   MAC ", NAME=\"%k\"\n"
				   "ATTR{address}==\"52:54:*\", NAME=\"x\"\n"
				   MAC ", NAME=\"unfinished\n"
				   "====,,,,\"\"\"\n"
				   MAC ", NAME=\"eth3\"\n";
	const char *at = text;
	unsigned number = 0;
	struct net_rule rule;

	(void)state;
	assert_true(net_rule_next(&at, &number, &rule));
	assert_string_equal(rule.name, "eth3");
	assert_int_equal(rule.number, 10);
	assert_false(net_rule_next(&at, &number, &rule));
}

static void
only_whole_addresses_are_addresses(void **state)
{
	char mac[18];

	(void)state;
	assert_true(mac_parse("00:1A:2b:3c:4d:5e", mac));
	assert_string_equal(mac, "00:1a:2b:3c:4d:5e");
	assert_false(mac_parse("00:1A:2b:3c:4d:5", mac));
	assert_false(mac_parse("00:1A:2b:3c:4d:5e:6f", mac));
	assert_false(mac_parse("00-1A-2b-3c-4d-5e", mac));
	assert_false(mac_parse("", mac));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_by_address_alone_holds_anywhere),
		cmocka_unit_test(a_rule_that_asks_for_old_hardware_does_not),
		cmocka_unit_test(
			a_rule_without_an_address_tells_slot_or_driver),
		cmocka_unit_test(other_lines_are_passed_over),
		cmocka_unit_test(only_whole_addresses_are_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
