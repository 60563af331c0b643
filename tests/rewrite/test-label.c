/* Labels as file_contexts assign them, and files that a guest may have made. */
#include "tests/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/io.h"
#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/rewrite/change.h"
#include "convert/rewrite/label.h"

#define ETC "system_u:object_r:etc_t:s0"
#define UNIT "system_u:object_r:systemd_unit_file_t:s0"
#define NET "system_u:object_r:net_conf_t:s0"

static const char contexts[] =
	"/.*\tsystem_u:object_r:default_t:s0\n"
	"/etc/.*\t" ETC "\n"
	"/etc/systemd/network(/.*)?\t" NET "\n"
	"/usr/lib/systemd/system(/.*)?\t" UNIT "\n"
	"/etc/only-folders\t-d\t" NET "\n"
	"/etc/none(/.*)?\t<<none>>\n";

/* A folder with these files; NULL: not there. */
static void
make_folder(char *folder, const char *main_text, const char *local,
	const char *subs)
{
	const struct {
		const char *name, *text;
	} files[] = {{"file_contexts", main_text},
		{"file_contexts.local", local},
		{"file_contexts.subs_dist", subs}};
	struct error err = {0};

	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < 3; i++) {
		AUTO(freep) char *path = io_format("%s/%s", folder,
			files[i].name);

		if (files[i].text != NULL)
			assert_ok(io_write_file(path, files[i].text,
					  strlen(files[i].text), 0600, &err),
				&err);
	}
}

static struct labels *
read_contexts(const char *main_text, const char *local, const char *subs)
{
	char folder[] = "/tmp/unrack-test-XXXXXX";
	struct labels *labels = NULL;
	struct error err = {0};

	make_folder(folder, main_text, local, subs);
	labels_open(&labels, folder, &err);
	assert_ok(io_remove_tree(folder, &err), &err);
	return labels;
}

static void
the_most_specific_and_last_line_counts(void **state)
{
	static const struct {
		const char *path;
		mode_t mode;
		const char *label;
	} cases[] = {
		{"/etc/fstab", S_IFREG, ETC},
		{"/etc/systemd/network", S_IFDIR, NET},
		{"/etc/systemd/network/10-unrack-eth0.link", S_IFREG, NET},
		{"/etc/systemd/networks", S_IFREG, ETC},
		{"/etc/only-folders", S_IFDIR, NET},
		{"/etc/only-folders", S_IFREG, ETC},
		{"/lib/systemd/system/x.service", S_IFREG, UNIT},
		{"/etc/mine", S_IFREG, "local_t"},
	};
	AUTO(labels_closep) struct labels *labels = read_contexts(contexts,
		"/etc/mine\tlocal_t\n", "/lib /usr/lib\n");

	(void)state;
	assert_non_null(labels);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char label[256];

		assert_true(labels_find(labels, cases[i].path, cases[i].mode,
			label));
		assert_string_equal(label, cases[i].label);
	}
}

static void
what_is_to_have_no_label_gets_none(void **state)
{
	AUTO(labels_closep) struct labels *labels =
		read_contexts(contexts, NULL, NULL);
	char label[256];

	(void)state;
	assert_non_null(labels);
	assert_false(labels_find(labels, "/etc/none/x", S_IFREG, label));
}

/* Whoever wrote it. */
static void
broken_files_are_survived(void **state)
{
	static const char *const texts[] = {"", "\n\n", "/etc", "(((((\tx\n",
		"/etc/[\tx\n", "/etc/(a+)+$\tx\n", "\t\t\t\n", "/\t-q\tx\n",
		"<<none>>", "/etc/fstab\t--\n"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		AUTO(labels_closep) struct labels *labels =
			read_contexts(texts[i], texts[i], texts[i]);
		char label[256];

		if (labels != NULL)
			labels_find(labels, "/etc/fstab", S_IFREG, label);
	}
	assert_null(read_contexts(NULL, contexts, NULL));
}

static void
without_contexts_the_guest_labels_new_files_itself(void **state)
{
	AUTO(changes_freep) struct changes *changes = changes_new();
	AUTO(findings_freep) struct findings *findings = findings_new();
	struct error err = {0};

	(void)state;
	assert_ok(changes_plan(changes, "/etc/fstab", "a", "b", "r", &err),
		&err);
	assert_ok(changes_plan_move(changes, "/etc/a", "/etc/b", "r", &err),
		&err);
	assert_ok(labels_schedule(changes, findings, &err), &err);
	assert_false(changes_have(changes, "/.autorelabel"));
	assert_false(findings_have(findings, "security.relabel"));
	assert_ok(changes_plan(changes, "/etc/new", NULL, "b", "r", &err),
		&err);
	assert_ok(labels_schedule(changes, findings, &err), &err);
	assert_true(changes_have(changes, "/.autorelabel"));
	assert_true(findings_have(findings, "security.relabel"));
}

/* The agent's, and the next initramfs' configuration, are noted when made. */
static void
what_will_be_created_counts_as_well(void **state)
{
	AUTO(changes_freep) struct changes *changes = changes_new();
	AUTO(findings_freep) struct findings *findings = findings_new();
	struct error err = {0};

	(void)state;
	changes_expect_created(changes);
	assert_ok(labels_schedule(changes, findings, &err), &err);
	assert_true(changes_have(changes, "/.autorelabel"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_most_specific_and_last_line_counts),
		cmocka_unit_test(what_is_to_have_no_label_gets_none),
		cmocka_unit_test(broken_files_are_survived),
		cmocka_unit_test(
			without_contexts_the_guest_labels_new_files_itself),
		cmocka_unit_test(what_will_be_created_counts_as_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
