/* How services of the old hardware are kept from starting, by init system. */
#include "tests/harness.h"

#include <string.h>

#include "convert/assess/finding.h"
#include "convert/rewrite/change-list.h"
#include "convert/rewrite/undo-list.h"
#include "tests/rewrite/guest-tree.h"

static void
systemd_masks_and_the_undo_script_unmasks(void **state)
{
	static const struct node nodes[] = {SMART};
	struct guest_tree tree;
	const struct change *change;

	(void)state;
	MAKE(&tree, nodes);
	plan_disabled(&tree, "systemd");
	change = change_of(&tree, OWN "smartmontools.service");
	assert_non_null(change);
	assert_string_equal(change->after.target, "/dev/null");
	assert_string_equal(change->service, "smartmontools");
	assert_int_equal(tree.changes->count, 3); /* with list and script */
	assert_true(findings_have(tree.findings, "operations.hardware-agent"));
	check_undo_all(&tree);
	drop_tree(&tree);
}

static void
a_unit_in_the_place_of_its_mask_moves_aside(void **state)
{
	static const struct node nodes[] = {
		{OWN "dsm_sa_datamgrd.service",
			"[Service]\nExecStart=/opt/dell/srvadmin/sbin/"
			"dsm_sa_datamgrd\n", NULL},
		{WANTS "dsm_sa_datamgrd.service", NULL,
			OWN "dsm_sa_datamgrd.service"}};
	struct guest_tree tree;

	(void)state;
	MAKE(&tree, nodes);
	plan_disabled(&tree, "systemd");
	check_moved(&tree, OWN "dsm_sa_datamgrd.service",
		OWN "dsm_sa_datamgrd.service.unrack-disabled");
	check_undo_all(&tree);
	drop_tree(&tree);
}

static void
an_init_script_under_systemd_is_masked(void **state)
{
	static const struct node nodes[] = {
		{"/etc/rc.d/init.d/hp-health", hp_health, NULL},
		{"/etc/rc.d/rc3.d/S91hp-health", NULL, "../init.d/hp-health"},
		{"/etc/rc.d/rc5.d/S91hp-health", NULL, "../init.d/hp-health"},
		{"/etc/rc3.d", NULL, "rc.d/rc3.d"},
		{OWN "default.target", NULL, UNIT "multi-user.target"}};
	struct guest_tree tree;

	(void)state;
	MAKE(&tree, nodes);
	plan_disabled(&tree, "systemd");
	assert_non_null(change_of(&tree, OWN "hp-health.service"));
	assert_int_equal(tree.changes->count, 3);
	check_undo_all(&tree);
	drop_tree(&tree);
}

static void
run_levels_stop_what_they_started(void **state)
{
	static const struct node nodes[] = {
		{"/etc/rc.d/init.d/hp-health", hp_health, NULL},
		{"/etc/rc.d/rc3.d/S91hp-health", NULL, "../init.d/hp-health"},
		{"/etc/rc.d/rc5.d/S91hp-health", NULL, "../init.d/hp-health"},
		{"/etc/rc.d/rc0.d/K01hp-health", NULL, "../init.d/hp-health"},
		{"/etc/rc3.d", NULL, "rc.d/rc3.d"},
		/* Debian 7's watchdog */
		{"/etc/init.d/watchdog",
			"#!/bin/sh\n# Provides: watchdog\n"
			"DAEMON=/usr/sbin/watchdog\n", NULL},
		{"/etc/rc2.d/S03watchdog", NULL, "../init.d/watchdog"},
		{"/etc/rc2.d/S00watchdog", NULL, "../init.d/watchdog"}};
	struct guest_tree tree;

	(void)state;
	MAKE(&tree, nodes);
	plan_disabled(&tree, "sysvinit");
	check_moved(&tree, "/etc/rc.d/rc3.d/S91hp-health",
		"/etc/rc.d/rc3.d/K09hp-health");
	check_moved(&tree, "/etc/rc2.d/S03watchdog", "/etc/rc2.d/K97watchdog");
	check_moved(&tree, "/etc/rc2.d/S00watchdog", "/etc/rc2.d/K99watchdog");
	assert_null(change_of(&tree, "/etc/rc.d/rc0.d/K01hp-health"));
	assert_true(findings_have(tree.findings, "operations.watchdog"));
	check_undo_all(&tree);
	drop_tree(&tree);
}

static void
suse_keeps_its_link_that_stops(void **state)
{
	static const struct node nodes[] = {
		{"/etc/init.d/smartd", "#!/bin/sh\nSMARTD_BIN=/usr/sbin/smartd\n",
			NULL},
		{"/etc/init.d/rc3.d/S10smartd", NULL, "../smartd"},
		{"/etc/init.d/rc3.d/K02smartd", NULL, "../smartd"},
		{"/etc/init.d/boot.microcode", "#!/bin/sh\nmodprobe microcode\n",
			NULL}};
	struct guest_tree tree;

	(void)state;
	MAKE(&tree, nodes);
	plan_disabled(&tree, "sysvinit");
	check_moved(&tree, "/etc/init.d/rc3.d/S10smartd",
		"/etc/init.d/rc3.d/unrack-S10smartd");
	assert_int_equal(tree.changes->count, 3);
	check_undo_all(&tree);
	drop_tree(&tree);
}

static const char mcelog_job[] =
	"description \"mcelog\"\nstart on runlevel [2345]\n"
	"exec /usr/sbin/mcelog --daemon --foreground\n";

static void
upstart_gets_an_override(void **state)
{
	const struct node nodes[] = {{"/etc/init/mcelog.conf", mcelog_job, NULL}};
	struct guest_tree tree;
	const struct change *change;

	(void)state;
	MAKE(&tree, nodes);
	plan_disabled(&tree, "upstart");
	change = change_of(&tree, "/etc/init/mcelog.override");
	assert_non_null(change);
	assert_string_equal(change->after.text, "manual\n");
	check_undo_all(&tree);
	drop_tree(&tree);
}

static void
upstart_of_red_hat_loses_the_job(void **state)
{
	const struct node nodes[] = {{"/etc/init/mcelog.conf", mcelog_job, NULL},
		{"/etc/redhat-release", "CentOS release 6.10 (Final)\n", NULL}};
	struct guest_tree tree;

	(void)state;
	MAKE(&tree, nodes);
	plan_disabled(&tree, "upstart");
	check_moved(&tree, "/etc/init/mcelog.conf",
		"/etc/init/mcelog.conf.unrack-disabled");
	check_undo_all(&tree);
	drop_tree(&tree);
}

static void
openrc_loses_the_link_of_its_run_level(void **state)
{
	static const struct node nodes[] = {
		{"/etc/init.d/ipmievd",
			"#!/sbin/openrc-run\ncommand=/usr/sbin/ipmievd\n", NULL},
		{"/etc/runlevels/default/ipmievd", NULL, "/etc/init.d/ipmievd"},
		{"/etc/runlevels/default/sshd", NULL, "/etc/init.d/sshd"}};
	struct guest_tree tree;

	(void)state;
	MAKE(&tree, nodes);
	plan_disabled(&tree, "openrc");
	assert_int_equal(change_of(&tree, "/etc/runlevels/default/ipmievd")
		->kind, CHANGE_REMOVED);
	assert_null(change_of(&tree, "/etc/runlevels/default/sshd"));
	check_undo_all(&tree);
	drop_tree(&tree);
}

static void
xinetd_and_inittab_and_modules(void **state)
{
	static const struct node nodes[] = {
		{"/etc/xinetd.d/ipmiseld",
			"service ipmiseld\n{\n\tdisable\t= no\n"
			"\tserver = /usr/sbin/ipmiseld\n}\n", NULL},
		{"/etc/xinetd.d/mcelog", "service mcelog\n{\n\tdisable = yes\n"
			"\tserver = /usr/sbin/mcelog\n}\n", NULL},
		{"/etc/inittab", "id:3:initdefault:\n"
			"hp:2345:respawn:/opt/compaq/hpasm -f\n"
			"1:2345:respawn:/sbin/getty 38400 tty1\n", NULL},
		{"/etc/modules", "# sensors\nloop\ncoretemp\n  ipmi_si type=kcs\n"
			"#it87\nit8\n", NULL},
		{"/etc/modules-load.d/modules.conf", NULL, "../modules"}};
	struct guest_tree tree;

	(void)state;
	MAKE(&tree, nodes);
	plan_disabled(&tree, "sysvinit");
	check_moved(&tree, "/etc/xinetd.d/ipmiseld",
		"/etc/xinetd.d/ipmiseld.unrack-disabled");
	assert_null(change_of(&tree, "/etc/xinetd.d/mcelog"));
	assert_string_equal(change_of(&tree, "/etc/inittab")->after.text,
		"id:3:initdefault:\n"
		"#unrack:hpasm# hp:2345:respawn:/opt/compaq/hpasm -f\n"
		"1:2345:respawn:/sbin/getty 38400 tty1\n");
	assert_string_equal(change_of(&tree, "/etc/modules")->after.text,
		"# sensors\nloop\n#unrack:modules# coretemp\n"
		"#unrack:modules#   ipmi_si type=kcs\n#it87\nit8\n");
	check_undo_all(&tree);
	drop_tree(&tree);
}

static const struct node multipath[] = {
	{UNIT "multipathd.service", "[Service]\nExecStart=/sbin/multipathd -d\n",
		NULL},
	{UNIT "multipathd.socket", "[Socket]\nListenStream=@/org/kernel\n", NULL},
	{OWN "sysinit.target.wants/multipathd.service", NULL,
		UNIT "multipathd.service"},
	{OWN "sockets.target.wants/multipathd.socket", NULL,
		UNIT "multipathd.socket"}};

static void
a_wish_disables_a_service_with_its_socket(void **state)
{
	struct guest_tree tree;
	struct error err = {0};

	(void)state;
	MAKE(&tree, multipath);
	plan_disabled(&tree, "systemd");
	assert_int_equal(tree.changes->count, 0);
	assert_ok(changes_wish_disabled(tree.changes, "multipathd",
		"The VM has one path.", &err), &err);
	plan_disabled(&tree, "systemd");
	assert_non_null(change_of(&tree, OWN "multipathd.service"));
	assert_non_null(change_of(&tree, OWN "multipathd.socket"));
	assert_non_null(strstr(change_of(&tree, UNDO_LIST)->after.text,
		"service\tmultipathd\tmultipathd\nwhy\tThe VM has one path.\n"));
	check_undo_all(&tree);
	drop_tree(&tree);
}

static void
an_edit_that_was_planned_already_stays(void **state)
{
	static const struct node nodes[] = {{"/etc/inittab",
		"T1:23:respawn:/sbin/getty ttyS1\n"
		"hp:2345:respawn:/opt/compaq/hpasm\n", NULL}};
	struct guest_tree tree;
	struct error err = {0};
	const struct change *change;

	(void)state;
	MAKE(&tree, nodes);
	assert_ok(changes_plan(tree.changes, "/etc/inittab", nodes[0].text,
		"T1:23:respawn:/sbin/getty ttyS0\n"
		"hp:2345:respawn:/opt/compaq/hpasm\n", "Console.", &err), &err);
	plan_disabled(&tree, "sysvinit");
	change = change_of(&tree, "/etc/inittab");
	assert_string_equal(change->after.text,
		"T1:23:respawn:/sbin/getty ttyS0\n"
		"#unrack:hpasm# hp:2345:respawn:/opt/compaq/hpasm\n");
	assert_string_equal(change->before.text, nodes[0].text);
	assert_int_equal(tree.changes->count, 3);
	drop_tree(&tree);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(systemd_masks_and_the_undo_script_unmasks),
		cmocka_unit_test(a_unit_in_the_place_of_its_mask_moves_aside),
		cmocka_unit_test(an_init_script_under_systemd_is_masked),
		cmocka_unit_test(run_levels_stop_what_they_started),
		cmocka_unit_test(suse_keeps_its_link_that_stops),
		cmocka_unit_test(upstart_gets_an_override),
		cmocka_unit_test(upstart_of_red_hat_loses_the_job),
		cmocka_unit_test(openrc_loses_the_link_of_its_run_level),
		cmocka_unit_test(xinetd_and_inittab_and_modules),
		cmocka_unit_test(a_wish_disables_a_service_with_its_socket),
		cmocka_unit_test(an_edit_that_was_planned_already_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
