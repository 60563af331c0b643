#include "tests/harness.h"

#include <stdio.h>
#include <string.h>

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/assess/finding.h"

static void
a_rule_has_one_finding_with_each_evidence_once(void **state)
{
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(json_decrefpp) json_t *json = NULL;
	const json_t *list, *finding, *evidence;

	(void)state;
	finding_add(findings, "linux.fstab.device-name", "/etc/fstab", 3,
		"/dev/sda1", "Replaced.");
	finding_add(findings, "linux.fstab.device-name", "/etc/fstab", 3,
		"/dev/sda1", "Replaced.");
	finding_add(findings, "linux.fstab.device-name", "/etc/fstab", 4,
		"/dev/sda2", "Replaced.");
	json = findings_to_json(findings, "m", true);
	list = json_object_get(json, "findings");
	assert_int_equal(json_array_size(list), 1);
	finding = json_array_get(list, 0);
	evidence = json_object_get(finding, "evidence");
	assert_int_equal(json_array_size(evidence), 2);
	assert_string_equal(json_text(json_array_get(evidence, 1), "where", ""),
		"/etc/fstab:4");
	assert_string_equal(json_text(finding, "done", ""), "Replaced.");
}

static void
the_gravest_come_first(void **state)
{
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(json_decrefpp) json_t *json = NULL;
	const json_t *list;

	(void)state;
	finding_add(findings, "fs.dirty", "/dev/sda1", 0, "ext4", NULL);
	finding_add(findings, "os.end-of-life", "/etc/os-release", 0, "x",
		NULL);
	finding_add(findings, "os.unknown", "sda", 0, "unknown", NULL);
	json = findings_to_json(findings, "m", true);
	list = json_object_get(json, "findings");
	assert_string_equal(json_text(json_array_get(list, 0), "rule", ""),
		"os.unknown");
	assert_string_equal(json_text(json_array_get(list, 2), "rule", ""),
		"fs.dirty");
	assert_int_equal(findings_count(findings, SEVERITY_WARNING), 1);
}

static void
an_assessment_has_done_nothing(void **state)
{
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(json_decrefpp) json_t *json = NULL;

	(void)state;
	finding_add(findings, "fs.dirty", "/dev/sda1", 0, "ext4", "Replayed.");
	json = findings_to_json(findings, "m", false);
	assert_true(json_is_null(json_object_get(
		json_array_get(json_object_get(json, "findings"), 0), "done")));
}

static void
hostile_evidence_is_bounded_and_made_text(void **state)
{
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(json_decrefpp) json_t *json = NULL;
	char where[32];

	(void)state;
	for (int i = 0; i < 10000; i++) {
		snprintf(where, sizeof where, "\xff%d", i);
		finding_add(findings, "storage.not-mounted", where, 0,
			"\xc3\x28", NULL);
	}
	json = findings_to_json(findings, "m", true);
	assert_non_null(json);
	assert_int_equal(
		json_array_size(json_object_get(
			json_array_get(json_object_get(json, "findings"), 0),
			"evidence")),
		200);
}

static void
the_catalogue_is_ordered_and_complete(void **state)
{
	size_t count;
	const struct rule *rules = catalogue_rules(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && strcmp(rules[i - 1].id, rules[i].id) >= 0)
			fail_msg("%s is out of order", rules[i].id);
		assert_non_null(rules[i].title);
		assert_non_null(rules[i].why);
		assert_non_null(rules[i].action);
		assert_ptr_equal(catalogue_rule(rules[i].id), &rules[i]);
	}
	assert_null(catalogue_rule("no.such.rule"));
}

/* docs/findings.md, as it should be. */
static void
print_page(FILE *page)
{
	size_t count;
	const struct rule *rules = catalogue_rules(&count);

	fputs("# What unrack can find\n\n"
	      "Each finding names its rule, where it was seen and what was done\n"
	      "about it. The rules, by id:\n",
		page);
	for (size_t i = 0; i < count; i++)
		fprintf(page, "\n## %s\n\n%s (%s).\n\n%s\n\n*What to do:* %s\n",
			rules[i].id, rules[i].title,
			severity_name(rules[i].severity), rules[i].why,
			rules[i].action);
}

/* UNRACK_UPDATE=1 writes the page anew. */
static void
the_page_shows_the_catalogue(void **state)
{
	static const char path[] = "docs/findings.md";
	AUTO(freep) char *page = NULL;
	AUTO(freep) char *there = NULL;
	size_t bytes;
	FILE *out = open_memstream(&page, &bytes);
	struct error err = {0};

	(void)state;
	assert_non_null(out);
	print_page(out);
	assert_int_equal(fclose(out), 0);
	if (getenv("UNRACK_UPDATE") != NULL)
		assert_ok(io_write_file(path, page, bytes, 0644, &err), &err);
	assert_ok(io_read_file(&there, NULL, path, 1 << 20, &err), &err);
	if (strcmp(there, page) != 0)
		fail_msg("%s is old; UNRACK_UPDATE=1 make check-test-finding "
			 "writes it anew", path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_rule_has_one_finding_with_each_evidence_once),
		cmocka_unit_test(the_gravest_come_first),
		cmocka_unit_test(an_assessment_has_done_nothing),
		cmocka_unit_test(hostile_evidence_is_bounded_and_made_text),
		cmocka_unit_test(the_catalogue_is_ordered_and_complete),
		cmocka_unit_test(the_page_shows_the_catalogue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
