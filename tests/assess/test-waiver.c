#include "tests/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/assess/waiver.h"

static const char whole[] =
	"{\"waivers\": [{\"rule\": \"fs.near-full\", \"machine\": \"*\","
	"\"path\": \"/srv*\", \"who\": \"Ann\", \"why\": \"known\","
	"\"until\": \"2026-06-30\"},"
	"{\"rule\": \"os.unknown\", \"machine\": \"db1\", \"who\": \"Bob\","
	"\"why\": \"appliance\", \"until\": \"2026-06-30\"}]}";

static int
read_text(struct waivers **waivers_out, const char *text, struct error *err)
{
	char path[] = "/tmp/unrack-waivers-XXXXXX";
	int fd = mkstemp(path), status;

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, text, strlen(text)), (int)strlen(text));
	close(fd);
	status = waivers_read(waivers_out, path, err);
	unlink(path);
	return status;
}

/* The tier of a machine with a full file system and no known system. */
static enum tier
tier_of(const char *machine, const char *where, const char *today,
	struct findings **findings_out)
{
	AUTO(waivers_freep) struct waivers *waivers = NULL;
	AUTO(findings_freep) struct findings *findings = findings_new();
	struct error err = {0};
	enum tier tier;

	assert_ok(read_text(&waivers, whole, &err), &err);
	finding_add(findings, "fs.near-full", where, 0, "1 MB free", NULL);
	finding_add(findings, "os.unknown", "sda", 0, "unknown", NULL);
	findings_waive(findings, waivers, machine, today);
	tier = findings_tier(findings);
	if (findings_out != NULL)
		*findings_out = take(findings);
	return tier;
}

static void
what_is_waived_does_not_count(void **state)
{
	(void)state;
	assert_int_equal(tier_of("db1", "/srv/a", "2026-06-30", NULL),
		TIER_READY);
}

static void
another_machine_or_place_is_not_waived(void **state)
{
	(void)state;
	assert_int_equal(tier_of("db2", "/srv/a", "2026-06-30", NULL),
		TIER_NOT_READY);
	assert_int_equal(tier_of("db1", "/home", "2026-06-30", NULL),
		TIER_NEEDS_DECISIONS);
}

static void
a_waiver_that_has_ended_is_a_finding(void **state)
{
	AUTO(findings_freep) struct findings *findings = NULL;

	(void)state;
	assert_int_equal(tier_of("db1", "/srv/a", "2026-07-01", &findings),
		TIER_NOT_READY);
	assert_true(findings_have(findings, "operations.waiver-ended"));
}

static void
a_waiver_that_counts_is_no_finding(void **state)
{
	AUTO(findings_freep) struct findings *findings = NULL;

	(void)state;
	tier_of("db1", "/srv/a", "2026-06-30", &findings);
	assert_false(findings_have(findings, "operations.waiver-ended"));
}

static void
the_report_says_who_and_why(void **state)
{
	AUTO(findings_freep) struct findings *findings = NULL;
	AUTO(json_decrefpp) json_t *json = NULL;
	const json_t *waiver;

	(void)state;
	tier_of("db1", "/srv/a", "2026-01-01", &findings);
	json = findings_to_json(findings, "db1", true);
	assert_string_equal(json_text(json, "tier", ""), "ready");
	waiver = json_object_get(
		json_array_get(json_object_get(json, "findings"), 0), "waiver");
	assert_string_equal(json_text(waiver, "who", ""), "Bob");
	assert_string_equal(json_text(waiver, "why", ""), "appliance");
	assert_string_equal(json_text(waiver, "until", ""), "2026-06-30");
}

static void
what_is_no_waiver_is_refused(void **state)
{
	static const char *const bad[] = {"{}", "[]", "{\"waivers\": [{}]}",
		"{\"waivers\": [{\"rule\": \"no.such\", \"machine\": \"*\","
		"\"who\": \"a\", \"why\": \"b\", \"until\": \"2026-01-01\"}]}",
		"{\"waivers\": [{\"rule\": \"os.unknown\", \"machine\": \"*\","
		"\"why\": \"b\", \"until\": \"2026-01-01\"}]}",
		"{\"waivers\": [{\"rule\": \"os.unknown\", \"machine\": \"*\","
		"\"who\": \"a\", \"why\": \"b\", \"until\": \"2026-13-01\"}]}"};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		AUTO(waivers_freep) struct waivers *waivers = NULL;
		struct error err = {0};

		assert_int_equal(read_text(&waivers, bad[i], &err), -1);
		assert_true(strlen(err.text) > 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_waived_does_not_count),
		cmocka_unit_test(another_machine_or_place_is_not_waived),
		cmocka_unit_test(a_waiver_that_has_ended_is_a_finding),
		cmocka_unit_test(a_waiver_that_counts_is_no_finding),
		cmocka_unit_test(the_report_says_who_and_why),
		cmocka_unit_test(what_is_no_waiver_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
