/*
 * Findings: a rule of the catalogue plus where it was met.  They are kept in
 * the form in which findings.json shows them.  The rules are in catalogue.c.
 */
#include "convert/assess/finding.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/error.h"
#include "common/json.h"
#include "common/own.h"

/* A hostile guest must not be able to fill the report. */
enum { EVIDENCE_LIMIT = 200 };

struct findings {
	json_t *list;
	bool lost; /* something could not be kept: no memory */
	char assessed[32]; /* when, if it was read from a file */
};

struct findings *
findings_new(void)
{
	AUTO(freep) struct findings *findings = calloc(1, sizeof *findings);

	if (findings == NULL || (findings->list = json_array()) == NULL)
		return NULL;
	return take(findings);
}

void
findings_free(struct findings *findings)
{
	if (findings == NULL)
		return;
	json_decref(findings->list);
	free(findings);
}

int
findings_read(struct findings **findings_out, const char *path,
	struct error *err)
{
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(json_decrefpp) json_t *json = NULL;
	json_t *list;

	if (findings == NULL)
		return error_set(err, ENOMEM, "read %s", path);
	if (json_file_read(&json, path, err) == -1)
		return -1;
	list = json_object_get(json, "findings");
	if (!json_is_array(list))
		return error_set(err, EBADMSG, "%s: no findings", path);
	if (json_array_extend(findings->list, list) == -1)
		return error_set(err, ENOMEM, "read %s", path);
	snprintf(findings->assessed, sizeof findings->assessed, "%s",
		json_text(json, "assessed", ""));
	*findings_out = take(findings);
	return 0;
}

static json_t *
find(const struct findings *findings, const char *id)
{
	size_t i;
	json_t *finding;

	json_array_foreach(findings->list, i, finding)
	{
		if (strcmp(json_text(finding, "rule", ""), id) == 0)
			return finding;
	}
	return NULL;
}

/* Borrowed from the list; NULL when out of memory. */
static json_t *
begin(struct findings *findings, const struct rule *rule)
{
	json_t *finding = json_pack("{ss ss ss ss ss sn s[]}", "rule", rule->id,
		"title", rule->title, "severity", severity_name(rule->severity),
		"why", rule->why, "action", rule->action, "done", "evidence");

	if (json_array_append_new(findings->list, finding) == -1)
		return NULL;
	return finding;
}

static bool
has_evidence(const json_t *list, const json_t *evidence)
{
	size_t i;
	json_t *item;

	json_array_foreach(list, i, item)
	{
		if (json_equal(item, evidence))
			return true;
	}
	return false;
}

void
finding_add(struct findings *findings, const char *id, const char *where,
	unsigned line, const char *what, const char *done)
{
	const struct rule *rule = catalogue_rule(id);
	json_t *finding = find(findings, id), *evidence, *list;
	char place[1024];

	assert(rule != NULL);
	if (finding == NULL)
		finding = begin(findings, rule);
	list = json_object_get(finding, "evidence");
	if (json_array_size(list) >= EVIDENCE_LIMIT)
		return;
	if (line == 0)
		snprintf(place, sizeof place, "%s", where);
	else
		snprintf(place, sizeof place, "%s:%u", where, line);
	evidence = json_object();
	if (finding == NULL || json_set_text(evidence, "where", place) == -1 ||
		json_set_text(evidence, "what", what) == -1 ||
		(!has_evidence(list, evidence) &&
			json_array_append(list, evidence) == -1))
		findings->lost = true;
	json_decref(evidence);
	if (finding != NULL && done != NULL &&
		json_is_null(json_object_get(finding, "done")) &&
		json_set_text(finding, "done", done) == -1)
		findings->lost = true;
}

unsigned
findings_count(const struct findings *findings, enum severity severity)
{
	unsigned count = 0;
	size_t i;
	json_t *finding;

	json_array_foreach(findings->list, i, finding)
	{
		if (strcmp(json_text(finding, "severity", ""),
			    severity_name(severity)) == 0)
			count++;
	}
	return count;
}

bool
findings_have(const struct findings *findings, const char *rule)
{
	return find(findings, rule) != NULL;
}

/* Append copies of the findings of one severity. */
static int
append_severity(json_t *to, const struct findings *findings,
	enum severity severity, bool applied)
{
	size_t i;
	json_t *finding;

	json_array_foreach(findings->list, i, finding)
	{
		json_t *copy;

		if (strcmp(json_text(finding, "severity", ""),
			    severity_name(severity)) != 0)
			continue;
		copy = json_deep_copy(finding);
		if (json_array_append_new(to, copy) == -1)
			return -1;
		if (!applied &&
			json_object_set_new(copy, "done", json_null()) == -1)
			return -1;
	}
	return 0;
}

json_t *
findings_to_json(const struct findings *findings, const char *machine,
	bool applied)
{
	AUTO(json_decrefpp) json_t *list = json_array();
	char assessed[32];
	time_t now = time(NULL);
	struct tm utc;

	strftime(assessed, sizeof assessed, "%Y-%m-%dT%H:%M:%SZ",
		gmtime_r(&now, &utc));
	if (findings->lost || list == NULL)
		return NULL;
	for (int s = SEVERITY_BLOCKER; s <= SEVERITY_INFORMATION; s++) {
		if (append_severity(list, findings, (enum severity)s,
			    applied) == -1)
			return NULL;
	}
	return json_pack("{ss ss ss sO}", "format", "unrack-findings/1",
		"machine", machine, "assessed",
		findings->assessed[0] != '\0' ? findings->assessed : assessed,
		"findings", list);
}
