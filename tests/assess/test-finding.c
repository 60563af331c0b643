#include "tests/harness.h"

#include <ctype.h>
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

/* "mem=1 mem=1 ...": a look at each costs as much as at the first. */
static void
what_is_seen_over_and_over_ends_the_search(void **state)
{
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(json_decrefpp) json_t *json = NULL;
	const json_t *finding;

	(void)state;
	for (unsigned i = 0; i < 100000; i++)
		finding_add(findings, "linux.kernel.parameters", "/boot/x", 1,
			"mem=1", NULL);
	for (unsigned i = 0; i < 10; i++)
		finding_add(findings, "linux.kernel.parameters", "/boot/x", i + 2,
			"mem=1", NULL);
	finding_add(findings, "fs.dirty", "/dev/sda1", 0, "ext4", NULL);
	for (unsigned i = 0; i < 6000; i++)
		findings_add_dependency(findings, "dns", i < 5500 ? "a" : "b", 0,
			"/etc/x:1");
	json = findings_to_json(findings, "m", true);
	assert_true(findings_have(findings, "fs.dirty"));
	assert_int_equal(json_array_size(json_object_get(json,
		"dependencies")), 1);
	finding = json_array_get(json_object_get(json, "findings"), 0);
	if (strcmp(json_text(finding, "rule", ""), "fs.dirty") == 0)
		finding = json_array_get(json_object_get(json, "findings"), 1);
	assert_int_equal(json_array_size(json_object_get(finding, "evidence")),
		1);
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
	const json_t *finding;

	(void)state;
	finding_add(findings, "fs.dirty", "/dev/sda1", 0, "ext4", "Replayed.");
	json = findings_to_json(findings, "m", false);
	finding = json_array_get(json_object_get(json, "findings"), 0);
	assert_true(json_is_null(json_object_get(finding, "done")));
	assert_string_equal(json_text(finding, "effect", ""),
		catalogue_rule("fs.dirty")->effect);
}

static const json_t *
only_finding(const json_t *json)
{
	const json_t *list = json_object_get(json, "findings");

	assert_int_equal(json_array_size(list), 1);
	return json_array_get(list, 0);
}

static void
what_did_not_come_about_is_not_called_done(void **state)
{
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(json_decrefpp) json_t *both = NULL;
	AUTO(json_decrefpp) json_t *one = NULL;
	AUTO(json_decrefpp) json_t *none = NULL;
	const json_t *evidence;

	(void)state;
	finding_add(findings, "linux.fstab.device-name", "/etc/fstab", 3,
		"/dev/sda1", "Replaced.");
	finding_add(findings, "linux.fstab.device-name", "/etc/fstab.d/x", 4,
		"/dev/sda2", "Replaced.");
	findings_undo(findings, "/etc/fsta");
	both = findings_to_json(findings, "m", true);
	assert_int_equal(json_array_size(json_object_get(only_finding(both),
		"evidence")), 2);
	findings_undo(findings, "/etc/fstab");
	one = findings_to_json(findings, "m", true);
	evidence = json_object_get(only_finding(one), "evidence");
	assert_int_equal(json_array_size(evidence), 1);
	assert_string_equal(json_text(json_array_get(evidence, 0), "where", ""),
		"/etc/fstab.d/x:4");
	assert_string_equal(json_text(only_finding(one), "done", ""),
		"Replaced.");
	findings_undo(findings, "/etc/fstab.d/x");
	none = findings_to_json(findings, "m", true);
	assert_null(json_text(only_finding(none), "done", NULL));
}

/* It is what the rule says of the server as it is. */
static void
what_nothing_was_promised_about_stays(void **state)
{
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(json_decrefpp) json_t *json = NULL;

	(void)state;
	finding_add(findings, "guest.no-room", "/etc/fstab", 0, "x", NULL);
	finding_add(findings, "guest.no-room", "/etc/crypttab", 0, "x", NULL);
	findings_undo(findings, "/etc/fstab");
	json = findings_to_json(findings, "m", true);
	assert_int_equal(json_array_size(json_object_get(only_finding(json),
		"evidence")), 2);
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
secrets_do_not_become_evidence(void **state)
{
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(json_decrefpp) json_t *json = NULL;
	AUTO(freep) char *text = NULL;

	(void)state;
	finding_add(findings, "storage.not-mounted", "/srv", 0,
		"password=hunter2", NULL);
	findings_add_dependency(findings, "database", "shop:hunter2@db", 5432,
		"/etc/shop.ini:3");
	findings_add_listener(findings, "redis --requirepass hunter2", "tcp",
		6379, "/etc/rc.local:9");
	json = findings_to_json(findings, "m", true);
	text = json_dumps(json, 0);
	assert_non_null(strstr(text, "redis"));
	assert_null(strstr(text, "hunter2"));
}

static void
what_was_not_read_lowers_the_confidence(void **state)
{
	static const char *const levels[] = {"high", "medium", "low"};

	(void)state;
	for (int i = 0; i < 3; i++) {
		AUTO(findings_freep) struct findings *findings = findings_new();
		AUTO(json_decrefpp) json_t *json = NULL;
		const json_t *confidence;

		if (i > 0)
			findings_add_limit(findings, i == 2, "no %s", "luck");
		json = findings_to_json(findings, "m", true);
		confidence = json_object_get(json, "confidence");
		assert_string_equal(json_text(confidence, "level", ""),
			levels[i]);
		assert_int_equal(json_array_size(json_object_get(confidence,
					 "limits")), i > 0);
	}
}

static void
columns_of_evidence_are_one_blank_wide(void **state)
{
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(json_decrefpp) json_t *json = NULL;
	const json_t *finding;

	(void)state;
	finding_add(findings, "network.static-address", "/etc/x", 1,
		"port = 5432\t\t# \n  two", NULL);
	json = findings_to_json(findings, "m", true);
	finding = json_array_get(json_object_get(json, "findings"), 0);
	assert_string_equal(json_text(json_array_get(json_object_get(finding,
		"evidence"), 0), "what", ""), "port = 5432 # two");
}

static enum tier
tier_of(const char *rule, const char *done)
{
	AUTO(findings_freep) struct findings *findings = findings_new();

	finding_add(findings, "network.static-address", "eth0", 0, "x", NULL);
	if (rule != NULL)
		finding_add(findings, rule, "x", 0, "x", done);
	return findings_tier(findings);
}

static void
the_tier_is_that_of_the_worst(void **state)
{
	(void)state;
	assert_int_equal(tier_of(NULL, NULL), TIER_READY);
	assert_int_equal(tier_of("linux.fstab.device-name", "Replaced."),
		TIER_READY_WITH_CHANGES);
	assert_int_equal(tier_of("linux.fstab.device-name", NULL),
		TIER_NEEDS_DECISIONS);
	assert_int_equal(tier_of("os.unknown", NULL), TIER_NOT_READY);
}

static void
the_surest_evidence_gives_the_confidence(void **state)
{
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(json_decrefpp) json_t *json = NULL;
	const json_t *finding;

	(void)state;
	finding_add_as(findings, "os.unknown", CONFIDENCE_POSSIBLE, "a", 0, "x",
		NULL);
	finding_add_as(findings, "os.unknown", CONFIDENCE_LIKELY, "b", 0, "x",
		NULL);
	finding_add_as(findings, "os.unknown", CONFIDENCE_POSSIBLE, "c", 0, "x",
		NULL);
	json = findings_to_json(findings, "m", true);
	finding = json_array_get(json_object_get(json, "findings"), 0);
	assert_string_equal(json_text(finding, "confidence", ""), "likely");
	assert_string_equal(json_text(finding, "group", ""),
		"operating system");
}

static void
the_catalogue_is_ordered_and_complete(void **state)
{
	const struct rule *rule, *last = NULL;

	(void)state;
	for (size_t i = 0; (rule = catalogue_at(i)) != NULL; i++) {
		if (last != NULL && rule == last + 1 && /* of one table */
			strcmp(last->id, rule->id) >= 0)
			fail_msg("%s is out of order", rule->id);
		assert_non_null(rule->title);
		assert_non_null(rule->why);
		assert_non_null(rule->action);
		assert_ptr_equal(catalogue_rule(rule->id), rule);
		last = rule;
	}
	assert_null(catalogue_rule("no.such.rule"));
}

static void
print_rule(FILE *page, const struct rule *rule)
{
	const char *remedy;
	const char *kind = rule_remedy(rule, &remedy);

	fprintf(page, "\n### %s\n\n%s (%s, %s).\n\n%s\n\n*What to do:* %s\n",
		rule->id, rule->title, severity_name(rule->severity),
		confidence_name(rule->confidence), rule->why, rule->action);
	if (strcmp(kind, "hint") != 0)
		fprintf(page, "\n```%s\n%s\n```\n",
			strcmp(kind, "playbook") == 0 ? "yaml" : "sh", remedy);
	if (rule->effect != NULL)
		fprintf(page, "\n*What unrack does:* %s\n", rule->effect);
}

/* docs/findings.md, as it should be. */
static void
print_page(FILE *page)
{
	const struct rule *rule, *last = NULL;

	fputs("# What unrack can find\n\n"
	      "Each finding names its rule, where it was seen and what is done\n"
	      "about it. The rules, by group and id, each with its severity and\n"
	      "how sure it is where it fires:\n",
		page);
	for (size_t i = 0; (rule = catalogue_at(i)) != NULL; i++) {
		if (last == NULL || rule_group(last) != rule_group(rule))
			fprintf(page, "\n## %c%s\n",
				toupper(*group_name(rule_group(rule))),
				group_name(rule_group(rule)) + 1);
		print_rule(page, rule);
		last = rule;
	}
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
		cmocka_unit_test(what_is_seen_over_and_over_ends_the_search),
		cmocka_unit_test(the_gravest_come_first),
		cmocka_unit_test(an_assessment_has_done_nothing),
		cmocka_unit_test(what_did_not_come_about_is_not_called_done),
		cmocka_unit_test(what_nothing_was_promised_about_stays),
		cmocka_unit_test(hostile_evidence_is_bounded_and_made_text),
		cmocka_unit_test(secrets_do_not_become_evidence),
		cmocka_unit_test(what_was_not_read_lowers_the_confidence),
		cmocka_unit_test(columns_of_evidence_are_one_blank_wide),
		cmocka_unit_test(the_tier_is_that_of_the_worst),
		cmocka_unit_test(the_surest_evidence_gives_the_confidence),
		cmocka_unit_test(the_catalogue_is_ordered_and_complete),
		cmocka_unit_test(the_page_shows_the_catalogue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
