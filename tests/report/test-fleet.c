/* Several machines as one: who is meant, who needs whom, what is common. */
#include "tests/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/report/fleet.h"

static char folder[] = "/tmp/unrack-test-XXXXXX";

static void
put(const char *machine, const char *name, const char *text)
{
	AUTO(freep) char *report = io_format("%s/machines/%s/report", folder,
		machine);
	AUTO(freep) char *path = io_format("%s/%s", report, name);
	struct error err = {0};

	assert_ok(io_make_folders(report, &err), &err);
	assert_ok(io_write_file(path, text, strlen(text), 0600, &err), &err);
}

static int
set_up(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	put("web", "guest.json", "{\"hostname\": \"www.example\", "
		"\"interfaces\": [{\"addresses\": [\"192.0.2.10/24\"]}]}");
	put("web", "findings.json", "{\"tier\": \"ready\", \"findings\": ["
		"{\"rule\": \"a.rare\", \"severity\": \"blocker\", "
		"\"title\": \"<b>rare\"},"
		"{\"rule\": \"a.common\", \"severity\": \"warning\", "
		"\"title\": \"common\"}], \"dependencies\": ["
		"{\"kind\": \"database\", \"host\": \"DB1\", \"port\": 5432, "
		"\"where\": \"/etc/x:1\"},"
		"{\"kind\": \"nfs\", \"host\": \"[2001:db8::7]\", "
		"\"where\": \"/etc/fstab:2\"},"
		"{\"kind\": \"own\", \"host\": \"192.0.2.10\", "
		"\"where\": \"/etc/y:1\"},"
		"{\"kind\": \"mail\", \"host\": \"<script>x\", \"port\": 25, "
		"\"where\": \"/etc/z:1\"}]}");
	put("database", "guest.json", "{\"hostname\": \"db1.example\", "
		"\"interfaces\": [{\"addresses\": [\"2001:db8::7/64\"]}]}");
	put("database", "findings.json", "{\"tier\": \"not-ready\", "
		"\"findings\": [{\"rule\": \"a.common\", \"severity\": "
		"\"warning\", \"title\": \"common\"}], \"dependencies\": ["
		"{\"kind\": \"http\", \"host\": \"www.example.\", "
		"\"where\": \"/etc/w:1\"}]}");
	put("alone", "findings.json", "{\"findings\": []}");
	return 0;
}

static int
tear_down(void **state)
{
	struct error err = {0};

	(void)state;
	return io_remove_tree(folder, &err);
}

static void
read_all(struct fleet *fleet)
{
	char *names[] = {NULL};
	struct error err = {0};

	assert_ok(fleet_read(fleet, folder, names, &err), &err);
	assert_int_equal(fleet->count, 3); /* alone, database, web */
}

static char *
print(const char *format)
{
	AUTO(fleet_release) struct fleet fleet = {0};
	struct error err = {0};
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	read_all(&fleet);
	assert_non_null(out);
	assert_ok(fleet_print(&fleet, format, out, &err), &err);
	assert_int_equal(fclose(out), 0);
	return text;
}

static const struct {
	const char *host;
	bool meant;
} hosts[] = {
	{"database", true}, {"DB1", true}, {"db1.example", true},
	{"DB1.Example.", true}, {"2001:db8::7", true}, {"[2001:DB8::7]", true},
	{"db1.other", false}, {"db", false}, {"db12", false},
	{"example", false}, {"2001:db8::70", false}, {"2001:db8::", false},
	{"192.0.2.10", false}, {"", false}, {".", false}, {"[]", false},
};

static void
host_is_meant_by_name_and_address(void **state)
{
	AUTO(fleet_release) struct fleet fleet = {0};

	(void)state;
	read_all(&fleet);
	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
		if (fleet_is_meant(&fleet.parts[1], hosts[i].host) !=
			hosts[i].meant)
			fail_msg("%s", hosts[i].host);
}

static void
links_lead_to_machines_and_not_to_oneself(void **state)
{
	AUTO(fleet_release) struct fleet fleet = {0};

	(void)state;
	read_all(&fleet);
	assert_int_equal(fleet.link_count, 4);
	assert_int_equal(fleet.links[0].from, 1);
	assert_int_equal(fleet.links[0].to, 2);
	assert_int_equal(fleet.links[1].to, 1);
	assert_int_equal(fleet.links[1].port, 5432);
	assert_int_equal(fleet.links[2].to, 1);
	assert_true(fleet.links[3].to == FLEET_OUTSIDE);
}

static void
common_findings_come_first(void **state)
{
	AUTO(fleet_release) struct fleet fleet = {0};

	(void)state;
	read_all(&fleet);
	assert_int_equal(fleet.rule_count, 2);
	assert_string_equal(json_text(fleet.rules[0].finding, "rule", ""),
		"a.common");
	assert_int_equal(fleet.rules[0].count, 2);
	assert_int_equal(fleet.rules[1].count, 1);
}

static void
page_draws_every_link_and_escapes_every_text(void **state)
{
	AUTO(freep) char *page = print("html");
	size_t edges = 0;

	(void)state;
	for (const char *at = page; (at = strstr(at, "class=\"edge\"")) != NULL;
		at++)
		edges++;
	assert_int_equal(edges, 4);
	assert_non_null(strstr(page, "<h1>3 machines</h1>"));
	assert_non_null(strstr(page, "&lt;script&gt;x"));
	assert_non_null(strstr(page, "&lt;b&gt;rare"));
	assert_null(strstr(page, "<script>x"));
	assert_null(strstr(page, " style="));
}

static void
every_format_has_every_machine(void **state)
{
	static const char *const formats[] = {"text", "html", "json", "csv"};

	(void)state;
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
		AUTO(freep) char *text = print(formats[i]);

		assert_non_null(strstr(text, "alone"));
		assert_non_null(strstr(text, "database"));
		assert_non_null(strstr(text, "web"));
	}
}

static void
what_is_not_known_is_not_zero(void **state)
{
	AUTO(freep) char *text = print("text");
	AUTO(freep) char *csv = print("csv");

	(void)state;
	assert_null(strstr(text, "port 0"));
	assert_null(strstr(csv, "\"0\"\n"));
}

static void
unknown_machine_and_format_are_refused(void **state)
{
	char name[] = "nobody";
	char *names[] = {name, NULL};
	AUTO(fleet_release) struct fleet fleet = {0};
	struct fleet none;
	struct error err = {0};

	(void)state;
	assert_int_equal(fleet_read(&none, folder, names, &err), -1);
	assert_non_null(strstr(err.text, "nobody"));
	read_all(&fleet);
	assert_int_equal(fleet_print(&fleet, "sarif", stdout, &err), -1);
	assert_non_null(strstr(err.hint, "html"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_is_meant_by_name_and_address),
		cmocka_unit_test(links_lead_to_machines_and_not_to_oneself),
		cmocka_unit_test(common_findings_come_first),
		cmocka_unit_test(page_draws_every_link_and_escapes_every_text),
		cmocka_unit_test(every_format_has_every_machine),
		cmocka_unit_test(what_is_not_known_is_not_zero),
		cmocka_unit_test(unknown_machine_and_format_are_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
