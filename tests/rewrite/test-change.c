/* What is written to a guest, and what the record says of it: a guest of names. */
#include "tests/harness.h"

#include <errno.h>
#include <guestfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/rewrite/change.h"
#include "drivers-inject/inject.h"

static struct {
	char folders[400]; /* each with a comma behind it */
	char written[64];
	size_t bytes;
	int mode;
	bool is_full; /* for its crypttab */
} guest;

int __wrap_guestfs_is_dir_opts_argv(guestfs_h *g, const char *path,
	const struct guestfs_is_dir_opts_argv *options);
int __wrap_guestfs_mkdir_mode(guestfs_h *g, const char *path, int mode);
char *__wrap_guestfs_lgetxattr(guestfs_h *g, const char *path,
	const char *name, size_t *bytes_out);
int __wrap_guestfs_rm_f(guestfs_h *g, const char *path);
int __wrap_guestfs_write(guestfs_h *g, const char *path, const char *data,
	size_t bytes);
int __wrap_guestfs_chmod(guestfs_h *g, int mode, const char *path);
const char *__wrap_guestfs_last_error(guestfs_h *g);
int __wrap_guestfs_last_errno(guestfs_h *g);

int
__wrap_guestfs_is_dir_opts_argv(guestfs_h *g, const char *path,
	const struct guestfs_is_dir_opts_argv *options)
{
	AUTO(freep) char *word = io_format("%s,", path);

	(void)g;
	(void)options;
	return strstr(guest.folders, word) != NULL;
}

int
__wrap_guestfs_mkdir_mode(guestfs_h *g, const char *path, int mode)
{
	(void)g;
	assert_int_equal(mode, 0755);
	strcat(guest.folders, path);
	strcat(guest.folders, ",");
	return 0;
}

char *
__wrap_guestfs_lgetxattr(guestfs_h *g, const char *path, const char *name,
	size_t *bytes_out)
{
	(void)g;
	(void)path;
	(void)name;
	(void)bytes_out;
	return NULL;
}

int
__wrap_guestfs_rm_f(guestfs_h *g, const char *path)
{
	(void)g;
	(void)path;
	return 0;
}

int
__wrap_guestfs_write(guestfs_h *g, const char *path, const char *data,
	size_t bytes)
{
	(void)g;
	guest.bytes = bytes;
	memcpy(guest.written, data, bytes);
	return guest.is_full && string_starts(path, "/etc/crypttab") ? -1 : 0;
}

int
__wrap_guestfs_chmod(guestfs_h *g, int mode, const char *path)
{
	(void)g;
	(void)path;
	guest.mode = mode;
	return 0;
}

const char *
__wrap_guestfs_last_error(guestfs_h *g)
{
	(void)g;
	return "full";
}

int
__wrap_guestfs_last_errno(guestfs_h *g)
{
	(void)g;
	return ENOSPC;
}

/* "KIND PATH MODE" of each, a line each. */
static char *
record_of(const struct changes *changes)
{
	char folder[] = "/tmp/unrack-test-XXXXXX";
	AUTO(json_decrefpp) json_t *index = NULL;
	AUTO(freep) char *path = NULL;
	char *text = strdup("");
	const json_t *one;
	struct error err = {0};
	size_t i;

	assert_non_null(mkdtemp(folder));
	assert_ok(changes_record(changes, folder, &err), &err);
	path = io_format("%s/index.json", folder);
	index = json_load_file(path, 0, NULL);
	json_array_foreach(json_object_get(index, "changes"), i, one)
	{
		char *longer = io_format("%s%s %s %s\n", text,
			json_text(one, "kind", ""), json_text(one, "path", ""),
			json_text(one, "mode", "-"));

		free(text);
		text = longer;
	}
	assert_ok(io_remove_tree(folder, &err), &err);
	return text;
}

static void
a_program_and_its_folders_are_recorded_as_they_are(void **state)
{
	AUTO(changes_freep) struct changes *changes = changes_new();
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(freep) char *record = NULL;
	struct error err = {0};

	(void)state;
	strcpy(guest.folders, "/usr,");
	assert_ok(changes_plan_file(changes, "/usr/sbin/qemu-ga", "\177E\0F", 4,
			  0755, "r", &err),
		&err);
	changes_apply(changes, NULL, findings);
	assert_int_equal(guest.bytes, 4);
	assert_memory_equal(guest.written, "\177E\0F", 4);
	assert_int_equal(guest.mode, 0755);
	record = record_of(changes);
	assert_string_equal(record, "folder /usr/sbin 0755\n"
		"created /usr/sbin/qemu-ga 0755\n");
}

/* Of a partition that the guest does not mount. */
static void
a_folder_is_noted_by_the_name_that_people_know(void **state)
{
	AUTO(changes_freep) struct changes *changes = changes_new();
	AUTO(freep) char *record = NULL;
	struct error err = {0};

	(void)state;
	strcpy(guest.folders, "/mnt,/mnt/EFI,");
	assert_ok(changes_make_folder(changes, NULL, "/mnt/EFI", "sda1:/EFI",
			  "r", &err),
		&err);
	assert_ok(changes_make_folder(changes, NULL, "/mnt/EFI/BOOT",
			  "sda1:/EFI/BOOT", "r", &err),
		&err);
	record = record_of(changes);
	assert_string_equal(record, "folder sda1:/EFI/BOOT 0755\n");
}

/* FAT shows the same mode for every file. */
static void
the_mode_that_is_noted_is_recorded(void **state)
{
	AUTO(changes_freep) struct changes *changes = changes_new();
	AUTO(freep) char *record = NULL;
	const struct inject_change change = {.path = "/boot/efi/EFI/BOOT/X",
		.kind = INJECT_CREATED, .mode = 0700, .reason = "r"};
	struct error err = {0};

	(void)state;
	assert_ok(changes_note(changes, &change, &err), &err);
	record = record_of(changes);
	assert_string_equal(record, "created /boot/efi/EFI/BOOT/X 0700\n");
}

static void
what_was_not_written_is_not_called_done(void **state)
{
	AUTO(changes_freep) struct changes *changes = changes_new();
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(json_decrefpp) json_t *json = NULL;
	const json_t *list;
	struct error err = {0};

	(void)state;
	strcpy(guest.folders, "/etc,");
	guest.is_full = true;
	assert_ok(changes_plan(changes, "/etc/crypttab", NULL, "a", "r", &err),
		&err);
	finding_add(findings, "linux.fstab.device-name", "/etc/crypttab", 1,
		"/dev/sda1", "Replaced.");
	changes_apply(changes, NULL, findings);
	guest.is_full = false;
	assert_false(changes_have(changes, "/etc/crypttab"));
	assert_false(changes_are_whole(changes));
	json = findings_to_json(findings, "m", true);
	list = json_object_get(json, "findings");
	assert_string_equal(json_text(json_array_get(list, 0), "rule", ""),
		"guest.file-not-written");
	assert_null(json_text(json_array_get(list, 1), "done", NULL));
}

/* As the file that takes the place of one that is moved aside. */
static void
what_joins_a_change_that_failed_is_left_out(void **state)
{
	AUTO(changes_freep) struct changes *changes = changes_new();
	AUTO(findings_freep) struct findings *findings = findings_new();
	struct error err = {0};

	(void)state;
	strcpy(guest.folders, "/etc,");
	guest.is_full = true;
	assert_ok(changes_plan(changes, "/etc/crypttab", NULL, "a", "r", &err),
		&err);
	assert_ok(changes_plan(changes, "/etc/joined", NULL, "a", "r", &err),
		&err);
	changes_join_last(changes);
	assert_ok(changes_plan(changes, "/etc/other", NULL, "a", "r", &err),
		&err);
	changes_apply(changes, NULL, findings);
	guest.is_full = false;
	assert_false(changes_have(changes, "/etc/joined"));
	assert_true(changes_have(changes, "/etc/other"));
}

static void
a_guest_cannot_have_any_number_of_changes(void **state)
{
	AUTO(changes_freep) struct changes *changes = changes_new();
	struct error err = {0};
	char path[32];
	int status = 0;

	(void)state;
	for (unsigned i = 0; status == 0 && i < 11000; i++) {
		snprintf(path, sizeof path, "/etc/%u", i);
		status = changes_plan_unlink(changes, path, "x", "r", &err);
	}
	assert_int_equal(status, -1);
	assert_int_equal(changes_count(changes), 10000);
	assert_non_null(strstr(err.text, "/etc/10000: more than 10000"));
}

static void
nor_texts_of_any_length(void **state)
{
	AUTO(changes_freep) struct changes *changes = changes_new();
	AUTO(freep) char *text = malloc((1 << 20) + 1);
	struct error err = {0};
	char path[32];
	int status = 0;

	(void)state;
	memset(text, 'a', 1 << 20);
	text[1 << 20] = '\0';
	for (unsigned i = 0; status == 0 && i < 100; i++) {
		snprintf(path, sizeof path, "/etc/%u", i);
		status = changes_plan(changes, path, text, text, "r", &err);
	}
	assert_int_equal(status, -1);
	assert_int_equal(changes_count(changes), 32);
	assert_non_null(strstr(err.text, "64 MiB"));
	assert_string_not_equal(err.hint, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_program_and_its_folders_are_recorded_as_they_are),
		cmocka_unit_test(a_folder_is_noted_by_the_name_that_people_know),
		cmocka_unit_test(the_mode_that_is_noted_is_recorded),
		cmocka_unit_test(what_was_not_written_is_not_called_done),
		cmocka_unit_test(what_joins_a_change_that_failed_is_left_out),
		cmocka_unit_test(a_guest_cannot_have_any_number_of_changes),
		cmocka_unit_test(nor_texts_of_any_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
