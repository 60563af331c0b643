/*
 * Findings in the format that code-scanning tools read (OASIS SARIF 2.1.0).
 * The paths are relative to the guest's root; what is no path, as a disk or
 * an interface, is a logical location.
 */
#include "convert/report/sarif.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <string.h>

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/report/parts.h"
#include "convert/report/uri.h"
#include "convert/report/words.h"

enum { FINGERPRINT_BYTES = 16 };

static const char *
level_of(const json_t *finding)
{
	static const struct {
		const char *severity, *level;
	} levels[] = {{"blocker", "error"}, {"warning", "warning"}};
	const char *severity = json_text(finding, "severity", "");

	for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
		if (strcmp(levels[i].severity, severity) == 0)
			return levels[i].level;
	return "note";
}

static json_t *
message(const char *text, const char *fallback)
{
	return json_pack("{s:s}", "text", *text == '\0' ? fallback : text);
}

static json_t *
rule_of(const json_t *finding)
{
	const char *title = json_text(finding, "title", "");

	return json_pack("{s:s, s:o, s:o, s:o, s:{s:s}, s:{s:[s]}}", "id",
		json_text(finding, "rule", "unknown"),
		"shortDescription", message(title, "A finding"),
		"fullDescription", message(json_text(finding, "why", ""), title),
		"help", message(json_text(finding, "action", ""),
			"Nothing is to be done."),
		"defaultConfiguration", "level", level_of(finding),
		"properties", "tags", json_text(finding, "group", "other"));
}

/* The length of the path in "/etc/fstab:3", and the line, or 0. */
static size_t
split_line(const char *where, unsigned long *line_out)
{
	const char *colon = strrchr(where, ':');
	char *end;

	*line_out = 0;
	if (colon == NULL || !isdigit((unsigned char)colon[1]))
		return strlen(where);
	*line_out = strtoul(colon + 1, &end, 10);
	if (*end != '\0' || *line_out == 0 || *line_out > 0x7fffffff) {
		*line_out = 0;
		return strlen(where);
	}
	return (size_t)(colon - where);
}

static json_t *
location_of(const char *where)
{
	unsigned long line;
	size_t bytes = split_line(where, &line), slashes = strspn(where, "/");
	AUTO(freep) char *uri = NULL;
	json_t *physical;

	if (slashes == 0 || slashes >= bytes)
		return json_pack("{s:[{s:s}]}", "logicalLocations",
			"fullyQualifiedName", where);
	uri = uri_encode(where + slashes, bytes - slashes);
	physical = json_pack("{s:{s:s, s:s}}", "artifactLocation", "uri",
		uri == NULL ? "" : uri,
		"uriBaseId", "GUEST");
	if (line > 0)
		json_object_set_new(physical, "region",
			json_pack("{s:I}", "startLine", (json_int_t)line));
	return json_pack("{s:o}", "physicalLocation", physical);
}

/* The same place after lines moved: rule, file and content, not the line. */
static json_t *
fingerprint(const json_t *finding, const json_t *evidence)
{
	const char *where = json_text(evidence, "where", "");
	unsigned char hash[EVP_MAX_MD_SIZE];
	char text[2 * FINGERPRINT_BYTES + 1] = "";
	unsigned long line;
	char *all = io_format("%s\n%.*s\n%s", json_text(finding, "rule", ""),
		(int)split_line(where, &line), where,
		json_text(evidence, "what", ""));

	if (all != NULL && EVP_Digest(all, strlen(all), hash, NULL,
		EVP_sha256(), NULL) == 1)
		for (size_t i = 0; i < FINGERPRINT_BYTES; i++)
			snprintf(text + 2 * i, 3, "%02x", hash[i]);
	free(all);
	return json_pack("{s:s}", "unrackPlace/v1", text);
}

static json_t *
properties_of(const json_t *finding)
{
	static const char *const keys[] = {"group", "confidence", "effect",
		"done"};
	json_t *properties = json_object();

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (json_text(finding, keys[i], NULL) != NULL)
			json_object_set(properties, keys[i],
				json_object_get(finding, keys[i]));
	return properties;
}

static json_t *
suppressions_of(const json_t *waiver)
{
	AUTO(freep) char *why = io_format("%s (%s, until %s)",
		json_text(waiver, "why", "?"), json_text(waiver, "who", "?"),
		json_text(waiver, "until", "?"));

	return json_pack("[{s:s, s:s, s:s}]", "kind", "external", "status",
		"accepted", "justification", why == NULL ? "" : why);
}

static json_t *
result_of(const json_t *finding, const json_t *evidence, size_t rule)
{
	AUTO(freep) char *text = io_format("%s%s%s",
		json_text(finding, "title", "A finding"),
		*json_text(evidence, "what", "") == '\0' ? "" : ": ",
		json_text(evidence, "what", ""));
	json_t *result = json_pack("{s:s, s:I, s:s, s:o, s:o, s:o}", "ruleId",
		json_text(finding, "rule", "unknown"), "ruleIndex",
		(json_int_t)rule, "level", level_of(finding), "message",
		message(text == NULL ? "" : text, "A finding"), "properties",
		properties_of(finding), "partialFingerprints",
		fingerprint(finding, evidence));

	if (*json_text(evidence, "where", "") != '\0')
		json_object_set_new(result, "locations", json_pack("[o]",
			location_of(json_text(evidence, "where", ""))));
	if (words_waiver(finding) != NULL)
		json_object_set_new(result, "suppressions",
			suppressions_of(words_waiver(finding)));
	return result;
}

static void
add_results(json_t *rules, json_t *results, const json_t *finding)
{
	const json_t *places = json_object_get(finding, "evidence"), *evidence;
	size_t rule = json_array_size(rules), i;

	json_array_append_new(rules, rule_of(finding));
	if (json_array_size(places) == 0)
		json_array_append_new(results, result_of(finding, NULL, rule));
	json_array_foreach(places, i, evidence)
		json_array_append_new(results,
			result_of(finding, evidence, rule));
}

void
sarif_print(FILE *out, const struct parts *parts)
{
	const json_t *list = json_object_get(parts->findings, "findings");
	AUTO(freep) char *id = io_format("unrack/%s", parts->machine);
	AUTO(json_decrefpp) json_t *log = NULL;
	json_t *rules = json_array(), *results = json_array();
	const json_t *finding;
	size_t i;

	json_array_foreach(list, i, finding)
		add_results(rules, results, finding);
	log = json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:s, s:o}}, s:{s:s}, "
			"s:{s:{s:{s:s}}}, s:s, s:o}]}",
		"$schema", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/"
		"errata01/os/schemas/sarif-schema-2.1.0.json", "version",
		"2.1.0", "runs", "tool", "driver", "name", "unrack",
		"semanticVersion", UNRACK_VERSION, "rules", rules,
		"automationDetails", "id", id == NULL ? "unrack" : id,
		"originalUriBaseIds", "GUEST", "description", "text",
		"The root of the guest's file systems", "columnKind",
		"utf16CodeUnits", "results", results);
	if (log != NULL && json_dumpf(log, out, JSON_INDENT(2)) == 0)
		fputc('\n', out);
}
