/*
 * Small trees of guests, as their packages make them: what is planned, and that
 * the undo script, run as the administrator would, leaves them as they were.
 * finding operations.service-kept: see what_another_service_requires_is_kept.
 */
#include "tests/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/io.h"
#include "common/own.h"
#include "common/process.h"
#include "convert/assess/examine.h"
#include "convert/rewrite/change-list.h"
#include "convert/rewrite/comment-out.h"
#include "convert/rewrite/disable.h"
#include "convert/rewrite/rewriters.h"
#include "convert/rewrite/undo-list.h"
#include "convert/rewrite/undo-marks.h"

/* A file, or a link when it has a target. */
struct node {
	const char *path, *text, *target;
};

#define UNIT "/lib/systemd/system/"
#define OWN "/etc/systemd/system/"
#define WANTS OWN "multi-user.target.wants/"

/* Debian 11's smartmontools. */
#define SMART                                                                  \
	{UNIT "smartmontools.service",                                         \
		"[Unit]\nDescription=Self Monitoring and Reporting "           \
		"Technology (SMART) Daemon\n\n[Service]\nType=notify\n"        \
		"EnvironmentFile=-/etc/default/smartmontools\n"                \
		"ExecStart=/usr/sbin/smartd -n $smartd_opts\n\n[Install]\n"    \
		"WantedBy=multi-user.target\nAlias=smartd.service\n", NULL},   \
	{OWN "smartd.service", NULL, UNIT "smartmontools.service"},            \
	{WANTS "smartmontools.service", NULL, UNIT "smartmontools.service"}

static const char hp_health[] =
	"#!/bin/sh\n# chkconfig: 2345 91 1\n### BEGIN INIT INFO\n"
	"# Provides: hp-health\n### END INIT INFO\n"
	"HPASM=/opt/hp/hp-health/bin/hpasmlited\n";

struct guest_tree {
	char root[64];
	struct files *files;
	struct packages *packages;
	struct findings *findings;
	struct changes *changes;
	char *before;
};

static char *
in_tree(const struct guest_tree *tree, const char *path)
{
	char *full = io_format("%s%s", tree->root, path);

	assert_non_null(full);
	return full;
}

static void
make_parents(const char *path)
{
	AUTO(freep) char *folder = strdup(path);
	struct error err = {0};

	*strrchr(folder, '/') = '\0';
	assert_ok(io_make_folders(folder, &err), &err);
}

static void
put(const struct guest_tree *tree, const struct node *node)
{
	AUTO(freep) char *path = in_tree(tree, node->path);
	struct error err = {0};

	make_parents(path);
	if (node->target != NULL)
		assert_int_equal(symlink(node->target, path), 0);
	else
		assert_ok(io_write_file(path, node->text, strlen(node->text),
			0644, &err), &err);
}

/* All but what unrack leaves: names, types, modes, links, contents. */
static char *
describe(const struct guest_tree *tree)
{
	static const char script[] =
		"cd \"$1\" && find . -path ./var -prune -o -printf "
		"'%P %y %m %l\\n' | sort && find . -path ./var -prune -o "
		"-type f -exec sha256sum {} + | sort";
	const char *const argv[] = {"sh", "-c", script, "sh", tree->root, NULL};
	char *text = NULL;
	struct error err = {0};

	assert_ok(process_run(argv, &text, 60, &err), &err);
	return text;
}

static void
make_tree(struct guest_tree *tree, const struct node *nodes, size_t count)
{
	struct error err = {0};

	*tree = (struct guest_tree){.root = "/tmp/unrack-disable-XXXXXX"};
	assert_non_null(mkdtemp(tree->root));
	for (size_t i = 0; i < count; i++)
		put(tree, &nodes[i]);
	tree->files = files_new();
	tree->packages = packages_new();
	tree->findings = findings_new();
	tree->changes = changes_new();
	tree->before = describe(tree);
	assert_ok(files_read_folder(tree->files, tree->root, &err), &err);
}

static void
plan(struct guest_tree *tree, const char *init)
{
	const struct examination examination = {.files = tree->files,
		.packages = tree->packages, .findings = tree->findings,
		.today = "2026-01-31"};
	struct error err = {0};

	assert_ok(disable_plan(&examination, init, tree->changes, &err), &err);
}

static void
drop_tree(struct guest_tree *tree)
{
	struct error err = {0};

	assert_ok(io_remove_tree(tree->root, &err), &err);
	files_free(tree->files);
	packages_free(tree->packages);
	findings_free(tree->findings);
	changes_free(tree->changes);
	free(tree->before);
}

/* What change-write.c does in the appliance. */
static void
carry_out(const struct guest_tree *tree)
{
	for (size_t i = 0; i < tree->changes->count; i++) {
		const struct change *change = &tree->changes->list[i];
		AUTO(freep) char *path = in_tree(tree, change->path);
		AUTO(freep) char *to = NULL;
		struct error err = {0};

		switch (change->kind) {
		case CHANGE_CREATED:
			make_parents(path);
			/* fallthrough */
		case CHANGE_EDITED:
			assert_ok(io_write_file(path, change->after.text,
				change->after.bytes, (unsigned)change->mode,
				&err), &err);
			break;
		case CHANGE_LINKED:
			assert_int_equal(symlink(change->after.target, path), 0);
			break;
		case CHANGE_MOVED:
			to = in_tree(tree, change->after.target);
			assert_int_equal(access(to, F_OK), -1);
			assert_int_equal(rename(path, to), 0);
			break;
		case CHANGE_REMOVED:
			assert_int_equal(unlink(path), 0);
			break;
		default:
			fail_msg("%s: not planned by disable_plan()", path);
		}
	}
}

static int
undo(const struct guest_tree *tree, const char *shell, const char *what,
	char **said_out, struct error *err)
{
	AUTO(freep) char *script = in_tree(tree, UNDO_SCRIPT);
	AUTO(freep) char *root = io_format("UNRACK_ROOT=%s", tree->root);
	const char *const argv[] = {"env", root, shell, script, what, NULL};

	return process_run(argv, said_out, 60, err);
}

/* With each shell of this host that a guest may have as /bin/sh. */
static void
check_undo_all(struct guest_tree *tree)
{
	static const char *const shells[] = {"/bin/sh", "/bin/bash"};
	AUTO(freep) char *disabled = NULL;

	for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
		AUTO(freep) char *after = NULL;
		struct error err = {0};

		carry_out(tree);
		disabled = describe(tree);
		assert_string_not_equal(disabled, tree->before);
		free(take(disabled));
		assert_ok(undo(tree, shells[i], "--all", NULL, &err), &err);
		after = describe(tree);
		assert_string_equal(after, tree->before);
	}
}

static const struct change *
change_of(const struct guest_tree *tree, const char *path)
{
	for (size_t i = 0; i < tree->changes->count; i++) {
		if (strcmp(tree->changes->list[i].path, path) == 0)
			return &tree->changes->list[i];
	}
	return NULL;
}

static void
check_moved(const struct guest_tree *tree, const char *from, const char *to)
{
	const struct change *change = change_of(tree, from);

	if (change == NULL || change->kind != CHANGE_MOVED)
		fail_msg("%s is not moved", from);
	assert_string_equal(change->after.target, to);
}

#define MAKE(tree, nodes) make_tree(tree, nodes, sizeof(nodes) / sizeof *(nodes))

/* ---- by init system ---- */

static void
systemd_masks_and_the_undo_script_unmasks(void **state)
{
	static const struct node nodes[] = {SMART};
	struct guest_tree tree;
	const struct change *change;

	(void)state;
	MAKE(&tree, nodes);
	plan(&tree, "systemd");
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
	plan(&tree, "systemd");
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
	plan(&tree, "systemd");
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
	plan(&tree, "sysvinit");
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
	plan(&tree, "sysvinit");
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
	plan(&tree, "upstart");
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
	plan(&tree, "upstart");
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
	plan(&tree, "openrc");
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
	plan(&tree, "sysvinit");
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

/* ---- what is left as it is ---- */

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
	plan(&tree, "systemd");
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
	plan(&tree, "systemd");
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
	plan(&tree, "systemd");
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
	plan(&tree, "systemd");
	assert_int_equal(tree.changes->count, 0);
	drop_tree(&tree);
}

/* ---- wishes, and the list ---- */

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
	plan(&tree, "systemd");
	assert_int_equal(tree.changes->count, 0);
	assert_ok(changes_wish_disabled(tree.changes, "multipathd",
		"The VM has one path.", &err), &err);
	plan(&tree, "systemd");
	assert_non_null(change_of(&tree, OWN "multipathd.service"));
	assert_non_null(change_of(&tree, OWN "multipathd.socket"));
	assert_non_null(strstr(change_of(&tree, UNDO_LIST)->after.text,
		"service\tmultipathd\tmultipathd\nwhy\tThe VM has one path.\n"));
	check_undo_all(&tree);
	drop_tree(&tree);
}

static void
one_service_comes_back_and_the_others_stay(void **state)
{
	static const struct node nodes[] = {SMART,
		{"/etc/init.d/hp-health", hp_health, NULL},
		{"/etc/rc2.d/S20hp-health", NULL, "../init.d/hp-health"}};
	struct guest_tree tree;
	AUTO(freep) char *said = NULL;
	AUTO(freep) char *mask = NULL;
	AUTO(freep) char *other = NULL;
	char target[16] = "";
	struct error err = {0};

	(void)state;
	MAKE(&tree, nodes);
	plan(&tree, "systemd");
	carry_out(&tree);
	mask = in_tree(&tree, OWN "smartmontools.service");
	other = in_tree(&tree, OWN "hp-health.service");
	assert_ok(undo(&tree, "sh", "hp-health", NULL, &err), &err);
	assert_int_equal(access(other, F_OK), -1);
	assert_int_equal(readlink(other, target, sizeof target), -1);
	assert_int_equal(readlink(mask, target, sizeof target), 9);
	assert_int_equal(undo(&tree, "sh", "hp-health", NULL, &err), -1);
	assert_ok(undo(&tree, "sh", "--list", &said, &err), &err);
	assert_non_null(strstr(said, "hp-health: HPE health and management "
		"agents (brought back)\n"));
	assert_non_null(strstr(said, "smartmontools: SMART monitoring\n"));
	drop_tree(&tree);
}

static void
undo_leaves_what_the_administrator_changed(void **state)
{
	static const struct node nodes[] = {SMART};
	static const struct node better = {OWN "smartmontools.service",
		"[Service]\nExecStart=/usr/local/sbin/better\n", NULL};
	struct guest_tree tree;
	AUTO(freep) char *mask = NULL;
	AUTO(freep) char *text = NULL;
	struct error err = {0};

	(void)state;
	MAKE(&tree, nodes);
	plan(&tree, "systemd");
	carry_out(&tree);
	mask = in_tree(&tree, better.path);
	assert_int_equal(unlink(mask), 0);
	put(&tree, &better);
	assert_int_equal(undo(&tree, "sh", "smartmontools", NULL, &err), -1);
	assert_non_null(strstr(err.text, "left as it is"));
	assert_ok(io_read_file(&text, NULL, mask, 4096, &err), &err);
	assert_string_equal(text, better.text);
	drop_tree(&tree);
}

static void
the_list_of_an_earlier_conversion_goes_on(void **state)
{
	static const struct node nodes[] = {SMART,
		{UNDO_LIST, "# earlier\nundone\tmcelog\tx\n", NULL}};
	struct guest_tree tree;
	const struct change *list;

	(void)state;
	MAKE(&tree, nodes);
	plan(&tree, "systemd");
	list = change_of(&tree, UNDO_LIST);
	assert_non_null(list);
	assert_int_equal(list->kind, CHANGE_EDITED);
	assert_non_null(strstr(list->after.text,
		"# earlier\nundone\tmcelog\tx\nservice\tsmartmontools\t"));
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
	plan(&tree, "sysvinit");
	change = change_of(&tree, "/etc/inittab");
	assert_string_equal(change->after.text,
		"T1:23:respawn:/sbin/getty ttyS0\n"
		"#unrack:hpasm# hp:2345:respawn:/opt/compaq/hpasm\n");
	assert_string_equal(change->before.text, nodes[0].text);
	assert_int_equal(tree.changes->count, 3);
	drop_tree(&tree);
}

/* ---- what is no service ---- */

static void
plan_edit(struct guest_tree *tree, const struct node *node, const char *after)
{
	struct error err = {0};

	assert_ok(changes_plan(tree->changes, node->path, node->text, after, "r",
			  &err),
		&err);
}

static void
assert_text(const struct guest_tree *tree, const char *path, const char *wanted)
{
	AUTO(freep) char *full = in_tree(tree, path);
	AUTO(freep) char *text = NULL;
	struct error err = {0};
	size_t bytes;

	assert_ok(io_read_file(&text, &bytes, full, 1 << 16, &err), &err);
	assert_string_equal(text, wanted);
}

/* Each by its name; a disk that is not there would end the boot. */
static void
marked_lines_come_back_by_their_name_alone(void **state)
{
	static const struct node nodes[] = {SMART,
		{"/etc/fstab", "UUID=1 / ext4\n/dev/sdz1 /d ext4\n", NULL},
		{"/etc/init/s1.conf", "respawn\n\texec getty ttyS1\n", NULL},
		{"/etc/X11/xorg.conf", "Section \"Device\"\n"
			"\tDriver \"nvidia\"\n\tBusID \"PCI:1:0:0\"\n"
			"EndSection\n", NULL}};
	static const char *const names[] = {TAG_ABSENT, TAG_CONSOLE,
		TAG_DISPLAY, "smartmontools"};
	const struct node *fstab = &nodes[3], *getty = &nodes[4], *x = &nodes[5];
	static const char no_disk[] = "UUID=1 / ext4\n"
		MARK(TAG_ABSENT) "/dev/sdz1 /d ext4\n";
	AUTO(freep) char *after_x = NULL;
	AUTO(freep) char *after = NULL;
	AUTO(freep) char *said = NULL;
	struct guest_tree tree;
	struct error err = {0};

	(void)state;
	MAKE(&tree, nodes);
	plan_edit(&tree, fstab, no_disk);
	plan_edit(&tree, getty, "respawn\n\t" MARK(TAG_CONSOLE)
		"exec getty ttyS1\n");
	assert_ok(xorg_rewrite_vesa(&after_x, x->text,
			  &(struct rewrite){x->path, NULL, tree.findings}, &err),
		&err);
	plan_edit(&tree, x, after_x);
	plan(&tree, "systemd");
	assert_ok(undo_marks_plan(tree.files, NULL, tree.changes, &err), &err);
	carry_out(&tree);
	assert_ok(undo(&tree, "/bin/sh", "--all", NULL, &err), &err);
	assert_text(&tree, fstab->path, no_disk);
	assert_text(&tree, x->path, after_x);
	assert_ok(undo(&tree, "/bin/sh", "--list", &said, &err), &err);
	assert_non_null(strstr(said, "(brought back)"));
	for (size_t i = 0; i < 3; i++) {
		assert_non_null(strstr(said, names[i]));
		assert_ok(undo(&tree, "/bin/sh", names[i], NULL, &err), &err);
	}
	after = describe(&tree);
	assert_string_equal(after, tree.before);
	drop_tree(&tree);
}

static void
what_was_added_can_be_removed(void **state)
{
	static const struct node nodes[] = {{"/usr/sbin/init", "", NULL},
		{OWN "a.service", "[Service]\nExecStart=/x\n", NULL}};
	AUTO(changes_freep) struct changes *later = changes_new();
	AUTO(freep) char *after = NULL;
	struct guest_tree tree;
	struct error err = {0};

	(void)state;
	MAKE(&tree, nodes);
	for (int i = 0; i < 2; i++) {
		struct changes *changes = i == 0 ? later : tree.changes;

		if (i == 1)
			assert_ok(undo_marks_plan(tree.files, later, changes,
					  &err),
				&err);
		assert_ok(changes_plan_file(changes, "/usr/sbin/qemu-ga", "x", 1,
				  0755, "r", &err),
			&err);
		assert_ok(changes_plan_symlink(changes, OWN "b.service", NULL,
				  "a.service", "r", &err),
			&err);
	}
	carry_out(&tree);
	assert_ok(undo(&tree, "/bin/sh", "guest-agent", NULL, &err), &err);
	after = describe(&tree);
	assert_string_equal(after, tree.before);
	drop_tree(&tree);
}

/* "serial-getty@ttyS1.service", which console_plan_units() moved. */
static void
logins_of_systemd_come_back(void **state)
{
	static const char was[] = OWN "getty.target.wants/"
		"serial-getty@ttyS1.service";
	static const char is[] = OWN "getty.target.wants/"
		"serial-getty@ttyS0.service";
	static const struct node nodes[] = {
		{was, NULL, UNIT "serial-getty@.service"}};
	AUTO(freep) char *after = NULL;
	struct guest_tree tree;
	struct error err = {0};

	(void)state;
	MAKE(&tree, nodes);
	assert_ok(changes_plan_symlink(tree.changes, is, NULL, nodes[0].target,
			  "r", &err),
		&err);
	assert_ok(changes_plan_unlink(tree.changes, was, nodes[0].target, "r",
			  &err),
		&err);
	assert_ok(undo_marks_plan(tree.files, NULL, tree.changes, &err), &err);
	carry_out(&tree);
	assert_ok(undo(&tree, "/bin/sh", TAG_CONSOLE, NULL, &err), &err);
	after = describe(&tree);
	assert_string_equal(after, tree.before);
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
		cmocka_unit_test(what_only_has_such_a_name_goes_on),
		cmocka_unit_test(what_another_service_requires_is_kept),
		cmocka_unit_test(what_is_kept_keeps_what_it_requires),
		cmocka_unit_test(two_that_require_each_other_go_together),
		cmocka_unit_test(a_wish_disables_a_service_with_its_socket),
		cmocka_unit_test(one_service_comes_back_and_the_others_stay),
		cmocka_unit_test(undo_leaves_what_the_administrator_changed),
		cmocka_unit_test(the_list_of_an_earlier_conversion_goes_on),
		cmocka_unit_test(an_edit_that_was_planned_already_stays),
		cmocka_unit_test(marked_lines_come_back_by_their_name_alone),
		cmocka_unit_test(what_was_added_can_be_removed),
		cmocka_unit_test(logins_of_systemd_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
