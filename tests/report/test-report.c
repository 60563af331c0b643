/* The report of a whole migration with hostile texts, and of next to nothing. */
#include "tests/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "common/process.h"
#include "convert/report/report.h"
#include "convert/state/machine.h"

#define FULL "tests/report/fixtures/full"

static char *
print(const char *folder, const char *format)
{
	AUTO(freep) char *path = strdup(folder);
	struct machine machine = {.name = "legacy1", .folder = path,
		.lock_fd = -1};
	struct error err = {0};
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	assert_non_null(out);
	assert_ok(report_print(&machine, format, out, &err), &err);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void
check_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("nothing of: %s", part);
}

static void
check_lacks(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("there is: %s", part);
}

static void
hostile_text_stays_text_on_the_page(void **state)
{
	AUTO(freep) char *page = print(FULL, "html");

	(void)state;
	check_lacks(page, "<script");
	check_lacks(page, "<img src=x");
	check_lacks(page, "\x1b");
	check_has(page, "&lt;script&gt;alert(&#39;title&#39;)&lt;/script&gt;");
}

static void
page_needs_nothing_from_anywhere(void **state)
{
	AUTO(freep) char *page = print(FULL, "html");

	(void)state;
	check_lacks(page, "http:");
	check_lacks(page, "https:");
	check_lacks(page, "url(");
	check_lacks(page, "@import");
	check_lacks(page, "<link");
	check_has(page, "src=\"data:image/png;base64,iVBORw0KGgo");
	check_has(page, "prefers-color-scheme:dark");
	check_has(page, "@media print");
}

static void
page_tells_each_part(void **state)
{
	static const char *const parts[] = {"Boots</div>", "412 MB",
		"linux.initramfs.no-virtio", "<span class=\"a\">+UUID=0b6f9a52",
		"<span class=\"d\">-/dev/sda1", "192.0.2.10", "71 frames",
		"3 unreadable sectors", "login prompt after 83 s"};
	AUTO(freep) char *page = print(FULL, "html");

	(void)state;
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		check_has(page, parts[i]);
}

static void
diff_outside_the_folder_is_not_read(void **state)
{
	AUTO(freep) char *page = print(FULL, "html");

	(void)state;
	check_lacks(page, "unrack-findings/1");
}

static void
text_begins_with_machine_and_verdict(void **state)
{
	AUTO(freep) char *text = print(FULL, "text");

	(void)state;
	assert_memory_equal(text, "legacy1  boots\n", 15);
	check_lacks(text, "\x1b");
	check_has(text, "done: Rewrote it");
	check_has(text, "do: Look & see?[2J");
}

static void
json_holds_every_part(void **state)
{
	AUTO(freep) char *text = print(FULL, "json");
	AUTO(json_decrefpp) json_t *json = json_loads(text, 0, NULL);

	(void)state;
	assert_non_null(json);
	assert_string_equal(json_text(json, "verdict", ""), "boots");
	assert_int_equal(json_array_size(json_object_get(json_object_get(json,
		"findings"), "findings")), 4);
	assert_true(json_array_size(json_object_get(json, "next_steps")) > 0);
}

static void
report_says_what_the_host_held_already(void **state)
{
	AUTO(freep) char *text = print(FULL, "text");
	AUTO(freep) char *page = print(FULL, "html");

	(void)state;
	check_has(text, "captured (230 MB of it held already)");
	check_has(page, "Held already");
	check_has(page, "230 MB");
}

static void
report_of_nothing_says_unproven(void **state)
{
	static const char *const formats[] = {"text", "html", "json"};
	char folder[] = "/tmp/unrack-test-XXXXXX";
	struct error err = {0};

	(void)state;
	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < 3; i++) {
		AUTO(freep) char *text = print(folder, formats[i]);

		check_has(text, "nproven");
		check_has(text, "unrack convert --name legacy1");
	}
	assert_ok(io_remove_tree(folder, &err), &err);
}

/* Each file in turn, filled with what nobody would write there. */
static void
members_of_the_wrong_type_do_no_harm(void **state)
{
	static const char *const files[] = {"inventory.json",
		"report/guest.json", "report/findings.json",
		"report/changes/index.json", "report/session.json",
		"report/proof.json"};
	static const char nonsense[] =
		"{\"findings\": [1, null, {\"evidence\": [7, []], "
		"\"severity\": \"warning\", \"title\": {}}], \"changes\": [{}, "
		"3, {\"diff\": 4}], \"stages\": [true], \"disks\": [[], {}], "
		"\"wire\": [], \"problems\": [1, {}], \"milestones\": [null], "
		"\"expectations\": [[]], \"facts\": {\"interfaces\": 3, "
		"\"swap\": [1]}, \"isolation\": {\"frames\": \"x\"}, "
		"\"system\": [], \"cpu\": {}, \"hardware\": {}, \"os\": 1}";
	char folder[] = "/tmp/unrack-test-XXXXXX";
	AUTO(freep) char *changes = NULL;
	struct error err = {0};

	(void)state;
	assert_non_null(mkdtemp(folder));
	changes = io_format("%s/report/changes", folder);
	assert_ok(io_make_folders(changes, &err), &err);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		AUTO(freep) char *path = io_format("%s/%s", folder, files[i]);

		assert_ok(io_write_file(path, nonsense, sizeof nonsense - 1,
			0600, &err), &err);
		free(print(folder, "text"));
		free(print(folder, "html"));
		free(print(folder, "json"));
	}
	assert_ok(io_remove_tree(folder, &err), &err);
}

static void
unknown_format_and_broken_part_are_refused(void **state)
{
	char folder[] = "/tmp/unrack-test-XXXXXX";
	struct machine machine = {.name = "legacy1", .folder = folder,
		.lock_fd = -1};
	AUTO(freep) char *path = NULL;
	struct error err = {0};

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(report_print(&machine, "pdf", stdout, &err), -1);
	check_has(err.hint, "html");
	path = io_format("%s/inventory.json", folder);
	assert_ok(io_write_file(path, "{", 1, 0600, &err), &err);
	assert_int_equal(report_print(&machine, "text", stdout, &err), -1);
	check_has(err.text, "inventory.json");
	assert_ok(io_remove_tree(folder, &err), &err);
}

static void
report_is_written_beside_its_parts(void **state)
{
	char folder[] = "/tmp/unrack-test-XXXXXX";
	struct machine machine = {.name = "legacy1", .folder = folder,
		.lock_fd = -1};
	AUTO(freep) char *report = NULL;
	AUTO(freep) char *page = NULL;
	AUTO(freep) char *text = NULL;
	struct error err = {0};

	(void)state;
	assert_non_null(mkdtemp(folder));
	report = io_format("%s/report", folder);
	page = io_format("%s/report.html", report);
	text = io_format("%s/report.txt", report);
	assert_ok(io_make_folders(report, &err), &err);
	assert_ok(report_write(&machine, &err), &err);
	assert_int_equal(access(page, R_OK), 0);
	assert_int_equal(access(text, R_OK), 0);
	assert_ok(io_remove_tree(folder, &err), &err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_text_stays_text_on_the_page),
		cmocka_unit_test(page_needs_nothing_from_anywhere),
		cmocka_unit_test(page_tells_each_part),
		cmocka_unit_test(diff_outside_the_folder_is_not_read),
		cmocka_unit_test(text_begins_with_machine_and_verdict),
		cmocka_unit_test(json_holds_every_part),
		cmocka_unit_test(report_says_what_the_host_held_already),
		cmocka_unit_test(report_of_nothing_says_unproven),
		cmocka_unit_test(members_of_the_wrong_type_do_no_harm),
		cmocka_unit_test(unknown_format_and_broken_part_are_refused),
		cmocka_unit_test(report_is_written_beside_its_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
