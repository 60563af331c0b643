/*
 * The problems and secrets of tests/by-hand/planted, without a guest around
 * them: what rules find in files is found here as well, and no secret with it.
 */
#include "tests/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/assess/examine.h"

#define FOLDER "tests/assess/planted/"

enum { TABLE_LIMIT = 1 << 20 };

/* "RULE|PLACE|CONTENT", or "PATH|CONTENT", cut into its parts. */
struct row {
	char *rule, *place, *content;
};

static char *
read_table(const char *name)
{
	AUTO(freep) char *path = io_format(FOLDER "%s", name);
	char *text = NULL;
	struct error err;

	assert_ok(io_read_file(&text, NULL, path, TABLE_LIMIT, &err), &err);
	return text;
}

static char *
cut(char **rest, const char *at)
{
	char *part = *rest;
	size_t bytes = strcspn(part, at);

	*rest = part + bytes + (part[bytes] != '\0');
	part[bytes] = '\0';
	return part;
}

/* As printf %b has it, as far as the tables use it. */
static void
unescape(char *text)
{
	char *to = text;

	for (; *text != '\0'; text++) {
		if (*text != '\\' || strchr("nt\\", text[1]) == NULL) {
			*to++ = *text;
			continue;
		}
		text++;
		*to++ = *text == 'n' ? '\n' : *text == 't' ? '\t' : '\\';
	}
	*to = '\0';
}

static bool
next_row(struct row *row, char **rest, bool has_rule)
{
	char *line;

	do {
		if (**rest == '\0')
			return false;
		line = cut(rest, "\n");
	} while (*line == '#' || *line == '\0');
	row->rule = has_rule ? cut(&line, "|") : NULL;
	row->place = cut(&line, "|");
	row->content = line;
	return true;
}

/* The file of a place: without the number of its line. */
static void
plant(struct files *files, const struct row *row)
{
	AUTO(freep) char *path = strdup(row->place);
	char *colon = strrchr(path, ':');

	if (strcmp(row->content, "-") == 0)
		return;
	if (row->rule != NULL && colon != NULL &&
		strspn(colon + 1, "0123456789") == strlen(colon + 1))
		*colon = '\0';
	unescape(row->content);
	assert_true(files_add(files, path, row->content,
		strlen(row->content)));
}

/* What the server had before. */
static const char passwd[] = "clerk:x:1000:1000::/home/clerk:/bin/bash\n";
static const char machine_id[] = "f2dd87ceab4b20432d10b6fc739b1029\n";

static void
plant_all(struct files *files)
{
	AUTO(freep) char *problems = read_table("problems");
	AUTO(freep) char *secrets = read_table("secrets");
	char *rest = problems;
	struct row row;

	while (next_row(&row, &rest, true))
		plant(files, &row);
	rest = secrets;
	while (next_row(&row, &rest, false))
		plant(files, &row);
	files_add(files, "/etc/passwd", passwd, sizeof passwd - 1);
	files_add(files, "/etc/machine-id", machine_id, sizeof machine_id - 1);
	files_add_link(files, "/etc/localtime",
		"/usr/share/zoneinfo/Europe/Berlin");
	files_settle(files);
}

static json_t *
assess(void)
{
	AUTO(files_freep) struct files *files = files_new();
	AUTO(packages_freep) struct packages *packages = packages_new();
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(json_decrefpp) json_t *inventory = NULL;
	AUTO(json_decrefpp) json_t *guest = NULL;
	struct examination examination = {.files = files,
		.packages = packages, .today = "2026-01-31",
		.findings = findings};
	struct error err;

	assert_ok(json_file_read(&inventory, FOLDER "inventory.json", &err),
		&err);
	assert_ok(json_file_read(&guest, FOLDER "guest.json", &err), &err);
	examination.inventory = inventory;
	examination.guest = guest;
	plant_all(files);
	examine(&examination);
	return findings_to_json(findings, "planted", false);
}

static bool
is_found(const json_t *json, const struct row *row)
{
	const json_t *list = json_object_get(json, "findings"), *finding;
	const json_t *evidence;
	size_t i, k;

	json_array_foreach(list, i, finding)
	{
		if (strcmp(json_text(finding, "rule", ""), row->rule) != 0)
			continue;
		json_array_foreach(json_object_get(finding, "evidence"), k,
			evidence)
		{
			if (strcmp(json_text(evidence, "where", ""),
				    row->place) == 0)
				return true;
		}
	}
	return false;
}

/* Those that disks or a conversion are needed for wait for the guest. */
static void
planted_problems_are_found_with_their_places(void **state)
{
	AUTO(json_decrefpp) json_t *json = assess();
	AUTO(freep) char *problems = read_table("problems");
	char *rest = problems;
	struct row row;
	unsigned count = 0;

	(void)state;
	while (next_row(&row, &rest, true)) {
		const struct rule *rule = catalogue_rule(row.rule);

		if (rule == NULL)
			fail_msg("there is no rule %s", row.rule);
		if (rule->proof != NULL)
			continue;
		if (!is_found(json, &row))
			fail_msg("%s was not found at %s", row.rule, row.place);
		count++;
	}
	assert_true(count >= 40);
}

static void
no_planted_secret_is_in_the_findings(void **state)
{
	AUTO(json_decrefpp) json_t *json = assess();
	AUTO(freep) char *text = json_dumps(json, JSON_INDENT(1));
	const char *at = strcasestr(text, "hu7nter");

	(void)state;
	if (at != NULL)
		fail_msg("%.100s", at > text + 80 ? at - 80 : text);
	assert_non_null(strstr(text, "********"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(planted_problems_are_found_with_their_places),
		cmocka_unit_test(no_planted_secret_is_in_the_findings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
