/*
 * What goes on: services that have such a name only, and those that others need.
 * finding operations.service-kept: see what_another_service_requires_is_kept.
 */
#include "tests/harness.h"

#include "convert/assess/finding.h"
#include "convert/rewrite/change-list.h"
#include "tests/rewrite/guest-tree.h"

static void
what_only_has_such_a_name_goes_on(void **state)
{
	static const struct node nodes[] = {
		{OWN "watchdog.service", "[Service]\n"
			"ExecStart=/usr/local/sbin/watchdog-of-the-shop\n", NULL},
		{WANTS "watchdog.service", NULL, OWN "watchdog.service"},
		{UNIT "cman.service", "[Service]\nExecStart=/usr/sbin/cman_tool "
			"join\n", NULL},
		{WANTS "cman.service", NULL, UNIT "cman.service"},
		/* installed, and not started */
		{UNIT "thermald.service", "[Service]\nExecStart=/usr/sbin/"
			"thermald --systemd\n", NULL},
		/* masked already */
		{UNIT "mcelog.service", "[Service]\nExecStart=/usr/sbin/mcelog\n",
			NULL},
		{OWN "mcelog.service", NULL, "/dev/null"},
		{WANTS "mcelog.service", NULL, UNIT "mcelog.service"},
		/* a link to nowhere, and names that are none */
		{WANTS "smartd.service", NULL, UNIT "smartd.service"},
		{WANTS "smartd;reboot.service", NULL, UNIT "mcelog.service"},
		{"/etc/modules", "loop\ndummy\n", NULL}};
	struct guest_tree tree;

	(void)state;
	MAKE(&tree, nodes);
	plan_disabled(&tree, "systemd");
	for (size_t i = 0; i < tree.changes->count; i++)
		print_error("%s\n", tree.changes->list[i].path);
	assert_int_equal(tree.changes->count, 0);
	drop_tree(&tree);
}

static void
what_another_service_requires_is_kept(void **state)
{
	static const struct node nodes[] = {SMART,
		{UNIT "billing.service", "[Unit]\nRequires=network.target "
			"smartmontools.service\n[Service]\n"
			"ExecStart=/usr/bin/billing\n", NULL},
		{WANTS "billing.service", NULL, UNIT "billing.service"}};
	struct guest_tree tree;

	(void)state;
	MAKE(&tree, nodes);
	plan_disabled(&tree, "systemd");
	assert_int_equal(tree.changes->count, 0);
	assert_true(findings_have(tree.findings, "operations.service-kept"));
	drop_tree(&tree);
}

static void
two_that_require_each_other_go_together(void **state)
{
	static const struct node nodes[] = {
		{UNIT "ipmi.service", "[Service]\nExecStart=/usr/libexec/"
			"openipmi-helper start\n", NULL},
		{UNIT "ipmievd.service", "[Unit]\nRequires=ipmi.service\n"
			"[Service]\nExecStart=/usr/sbin/ipmievd\n", NULL},
		{WANTS "ipmi.service", NULL, UNIT "ipmi.service"},
		{WANTS "ipmievd.service", NULL, UNIT "ipmievd.service"}};
	struct guest_tree tree;

	(void)state;
	MAKE(&tree, nodes);
	plan_disabled(&tree, "systemd");
	assert_non_null(change_of(&tree, OWN "ipmi.service"));
	assert_non_null(change_of(&tree, OWN "ipmievd.service"));
	assert_false(findings_have(tree.findings, "operations.service-kept"));
	check_undo_all(&tree);
	drop_tree(&tree);
}

static void
what_is_kept_keeps_what_it_requires(void **state)
{
	static const struct node nodes[] = {
		{UNIT "ipmi.service", "[Service]\nExecStart=/usr/libexec/"
			"openipmi-helper start\n", NULL},
		{UNIT "ipmievd.service", "[Unit]\nRequires=ipmi.service\n"
			"[Service]\nExecStart=/usr/sbin/ipmievd\n", NULL},
		{UNIT "power.service", "[Unit]\nRequires=ipmievd.service\n"
			"[Service]\nExecStart=/usr/bin/power\n", NULL},
		{WANTS "ipmi.service", NULL, UNIT "ipmi.service"},
		{WANTS "ipmievd.service", NULL, UNIT "ipmievd.service"},
		{WANTS "power.service", NULL, UNIT "power.service"}};
	struct guest_tree tree;

	(void)state;
	MAKE(&tree, nodes);
	plan_disabled(&tree, "systemd");
	assert_int_equal(tree.changes->count, 0);
	drop_tree(&tree);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_only_has_such_a_name_goes_on),
		cmocka_unit_test(what_another_service_requires_is_kept),
		cmocka_unit_test(two_that_require_each_other_go_together),
		cmocka_unit_test(what_is_kept_keeps_what_it_requires),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
