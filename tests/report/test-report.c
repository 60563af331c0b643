/* The report of a whole migration with hostile texts, and of next to nothing. */
#include "tests/harness.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "common/process.h"
#include "convert/report/csv.h"
#include "convert/report/parts.h"
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
	check_lacks(page, "<script>alert");
	check_lacks(page, "<img src=x");
	check_lacks(page, "<b>data");
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
	check_lacks(page, " style=");
	check_has(page, "src=\"data:image/png;base64,iVBORw0KGgo");
	check_has(page, "prefers-color-scheme:dark");
	check_has(page, "@media print");
}

static void
page_tells_each_part(void **state)
{
	static const char *const parts[] = {"Boots</span>", "Needs decisions</span>", "412 MB",
		"linux.initramfs.no-virtio", "<span class=\"a\">+UUID=0b6f9a52",
		"<span class=\"d\">-/dev/sda1", "192.0.2.10", "71 frames",
		"3 unreadable sectors", "login prompt after 83 s",
		"says of itself: failing"};
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
	assert_non_null(strstr(text, "Findings  1 blocker, 3 warnings, "));
	check_lacks(text, "\x1b");
	check_has(text, "done: Rewrote it");
	check_has(text, "do: Look & see?[2J");
	check_has(text, "nfs         192.0.2.20 (/etc/fstab:9)\n");
}

/* Of one there is no plural, in a line as behind a figure. */
static void
page_counts_as_the_text_does(void **state)
{
	AUTO(freep) char *page = print(FULL, "html");

	(void)state;
	check_has(page, "<div><dt>blocker</dt><dd>1</dd></div>");
	check_has(page, "<div><dt>warnings</dt><dd>3</dd></div>");
	check_has(page, "Evidence: 1 place</summary>");
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
		"findings"), "findings")), 5);
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
	static const char *const formats[] = {"text", "html", "json",
		"sarif", "csv"};
	char folder[] = "/tmp/unrack-test-XXXXXX";
	struct error err = {0};

	(void)state;
	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
		AUTO(freep) char *text = print(folder, formats[i]);

		if (i >= 3)
			continue; /* they list findings, and nothing else */
		check_has(text, "nproven");
		check_has(text, "unrack convert --name legacy1");
	}
	assert_ok(io_remove_tree(folder, &err), &err);
}

static void
page_shows_where_things_lie(void **state)
{
	static const char *const parts[] = {
		"Map of sda: 6.4 GB in 2 partitions, 3 unreadable sectors", ">ext4 on /</text>",
		"class=\"hatch\"", "class=\"damage\"", "/dev/vg/data"};
	AUTO(freep) char *page = print(FULL, "html");

	(void)state;
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		check_has(page, parts[i]);
}

static void
services_that_do_not_start_come_with_the_way_back(void **state)
{
	AUTO(freep) char *page = print(FULL, "html");
	AUTO(freep) char *text = print(FULL, "text");

	(void)state;
	check_has(page, "<th scope=\"row\">smartd</th>"
		"<td>SMART monitoring</td>");
	check_has(page, "/var/lib/unrack/undo NAME");
	check_has(page, "&lt;b&gt;bad");
	check_has(page, "After: to <code>/dev/null</code>");
	check_has(text, "smartd: SMART monitoring\n");
	check_has(text, "/var/lib/unrack/undo smartd\n");
}

/* What stands between two texts, freed by the caller. */
static char *
between(const char *text, const char *before, const char *after)
{
	const char *from = strstr(text, before), *to;

	assert_non_null(from);
	from += strlen(before);
	to = strstr(from, after);
	assert_non_null(to);
	return strndup(from, (size_t)(to - from));
}

static void
policy_allows_only_the_style_and_script_that_are_there(void **state)
{
	static const char *const kinds[][3] = {
		{"<style>", "</style>", "style-src 'sha256-"},
		{"<script>", "</script>", "script-src 'sha256-"}};
	AUTO(freep) char *page = print(FULL, "html");

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		AUTO(freep) char *content = between(page, kinds[i][0],
			kinds[i][1]);
		AUTO(freep) char *allowed = between(page, kinds[i][2], "'");
		unsigned char hash[32], text[48];

		assert_int_equal(EVP_Digest(content, strlen(content), hash,
			NULL, EVP_sha256(), NULL), 1);
		EVP_EncodeBlock(text, hash, sizeof hash);
		assert_string_equal(allowed, (const char *)text);
	}
	check_has(page, "default-src 'none'");
}

static void
waived_finding_asks_nothing_of_a_person(void **state)
{
	AUTO(freep) char *page = print(FULL, "html");
	AUTO(freep) char *text = print(FULL, "text");

	(void)state;
	check_has(page, "by A. Person until 2027-01-31");
	check_has(text, "1 left for a person");
}

static void
csv_has_a_line_for_each_place(void **state)
{
	AUTO(freep) char *csv = print(FULL, "csv");
	size_t lines = 0;

	(void)state;
	for (const char *at = csv; (at = strstr(at, "\r\n")) != NULL; at += 2)
		lines++;
	assert_int_equal(lines, 1 + 6);
	check_has(csv, "\"/etc/fstab:4\",\"/dev/sda2\"");
}

static void
cells_that_begin_like_formulas_are_quoted_away(void **state)
{
	static const struct {
		const char *text, *cell;
	} cells[] = {
		{"=1+1", "\"'=1+1\""}, {"+1", "\"'+1\""}, {"-1", "\"'-1\""},
		{"@SUM(A1)", "\"'@SUM(A1)\""}, {" =1", "\"' =1\""},
		{"\t=1", "\"'?=1\""}, {"\r=1", "\"'?=1\""},
		{"a=1", "\"a=1\""}, {"say \"no\"", "\"say \"\"no\"\"\""},
		{"", "\"\""}, {"a\x1b[2J", "\"a?[2J\""}, {"a,b\nc",
			"\"a,b\nc\""}};

	(void)state;
	for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
		AUTO(freep) char *text = NULL;
		size_t bytes;
		FILE *out = open_memstream(&text, &bytes);

		assert_non_null(out);
		csv_cell(out, cells[i].text);
		assert_int_equal(fclose(out), 0);
		assert_string_equal(text, cells[i].cell);
	}
}

static const json_t *
first_run(const json_t *log, const char *key)
{
	return json_object_get(json_array_get(json_object_get(log, "runs"), 0),
		key);
}

static void
sarif_names_place_level_and_waiver(void **state)
{
	AUTO(freep) char *text = print(FULL, "sarif");
	AUTO(json_decrefpp) json_t *log = json_loads(text, 0, NULL);
	const json_t *results = first_run(log, "results");
	const json_t *result = json_array_get(results, 1), *place;

	(void)state;
	assert_int_equal(json_array_size(results), 6);
	assert_string_equal(json_text(result, "level", ""), "warning");
	place = json_object_get(json_array_get(json_object_get(result,
		"locations"), 0), "physicalLocation");
	assert_string_equal(json_text(json_object_get(place,
		"artifactLocation"), "uri", ""), "etc/fstab");
	assert_int_equal(json_number(json_object_get(place, "region"),
		"startLine", 0), 3);
	check_has(text, "srv/%3Cb%3E");
	check_has(text, "\"fullyQualifiedName\": \"records.service\"");
	assert_null(json_object_get(result, "suppressions"));
	assert_string_equal(json_text(json_array_get(json_object_get(
		json_array_get(results, 5), "suppressions"), 0),
		"justification", ""),
		"the modem was retired (A. Person, until 2027-01-31)");
}

/* Each file in turn, filled with what nobody would write there. */
static void
members_of_the_wrong_type_do_no_harm(void **state)
{
	static const char *const files[] = {"inventory.json",
		"report/guest.json", "report/findings.json",
		"report/layout.json",
		"report/changes/index.json", "report/session.json",
		"report/proof.json"};
	static const char nonsense[] =
		"{\"findings\": [1, null, {\"evidence\": [7, []], "
		"\"severity\": \"warning\", \"title\": {}}], \"changes\": [{}, "
		"3, {\"diff\": 4}], \"stages\": [true], \"disks\": [[], {}], "
		"\"wire\": [], \"problems\": [1, {}], \"milestones\": [null], "
		"\"expectations\": [[]], \"facts\": {\"interfaces\": 3, "
		"\"swap\": [1]}, \"isolation\": {\"frames\": \"x\"}, "
		"\"size\": {\"host\": {\"problems\": [1]}, \"mode\": 1}, "
		"\"volumes\": [1, {}], \"dependencies\": [1, {}], "
		"\"listeners\": [[], {\"port\": \"x\"}], \"tier\": 3, "
		"\"confidence\": {\"level\": \"low\", \"limits\": [1]}, "
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
		free(print(folder, "sarif"));
		free(print(folder, "csv"));
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
an_assessment_is_not_told_to_be_booted(void **state)
{
	AUTO(freep) char *page = print("tests/report", "html");

	(void)state;
	check_has(page, "An assessment boots nothing.");
	check_lacks(page, "unrack verify");
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

/* What a person reads in ten seconds. */
static void
next_steps_are_few_and_no_informations(void **state)
{
	struct parts parts = {.machine = "web1", .folder = NULL};
	json_t *list = json_array();
	AUTO(json_decrefpp) json_t *steps = NULL;

	(void)state;
	for (int i = 0; i < 8; i++)
		json_array_append_new(list, json_pack("{ss ss ss sn sn}",
			"severity", i < 7 ? "warning" : "information", "title",
			"It is so", "action", "Do it.", "done", "waiver"));
	parts.findings = json_pack("{s:o}", "findings", list);
	parts.guest = json_pack("{s:s}", "hostname", "web1");
	steps = parts_next_steps(&parts);
	assert_int_equal(json_array_size(steps), 6);
	assert_string_equal(json_string_value(json_array_get(steps, 5)),
		"Look through 2 more warnings among the findings.");
	assert_int_equal(parts_count_open(&parts), 7);
	parts_release(&parts);
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
		cmocka_unit_test(page_counts_as_the_text_does),
		cmocka_unit_test(json_holds_every_part),
		cmocka_unit_test(report_says_what_the_host_held_already),
		cmocka_unit_test(report_of_nothing_says_unproven),
		cmocka_unit_test(page_shows_where_things_lie),
		cmocka_unit_test(
			services_that_do_not_start_come_with_the_way_back),
		cmocka_unit_test(
			policy_allows_only_the_style_and_script_that_are_there),
		cmocka_unit_test(waived_finding_asks_nothing_of_a_person),
		cmocka_unit_test(csv_has_a_line_for_each_place),
		cmocka_unit_test(cells_that_begin_like_formulas_are_quoted_away),
		cmocka_unit_test(sarif_names_place_level_and_waiver),
		cmocka_unit_test(members_of_the_wrong_type_do_no_harm),
		cmocka_unit_test(unknown_format_and_broken_part_are_refused),
		cmocka_unit_test(an_assessment_is_not_told_to_be_booted),
		cmocka_unit_test(report_is_written_beside_its_parts),
		cmocka_unit_test(next_steps_are_few_and_no_informations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
