/*
 * Labels as file_contexts assign them, and files that a guest may have made, in
 * a guest of which the functions below take the place.
 */
#include "tests/harness.h"

#include <errno.h>
#include <selinux/label.h>
#include <selinux/selinux.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/io.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/rewrite/change.h"
#include "convert/rewrite/file-contexts.h"
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

static struct file_contexts *
read_contexts(const char *main_text, const char *local, const char *subs)
{
	const char *const texts[FILE_CONTEXTS_TEXTS] = {
		[FILE_CONTEXTS_MAIN] = main_text,
		[FILE_CONTEXTS_LOCAL] = local,
		[FILE_CONTEXTS_SUBS_DIST] = subs};
	struct file_contexts *read = NULL;
	struct error err = {0};

	file_contexts_new(&read, texts, &err);
	return read;
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
		{"/etc/none/x", S_IFREG, ""},
	};
	AUTO(file_contexts_freep) struct file_contexts *read = read_contexts(
		contexts, "/etc/mine\tlocal_t\n", "/lib /usr/lib\n");
	struct error err = {0};

	(void)state;
	assert_non_null(read);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char label[FILE_CONTEXTS_LABEL_BYTES];

		assert_ok(file_contexts_find(read, cases[i].path,
				  cases[i].mode, label, &err), &err);
		assert_string_equal(label, cases[i].label);
	}
}

/* ---- against libselinux ---- */

/* What policies are made of, and what is odd about how they are read. */
static const char *const odd[FILE_CONTEXTS_TEXTS] = {
	[FILE_CONTEXTS_MAIN] = "/.*\tall_t\n"
		"/[^/]+\t--\tin_root_t\n"
		"/\\.autorelabel\t--\tmark_t\n"
		"  # a comment\n\n"
		"/etc/exact\t--\texact_t:s0:c0 more fields\n"
		"/etc/.*\tetc_t\n"
		"/etc/exact.*\tnever_t\n"
		"/etc/a|/etc/b\teither_t\n"
		"/etc/rc\\.d(/.*)?\trc_t\r\n"
		"/usr/(.*/)?lib(/.*)?\tlib_t\n"
		"/usr/(local/)?(s)?bin/[a-z]+-ga\t--\tga_t\n"
		"/opt/.*\\.so(\\.[^/]*)*\t--\tso_t\n"
		"/dev/[shmxv]d[^/]*\t-b\tdisk_t\n"
		"/var/lib/[0-9]{2}x\tcount_t\n"
		"/var/lib/twice\tfirst_t\n/var/lib/twice\tsecond_t\n"
		"/var/lib/other\t-l\tlink_t\n"
		"/x/y{z}\tbraces_t",
	[FILE_CONTEXTS_HOMEDIRS] = "/home/[^/]+\t-d\thome_t\n",
	[FILE_CONTEXTS_LOCAL] = "/var/lib/unrack(/.*)?\tmine_t\n",
	[FILE_CONTEXTS_SUBS] = "/srv/lib /lib\n\n# /etc /x\n/all /\n/only\n",
	[FILE_CONTEXTS_SUBS_DIST] = "/lib /opt\n/lib /usr/lib\n/lib64 /usr/lib\n",
};

static const char *const paths[] = {"/", "/.autorelabel", "/x", "/etc",
	"/etc/exact", "/etc/exactly", "/etc/a", "/etc/b", "/etc/x/etc/b",
	"/x/etc/b", "/etc/ax",
	"/etc/rc.d", "/etc/rc.d/x", "/etc/rcxd", "/usr/lib", "/usr/a/b/lib/c",
	"/usr/bin/qemu-ga", "/usr/local/sbin/qemu-ga", "/usr/bin/qemu-ga/x",
	"/opt/a/b.so", "/opt/b.so.1.2.3", "/opt/b.so.1/2", "/dev/sda1",
	"/var/lib/12x", "/var/lib/123x", "/var/lib/twice", "/var/lib/other",
	"/x/y{z}", "/home/me", "/home/me/x", "/var/lib/unrack/undo", "/lib",
	"/lib/x", "/lib64/x", "/library", "/srv/lib/x", "/srv/libx", "/all/x",
	"/all/var/lib/twice", "/only/x", "/etc/line\nbreak"};

static int
say_nothing(int type, const char *format, ...)
{
	(void)type;
	(void)format;
	return 0;
}

static struct selabel_handle *
open_selinux(const char *const texts[FILE_CONTEXTS_TEXTS])
{
	static const char *const endings[] = {"", ".homedirs", ".local", ".subs",
		".subs_dist"};
	char folder[] = "/tmp/unrack-test-XXXXXX";
	char main_path[64];
	struct selinux_opt option = {SELABEL_OPT_PATH, main_path};
	struct selabel_handle *handle;
	struct error err = {0};

	selinux_set_callback(SELINUX_CB_LOG,
		(union selinux_callback){.func_log = say_nothing});
	assert_non_null(mkdtemp(folder));
	for (size_t i = FILE_CONTEXTS_TEXTS; i-- > 0;) {
		snprintf(main_path, sizeof main_path, "%s/file_contexts%s",
			folder, endings[i]);
		if (texts[i] != NULL)
			assert_ok(io_write_file(main_path, texts[i],
					  strlen(texts[i]), 0600, &err), &err);
	}
	handle = selabel_open(SELABEL_CTX_FILE, &option, 1);
	assert_ok(io_remove_tree(folder, &err), &err);
	return handle;
}

static void
compare(struct file_contexts *ours, struct selabel_handle *theirs,
	const char *path, mode_t mode)
{
	char label[FILE_CONTEXTS_LABEL_BYTES];
	char *wanted = NULL;
	struct error err = {0};

	selabel_lookup_raw(theirs, &wanted, path, (int)mode);
	assert_ok(file_contexts_find(ours, path, mode, label, &err), &err);
	if (strcmp(label, wanted == NULL ? "" : wanted) != 0)
		fail_msg("%s: '%s', not '%s'", path, label, wanted);
	freecon(wanted);
}

static void
the_labels_are_those_of_libselinux(void **state)
{
	static const mode_t modes[] = {S_IFREG, S_IFDIR, S_IFLNK, S_IFBLK};
	AUTO(file_contexts_freep) struct file_contexts *ours = NULL;
	struct selabel_handle *theirs = open_selinux(odd);
	struct error err = {0};

	(void)state;
	assert_non_null(theirs);
	assert_ok(file_contexts_new(&ours, odd, &err), &err);
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		for (size_t m = 0; m < sizeof modes / sizeof *modes; m++)
			compare(ours, theirs, paths[i], modes[m]);
	selabel_close(theirs);
}

/* ---- whoever wrote it ---- */

static void
broken_files_are_survived(void **state)
{
	static const char *const texts[] = {"", "\n\n", "/etc", "(((((\tx\n",
		"/etc/[\tx\n", "/etc/(a+)+$\tx\n", "\t\t\t\n", "/\t-q\tx\n",
		"<<none>>", "/etc/fstab\t--\n", "/\\\tx\n", "\\\tx", "x\ty\n",
		"/etc/\xc3\xa4\tx\n", "/ /\n"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		AUTO(file_contexts_freep) struct file_contexts *read =
			read_contexts(texts[i], texts[i], texts[i]);
		char label[FILE_CONTEXTS_LABEL_BYTES];
		struct error err = {0};

		if (read != NULL)
			file_contexts_find(read, "/etc/fstab", S_IFREG, label,
				&err);
	}
	assert_null(read_contexts(NULL, contexts, NULL));
}

#define HARD "/etc/(([a-z]+)*)*\\.\tx\n"

/* Each costs libselinux millions of steps, or a compilation that takes long. */
static void
patterns_that_take_too_long_are_given_up(void **state)
{
	static const char *const texts[] = {HARD,
		"/etc/(a|b|ab)*(b|a|ba)*(aa|b)*(ab|ba)*!\tx\n",
		"/etc/.*.*.*.*!\tx\n",
		"/etc/((a{1,99}){1,99}){1,9}\tx\n",
		"/etc/(?R)?\tx\n", "/etc/(*NO_JIT)x\tx\n",
		"/etc/(?=(a+)+b)\tx\n"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		AUTO(file_contexts_freep) struct file_contexts *read =
			read_contexts(texts[i], NULL, NULL);
		char label[FILE_CONTEXTS_LABEL_BYTES];
		struct error err = {0};

		assert_non_null(read);
		if (file_contexts_find(read, "/etc/abababababaabababbabababaabab"
				"aababaabbaabab", S_IFREG, label, &err) != -1)
			fail_msg("%s was worked out", texts[i]);
		assert_non_null(strstr(err.text, "too long"));
	}
}

/* A text of `bytes` that is a line again and again, with a number in it. */
static char *
many_lines(const char *start, const char *end, size_t bytes)
{
	char *text = malloc(bytes + 100);
	size_t used = 0;

	assert_non_null(text);
	for (unsigned i = 0; used < bytes; i++)
		used += (size_t)snprintf(text + used, 100, "%s%u%s", start,
			i % 100000, end);
	return text;
}

/* Each pattern by itself is harmless. */
static void
so_are_files_of_very_many_patterns(void **state)
{
	static const char *const starts[] = {"/e/.*",
		"/e/(abcdefghijklmnopqrstuvwx){99}"};

	(void)state;
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
		AUTO(freep) char *text = many_lines(starts[i], "\tx\n", 1 << 20);
		AUTO(file_contexts_freep) struct file_contexts *read =
			read_contexts(text, text, NULL);
		char label[FILE_CONTEXTS_LABEL_BYTES];
		struct error err = {0};
		int files = 0;

		assert_non_null(read);
		while (files < 100 && file_contexts_find(read, "/e/a", S_IFREG,
					      label, &err) == 0)
			files++;
		assert_in_range(files, 1, 99);
		assert_non_null(strstr(err.text, "too long"));
	}
}

static void
a_name_that_grows_without_end_is_refused(void **state)
{
	AUTO(freep) char *to = many_lines("/", "", 8192);
	AUTO(freep) char *subs = io_format("/etc %s\n", to);
	AUTO(file_contexts_freep) struct file_contexts *read =
		read_contexts(contexts, NULL, subs);
	char label[FILE_CONTEXTS_LABEL_BYTES];
	struct error err = {0};

	(void)state;
	assert_int_equal(file_contexts_find(read, "/etc/x", S_IFREG, label,
		&err), -1);
	assert_ok(file_contexts_find(read, "/var", S_IFREG, label, &err), &err);
}

/* ---- of a guest ---- */

static const char *guest_contexts; /* its file_contexts; NULL: not there */
static unsigned labelled;

char *__wrap_guestfs_lgetxattr(guestfs_h *g, const char *path, const char *name,
	size_t *bytes);
int __wrap_guestfs_lsetxattr(guestfs_h *g, const char *name, const char *value,
	int bytes, const char *path);
struct guestfs_statns *__wrap_guestfs_statns(guestfs_h *g, const char *path);
void __wrap_guestfs_free_statns(struct guestfs_statns *stat);
char *__wrap_guestfs_pread(guestfs_h *g, const char *path, int limit,
	int64_t offset, size_t *bytes);
void __wrap_guestfs_push_error_handler(guestfs_h *g,
	guestfs_error_handler_cb callback, void *data);
void __wrap_guestfs_pop_error_handler(guestfs_h *g);
int __wrap_guestfs_last_errno(guestfs_h *g);

char *
__wrap_guestfs_lgetxattr(guestfs_h *g, const char *path, const char *name,
	size_t *bytes)
{
	(void)g;
	(void)path;
	(void)name;
	*bytes = sizeof ETC;
	return strdup(ETC);
}

int
__wrap_guestfs_lsetxattr(guestfs_h *g, const char *name, const char *value,
	int bytes, const char *path)
{
	(void)g;
	(void)name;
	(void)path;
	assert_int_equal(bytes, strlen(value) + 1);
	labelled++;
	return 0;
}

static const char *
guest_text(const char *path)
{
	if (strcmp(path, "/etc/selinux/config") == 0)
		return "SELINUXTYPE=targeted\n";
	return string_ends(path, "/file_contexts") ? guest_contexts : NULL;
}

struct guestfs_statns *
__wrap_guestfs_statns(guestfs_h *g, const char *path)
{
	struct guestfs_statns *stat = calloc(1, sizeof *stat);
	const char *text = guest_text(path);

	(void)g;
	assert_non_null(stat);
	if (text == NULL) {
		free(stat);
		return NULL;
	}
	stat->st_mode = S_IFREG;
	stat->st_size = (int64_t)strlen(text);
	return stat;
}

void
__wrap_guestfs_free_statns(struct guestfs_statns *stat)
{
	free(stat);
}

char *
__wrap_guestfs_pread(guestfs_h *g, const char *path, int limit, int64_t offset,
	size_t *bytes)
{
	(void)g;
	(void)limit;
	(void)offset;
	*bytes = strlen(guest_text(path));
	return strdup(guest_text(path));
}

void
__wrap_guestfs_push_error_handler(guestfs_h *g,
	guestfs_error_handler_cb callback, void *data)
{
	(void)g;
	(void)callback;
	(void)data;
}

void
__wrap_guestfs_pop_error_handler(guestfs_h *g)
{
	(void)g;
}

/* All that fails here is to find a file. */
int
__wrap_guestfs_last_errno(guestfs_h *g)
{
	(void)g;
	return ENOENT;
}

struct scene {
	struct changes *changes;
	struct findings *findings;
	struct error err;
};

static void
scene_open(struct scene *scene)
{
	*scene = (struct scene){changes_new(), findings_new(), {0}};
	assert_non_null(scene->changes);
	assert_non_null(scene->findings);
}

static void
scene_close(struct scene *scene)
{
	changes_free(scene->changes);
	findings_free(scene->findings);
}

static void
plan_file(struct scene *scene, const char *path)
{
	assert_ok(changes_plan(scene->changes, path, NULL, "b", "r",
			  &scene->err), &scene->err);
}

static bool
is_relabelled(const struct scene *scene)
{
	bool planned = changes_have(scene->changes, "/.autorelabel");

	assert_int_equal(planned,
		findings_have(scene->findings, "security.relabel"));
	return planned;
}

static void
what_is_created_gets_a_label(void **state)
{
	AUTO(file_contexts_freep) struct file_contexts *read = NULL;
	AUTO(scene_close) struct scene scene;

	(void)state;
	scene_open(&scene);
	guest_contexts = contexts;
	plan_file(&scene, "/etc/new");
	assert_ok(labels_plan(&read, NULL, scene.changes, scene.findings,
			  &scene.err), &scene.err);
	assert_non_null(read);
	labelled = 0;
	assert_ok(labels_apply(read, NULL, scene.changes, scene.findings,
			  &scene.err), &scene.err);
	assert_int_equal(labelled, 1);
	assert_false(is_relabelled(&scene));
}

static void
labels_that_cannot_be_told_are_left_to_the_guest(void **state)
{
	static const char *const texts[] = {HARD, NULL, "/etc/(\tx\n", "#\n"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		AUTO(file_contexts_freep) struct file_contexts *read = NULL;
		AUTO(scene_close) struct scene scene;

		scene_open(&scene);
		guest_contexts = texts[i];
		plan_file(&scene, "/etc/abcdefghijklmnopqrstuvwxyz");
		assert_ok(labels_plan(&read, NULL, scene.changes,
				  scene.findings, &scene.err), &scene.err);
		assert_null(read);
		assert_true(is_relabelled(&scene));
	}
}

/* The agent's files, say. */
static void
so_are_those_of_files_that_come_later(void **state)
{
	AUTO(file_contexts_freep) struct file_contexts *read = NULL;
	AUTO(scene_close) struct scene scene;

	(void)state;
	scene_open(&scene);
	guest_contexts = HARD;
	plan_file(&scene, "/usr/x");
	assert_ok(labels_plan(&read, NULL, scene.changes, scene.findings,
			  &scene.err), &scene.err);
	assert_non_null(read);
	assert_false(is_relabelled(&scene));
	plan_file(&scene, "/etc/abcdefghijklmnopqrstuvwxyz");
	assert_ok(labels_apply(read, NULL, scene.changes, scene.findings,
			  &scene.err), &scene.err);
	assert_true(is_relabelled(&scene));
}

static void
without_contexts_the_guest_labels_new_files_itself(void **state)
{
	AUTO(scene_close) struct scene scene;
	struct error err = {0};

	(void)state;
	scene_open(&scene);
	assert_ok(changes_plan(scene.changes, "/etc/fstab", "a", "b", "r",
			  &err), &err);
	assert_ok(changes_plan_move(scene.changes, "/etc/a", "/etc/b", "r",
			  &err), &err);
	assert_ok(labels_schedule(scene.changes, "why", scene.findings, &err),
		&err);
	assert_false(is_relabelled(&scene));
	plan_file(&scene, "/etc/new");
	assert_ok(labels_schedule(scene.changes, "why", scene.findings, &err),
		&err);
	assert_true(is_relabelled(&scene));
}

/* The agent's, and the next initramfs' configuration, are noted when made. */
static void
what_will_be_created_counts_as_well(void **state)
{
	AUTO(scene_close) struct scene scene;

	(void)state;
	scene_open(&scene);
	changes_expect_created(scene.changes);
	assert_ok(labels_schedule(scene.changes, "why", scene.findings,
			  &scene.err), &scene.err);
	assert_true(is_relabelled(&scene));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_most_specific_and_last_line_counts),
		cmocka_unit_test(the_labels_are_those_of_libselinux),
		cmocka_unit_test(broken_files_are_survived),
		cmocka_unit_test(patterns_that_take_too_long_are_given_up),
		cmocka_unit_test(so_are_files_of_very_many_patterns),
		cmocka_unit_test(a_name_that_grows_without_end_is_refused),
		cmocka_unit_test(what_is_created_gets_a_label),
		cmocka_unit_test(
			labels_that_cannot_be_told_are_left_to_the_guest),
		cmocka_unit_test(so_are_those_of_files_that_come_later),
		cmocka_unit_test(
			without_contexts_the_guest_labels_new_files_itself),
		cmocka_unit_test(what_will_be_created_counts_as_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
