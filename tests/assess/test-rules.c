/*
 * Every rule is proven: by tests/assess/rules/ID/fires and .../silent, small
 * trees that it is applied to (more of a kind are fires-NAME and silent-NAME), or
 * by the test that it names.  A tree has root/
 * (the guest's files), inventory.json, guest.json and host.json, each if wanted;
 * fires/expected holds the evidence, a line "WHERE | WHAT" each, and
 * fires/dependencies, if it is there, "KIND HOST PORT | WHERE".  UNRACK_UPDATE=1
 * writes them anew: then read them.
 */
#include "tests/harness.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/examine.h"

static const char folder[] = "tests/assess/rules";

/* The day on which the trees are looked at. */
static const char today[] = "2026-01-31";

static char *
path_of(const char *id, const char *kind, const char *name)
{
	char *path = io_format("%s/%s/%s/%s", folder, id, kind, name);

	assert_non_null(path);
	return path;
}

static json_t *
read_facts(const char *id, const char *kind, const char *name)
{
	AUTO(freep) char *path = path_of(id, kind, name);
	json_t *json = NULL;
	struct error err = {0};

	if (access(path, F_OK) == 0)
		assert_ok(json_file_read(&json, path, &err), &err);
	return json;
}

/* What the rule says about one of its trees, as findings.json has it. */
static json_t *
look_at(const struct rule *rule, const char *kind)
{
	AUTO(freep) char *root = path_of(rule->id, kind, "root");
	AUTO(files_freep) struct files *files = files_new();
	AUTO(packages_freep) struct packages *packages = packages_new();
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(json_decrefpp) json_t *inventory =
		read_facts(rule->id, kind, "inventory.json");
	AUTO(json_decrefpp) json_t *guest =
		read_facts(rule->id, kind, "guest.json");
	AUTO(json_decrefpp) json_t *host =
		read_facts(rule->id, kind, "host.json");
	struct examination examination = {.files = files, .packages = packages,
		.inventory = inventory, .host = host, .guest = guest, .today = today,
		.findings = findings};
	struct error err = {0};

	if (access(root, F_OK) == 0)
		assert_ok(files_read_folder(files, root, &err), &err);
	else if (inventory == NULL && guest == NULL)
		fail_msg("%s has nothing in %s", rule->id, kind);
	packages_read_files(packages, files);
	examine_rule(&examination, rule);
	return findings_to_json(findings, "machine", false);
}

static void
print_evidence(FILE *out, const json_t *json)
{
	const json_t *finding =
		json_array_get(json_object_get(json, "findings"), 0);
	const json_t *list = json_object_get(finding, "evidence"), *item;
	size_t i;

	json_array_foreach(list, i, item)
		fprintf(out, "%s | %s\n", json_text(item, "where", ""),
			json_text(item, "what", ""));
}

static void
print_dependencies(FILE *out, const json_t *json)
{
	const json_t *list = json_object_get(json, "dependencies"), *item;
	size_t i;

	json_array_foreach(list, i, item)
		fprintf(out, "%s %s %ju | %s\n", json_text(item, "kind", ""),
			json_text(item, "host", ""),
			(uintmax_t)json_number(item, "port", 0),
			json_text(item, "where", ""));
}

static bool
is_as_expected(const struct rule *rule, const char *kind, const char *name,
	const char *seen)
{
	AUTO(freep) char *path = path_of(rule->id, kind, name);
	AUTO(freep) char *expected = NULL;
	struct error err = {0};

	if (getenv("UNRACK_UPDATE") != NULL)
		assert_ok(io_write_file(path, seen, strlen(seen), 0644, &err),
			&err);
	if (io_read_file(&expected, NULL, path, 1 << 20, &err) == -1)
		print_error("%s: %s\n", rule->id, err.text);
	else if (strcmp(expected, seen) != 0)
		print_error("%s: saw\n%sin place of\n%s", rule->id, seen,
			expected);
	else
		return true;
	return false;
}

/* What one of the printers prints. */
static char *
text_of(void (*print)(FILE *, const json_t *), const json_t *json)
{
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	assert_non_null(out);
	print(out, json);
	assert_int_equal(fclose(out), 0);
	return text;
}

static bool
fires(const struct rule *rule, const char *kind)
{
	AUTO(json_decrefpp) json_t *json = look_at(rule, kind);
	AUTO(freep) char *seen = text_of(print_evidence, json);
	AUTO(freep) char *others = text_of(print_dependencies, json);
	AUTO(freep) char *path = path_of(rule->id, kind, "dependencies");

	if (*seen == '\0') {
		print_error("%s does not fire on %s\n", rule->id, kind);
		return false;
	}
	if (access(path, F_OK) == 0 &&
		!is_as_expected(rule, kind, "dependencies", others))
		return false;
	return is_as_expected(rule, kind, "expected", seen);
}

static bool
stays_silent(const struct rule *rule, const char *kind)
{
	AUTO(json_decrefpp) json_t *json = look_at(rule, kind);

	if (json_array_size(json_object_get(json, "findings")) == 0)
		return true;
	print_error("%s fires on %s, where it should not:\n", rule->id, kind);
	print_evidence(stderr, json);
	return false;
}

/* Is it one of the trees "fires", "fires-NAME"? */
static bool
is_tree(const char *name, const char *kind)
{
	size_t n = strlen(kind);

	return strncmp(name, kind, n) == 0 &&
		(name[n] == '\0' || name[n] == '-');
}

/* How many of its trees go wrong; there must be one of each kind. */
static unsigned
count_wrong(const struct rule *rule)
{
	AUTO(freep) char *path = io_format("%s/%s", folder, rule->id);
	DIR *dir = opendir(path);
	const struct dirent *entry;
	unsigned wrong = 0, fired = 0, silent = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (is_tree(entry->d_name, "fires")) {
			wrong += !fires(rule, entry->d_name);
			fired++;
		} else if (is_tree(entry->d_name, "silent")) {
			wrong += !stays_silent(rule, entry->d_name);
			silent++;
		} else if (entry->d_name[0] != '.')
			fail_msg("%s/%s is no tree", path, entry->d_name);
	}
	if (dir != NULL)
		closedir(dir);
	if (fired == 0 || silent == 0)
		print_error("%s lacks a tree\n", rule->id);
	return wrong + (fired == 0) + (silent == 0);
}

static bool
is_looked_for(const struct rule *rule)
{
	return rule->clues != NULL || rule->software != NULL ||
		rule->devices != NULL || rule->look != NULL;
}

static void
every_rule_fires_and_stays_silent(void **state)
{
	const struct rule *rule;
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; (rule = catalogue_at(i)) != NULL; i++) {
		if (is_looked_for(rule))
			wrong += count_wrong(rule);
	}
	assert_int_equal(wrong, 0);
}

static bool
is_proven_elsewhere(const struct rule *rule)
{
	AUTO(freep) char *text = NULL;
	struct error err = {0};

	if (rule->proof == NULL)
		print_error("%s is not proven\n", rule->id);
	else if (io_read_file(&text, NULL, rule->proof, 1 << 20, &err) == -1)
		print_error("%s: %s\n", rule->id, err.text);
	else if (strstr(text, rule->id) == NULL)
		print_error("%s does not speak of %s\n", rule->proof, rule->id);
	else
		return true;
	return false;
}

static void
rules_that_work_on_disks_name_their_proof(void **state)
{
	const struct rule *rule;
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; (rule = catalogue_at(i)) != NULL; i++) {
		if (!is_looked_for(rule))
			wrong += !is_proven_elsewhere(rule);
		else if (rule->proof != NULL)
			fail_msg("%s has trees and a proof", rule->id);
	}
	assert_int_equal(wrong, 0);
}

/* In POSIX's brackets a backslash is one, and the letter behind it another. */
static void
no_pattern_has_escapes_that_are_none(void **state)
{
	const struct rule *rule;

	(void)state;
	for (size_t i = 0; (rule = catalogue_at(i)) != NULL; i++) {
		for (const struct clue *clue = rule->clues;
			clue != NULL && clue->files != NULL; clue++) {
			for (const char *at = clue->pattern;
				(at = strchr(at, '\\')) != NULL; at += 2) {
				if (isalnum((unsigned char)at[1]))
					fail_msg("%s: %s", rule->id,
						clue->pattern);
			}
		}
	}
}

static void
no_tree_is_left_over(void **state)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.' &&
			catalogue_rule(entry->d_name) == NULL)
			fail_msg("there is no rule %s", entry->d_name);
	}
	closedir(dir);
}

/* Add a file of 256 KiB that is a line again and again, with a number in it. */
static void
add_lines(struct files *files, const char *path, const char *start,
	const char *end)
{
	AUTO(freep) char *text = malloc(FILES_TEXT_LIMIT + 100);
	size_t used = 0;

	assert_non_null(text);
	for (unsigned i = 0; used < FILES_TEXT_LIMIT; i++)
		used += (size_t)snprintf(text + used, 100, "%s%u%s\n", start, i,
			end);
	files_add(files, path, text, FILES_TEXT_LIMIT);
}

/* Going through all accounts line by line for each job takes ten minutes. */
static void
jobs_of_as_many_accounts_are_examined_in_time(void **state)
{
	AUTO(files_freep) struct files *files = files_new();
	AUTO(packages_freep) struct packages *packages = packages_new();
	AUTO(findings_freep) struct findings *findings = findings_new();
	struct examination examination = {.files = files, .packages = packages,
		.today = "2026-01-31", .findings = findings};

	(void)state;
	add_lines(files, "/etc/passwd", "v", ":x:2000:1::/:/bin/sh");
	add_lines(files, "/etc/cron.d/a", "* * * * * root su - u", "");
	add_lines(files, "/etc/cron.d/b", "* * * * * root su - u", "");
	files_settle(files);
	for (unsigned i = 0; i < 25; i++)
		examine_rule(&examination,
			catalogue_rule("identity.named-account"));
	assert_false(findings_have(findings, "identity.named-account"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_fires_and_stays_silent),
		cmocka_unit_test(rules_that_work_on_disks_name_their_proof),
		cmocka_unit_test(no_pattern_has_escapes_that_are_none),
		cmocka_unit_test(no_tree_is_left_over),
		cmocka_unit_test(jobs_of_as_many_accounts_are_examined_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
