/* What the undo script brings back, one by one, and what it leaves. */
#include "tests/harness.h"

#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/rewrite/change-list.h"
#include "convert/rewrite/comment-out.h"
#include "convert/rewrite/rewriters.h"
#include "convert/rewrite/undo-list.h"
#include "convert/rewrite/undo-marks.h"
#include "tests/rewrite/guest-tree.h"

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
	plan_disabled(&tree, "systemd");
	carry_out(&tree);
	mask = path_in_tree(&tree, OWN "smartmontools.service");
	other = path_in_tree(&tree, OWN "hp-health.service");
	assert_ok(run_undo(&tree, "sh", "hp-health", NULL, &err), &err);
	assert_int_equal(access(other, F_OK), -1);
	assert_int_equal(readlink(other, target, sizeof target), -1);
	assert_int_equal(readlink(mask, target, sizeof target), 9);
	assert_int_equal(run_undo(&tree, "sh", "hp-health", NULL, &err), -1);
	assert_ok(run_undo(&tree, "sh", "--list", &said, &err), &err);
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
	plan_disabled(&tree, "systemd");
	carry_out(&tree);
	mask = path_in_tree(&tree, better.path);
	assert_int_equal(unlink(mask), 0);
	put_node(&tree, &better);
	assert_int_equal(run_undo(&tree, "sh", "smartmontools", NULL, &err), -1);
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
	plan_disabled(&tree, "systemd");
	list = change_of(&tree, UNDO_LIST);
	assert_non_null(list);
	assert_int_equal(list->kind, CHANGE_EDITED);
	assert_non_null(strstr(list->after.text,
		"# earlier\nundone\tmcelog\tx\nservice\tsmartmontools\t"));
	drop_tree(&tree);
}

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
	AUTO(freep) char *full = path_in_tree(tree, path);
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
	plan_disabled(&tree, "systemd");
	assert_ok(undo_marks_plan(tree.files, NULL, tree.changes, &err), &err);
	carry_out(&tree);
	assert_ok(run_undo(&tree, "/bin/sh", "--all", NULL, &err), &err);
	assert_text(&tree, fstab->path, no_disk);
	assert_text(&tree, x->path, after_x);
	assert_ok(run_undo(&tree, "/bin/sh", "--list", &said, &err), &err);
	assert_non_null(strstr(said, "(brought back)"));
	for (size_t i = 0; i < 3; i++) {
		assert_non_null(strstr(said, names[i]));
		assert_ok(run_undo(&tree, "/bin/sh", names[i], NULL, &err), &err);
	}
	after = describe_tree(&tree);
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
	assert_ok(run_undo(&tree, "/bin/sh", "guest-agent", NULL, &err), &err);
	after = describe_tree(&tree);
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
	assert_ok(run_undo(&tree, "/bin/sh", TAG_CONSOLE, NULL, &err), &err);
	after = describe_tree(&tree);
	assert_string_equal(after, tree.before);
	drop_tree(&tree);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_service_comes_back_and_the_others_stay),
		cmocka_unit_test(undo_leaves_what_the_administrator_changed),
		cmocka_unit_test(the_list_of_an_earlier_conversion_goes_on),
		cmocka_unit_test(marked_lines_come_back_by_their_name_alone),
		cmocka_unit_test(what_was_added_can_be_removed),
		cmocka_unit_test(logins_of_systemd_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
