/*
 * Findings: a rule of the catalogue plus where it was met.  They are kept in
 * the form in which findings.json shows them, with what else an assessment
 * tells: other machines, what could not be read, what was accepted.
 */
#include "convert/assess/finding.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/error.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/assess/secret.h"
#include "convert/assess/waiver.h"

/* A hostile guest must not be able to fill the report. */
enum { EVIDENCE_LIMIT = 200, LIST_LIMIT = 500, WHAT_BYTES = 400,
	READ_BYTES = 8192 };

/* Nor keep us busy by the same, over and over. */
enum { TRY_LIMIT = 5000 };

struct findings {
	json_t *list;
	json_t *limits, *dependencies, *listeners, *size;
	json_t *tries; /* how often something was to be added, by the list */
	bool is_grave; /* one of the limits */
	bool lost; /* something could not be kept: no memory */
	char assessed[32]; /* when, if it was read from a file */
};

struct findings *
findings_new(void)
{
	AUTO(findings_freep) struct findings *findings =
		calloc(1, sizeof *findings);

	if (findings == NULL)
		return NULL;
	findings->list = json_array();
	findings->limits = json_array();
	findings->dependencies = json_array();
	findings->listeners = json_array();
	findings->size = json_object();
	findings->tries = json_object();
	if (findings->list == NULL || findings->limits == NULL ||
		findings->dependencies == NULL || findings->listeners == NULL ||
		findings->size == NULL)
		return NULL;
	return take(findings);
}

void
findings_free(struct findings *findings)
{
	if (findings == NULL)
		return;
	json_decref(findings->list);
	json_decref(findings->limits);
	json_decref(findings->dependencies);
	json_decref(findings->listeners);
	json_decref(findings->size);
	json_decref(findings->tries);
	free(findings);
}

static int
copy_list(json_t *to, const json_t *from, const char *key)
{
	json_t *list = json_object_get(from, key);

	return json_is_array(list) ? json_array_extend(to, list) : 0;
}

int
findings_read(struct findings **findings_out, const char *path,
	struct error *err)
{
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(json_decrefpp) json_t *json = NULL;
	json_t *confidence, *size;

	if (findings == NULL)
		return error_set(err, ENOMEM, "read %s", path);
	if (json_file_read(&json, path, err) == -1)
		return -1;
	if (!json_is_array(json_object_get(json, "findings")))
		return error_set(err, EBADMSG, "%s: no findings", path);
	confidence = json_object_get(json, "confidence");
	size = json_object_get(json, "size");
	findings->is_grave =
		strcmp(json_text(confidence, "level", ""), "low") == 0;
	if (copy_list(findings->list, json, "findings") == -1 ||
		copy_list(findings->limits, confidence, "limits") == -1 ||
		copy_list(findings->dependencies, json, "dependencies") == -1 ||
		copy_list(findings->listeners, json, "listeners") == -1 ||
		(json_is_object(size) &&
			json_object_update(findings->size, size) == -1))
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
	const char *remedy;
	const char *kind = rule_remedy(rule, &remedy);
	json_t *finding = json_pack(
		"{ss ss ss ss ss ss ss sn s{ss ss} sn sn s[]}", "rule",
		rule->id, "title", rule->title, "severity",
		severity_name(rule->severity), "group",
		group_name(rule_group(rule)), "confidence", "possible", "why",
		rule->why, "action", rule->action, "effect", "remediation",
		"kind", kind, "text", remedy, "waiver", "done", "evidence");

	if (json_array_append_new(findings->list, finding) == -1)
		return NULL;
	return finding;
}

static bool
has_item(const json_t *list, const json_t *wanted)
{
	size_t i;
	json_t *item;

	json_array_foreach(list, i, item)
	{
		if (json_equal(item, wanted))
			return true;
	}
	return false;
}

/* Takes the item; each is kept once. */
static void
append(struct findings *findings, json_t *list, json_t *item, size_t limit)
{
	AUTO(json_decrefpp) json_t *taken = item;

	if (taken == NULL)
		findings->lost = true;
	else if (json_array_size(list) < limit && !has_item(list, taken) &&
		json_array_append(list, taken) == -1)
		findings->lost = true;
}

/* Columns and breaks of lines are one blank each. */
static void
flatten(char *text)
{
	char *to = text;

	for (const char *at = text; *at != '\0'; at++) {
		if (!isspace((unsigned char)*at))
			*to++ = *at;
		else if (to > text && to[-1] != ' ')
			*to++ = ' ';
	}
	*to = '\0';
}

static json_t *
evidence_json(const char *where, unsigned line, const char *what)
{
	AUTO(freep) char *text = strndup(what, READ_BYTES);
	AUTO(json_decrefpp) json_t *evidence = json_object();
	char place[1024];

	if (text == NULL)
		return NULL;
	secret_mask_line(text, where);
	flatten(text);
	if (strlen(text) > WHAT_BYTES)
		memcpy(text + WHAT_BYTES - 3, "...", 4);
	if (line == 0)
		snprintf(place, sizeof place, "%s", where);
	else
		snprintf(place, sizeof place, "%s:%u", where, line);
	secret_mask_path(place);
	if (json_set_text(evidence, "where", place) == -1 ||
		json_set_text(evidence, "what", text) == -1)
		return NULL;
	return take(evidence);
}

/* The surest evidence decides. */
static void
raise_confidence(json_t *finding, enum confidence confidence)
{
	const char *name = json_text(finding, "confidence", "");

	for (int c = CONFIDENCE_CERTAIN; c <= CONFIDENCE_POSSIBLE; c++) {
		if (strcmp(name, confidence_name((enum confidence)c)) == 0 &&
			(int)confidence < c)
			json_object_set_new(finding, "confidence",
				json_string(confidence_name(confidence)));
	}
}

/* May one more be added to what `key` names?  Called for each that is. */
static bool
takes_more(struct findings *findings, const char *key, const json_t *list,
	size_t limit)
{
	json_int_t tries = json_integer_value(json_object_get(findings->tries,
		key));

	if (tries >= TRY_LIMIT || json_array_size(list) >= limit)
		return false;
	if (json_object_set_new(findings->tries, key,
		    json_integer(tries + 1)) == -1)
		findings->lost = true;
	return true;
}

void
finding_add_as(struct findings *findings, const char *id,
	enum confidence confidence, const char *where, unsigned line,
	const char *what, const char *done)
{
	const struct rule *rule = catalogue_rule(id);
	json_t *finding = find(findings, id), *evidence;

	assert(rule != NULL);
	if (finding == NULL)
		finding = begin(findings, rule);
	if (finding == NULL) {
		findings->lost = true;
		return;
	}
	evidence = json_object_get(finding, "evidence");
	if (takes_more(findings, id, evidence, EVIDENCE_LIMIT))
		append(findings, evidence, evidence_json(where, line, what),
			EVIDENCE_LIMIT);
	raise_confidence(finding, confidence);
	if (done != NULL && json_is_null(json_object_get(finding, "done")) &&
		(json_set_text(finding, "done", done) == -1 ||
			json_set_text(finding, "effect", done) == -1))
		findings->lost = true;
}

/* With or without the number of a line behind it. */
static bool
is_at(const json_t *evidence, const char *where)
{
	const char *place = json_text(evidence, "where", "");
	size_t bytes = strlen(where);

	return strncmp(place, where, bytes) == 0 &&
		(place[bytes] == '\0' || place[bytes] == ':');
}

void
finding_take_back(struct findings *findings, const char *id, const char *where)
{
	json_t *finding = find(findings, id);
	json_t *evidence = json_object_get(finding, "evidence");
	size_t i = 0;

	while (i < json_array_size(evidence))
		if (is_at(json_array_get(evidence, i), where))
			json_array_remove(evidence, i);
		else
			i++;
	if (finding == NULL || i > 0)
		return;
	for (i = 0; json_array_get(findings->list, i) != finding; i++)
		continue;
	json_array_remove(findings->list, i);
}

/* Nothing has been done, so the effect is said as what will be. */
static int
take_back(json_t *finding)
{
	const struct rule *rule = catalogue_rule(json_text(finding, "rule", ""));

	if (!json_is_null(json_object_get(finding, "done")) && rule != NULL &&
		rule->effect != NULL &&
		json_set_text(finding, "effect", rule->effect) == -1)
		return -1;
	return json_object_set_new(finding, "done", json_null());
}

void
findings_undo(struct findings *findings, const char *where)
{
	for (size_t i = json_array_size(findings->list); i-- > 0;) {
		json_t *finding = json_array_get(findings->list, i);
		const json_t *evidence = json_object_get(finding, "evidence");
		size_t count = json_array_size(evidence), here = 0;

		if (json_is_null(json_object_get(finding, "done")))
			continue;
		for (size_t k = 0; k < count; k++)
			here += is_at(json_array_get(evidence, k), where);
		if (here == count && take_back(finding) == -1)
			findings->lost = true;
		else if (here > 0 && here < count)
			finding_take_back(findings,
				json_text(finding, "rule", ""), where);
	}
}

void
finding_add(struct findings *findings, const char *id, const char *where,
	unsigned line, const char *what, const char *done)
{
	const struct rule *rule = catalogue_rule(id);

	assert(rule != NULL);
	finding_add_as(findings, id, rule->confidence, where, line, what, done);
}

static json_t *
safe(const char *text, void (*mask)(char *text))
{
	char copy[256];

	snprintf(copy, sizeof copy, "%s", text);
	mask(copy);
	return json_safe_string(copy, strlen(copy));
}

static json_t *
port_json(unsigned port)
{
	return port == 0 ? json_null() : json_integer((json_int_t)port);
}

void
findings_add_dependency(struct findings *findings, const char *kind,
	const char *host, unsigned port, const char *where)
{
	if (!takes_more(findings, "dependencies", findings->dependencies,
		    LIST_LIMIT))
		return;
	append(findings, findings->dependencies,
		json_pack("{ss so so so}", "kind", kind, "host", safe(host, secret_mask),
			"port", port_json(port), "where", safe(where, secret_mask_path)),
		LIST_LIMIT);
}

void
findings_add_listener(struct findings *findings, const char *program,
	const char *protocol, unsigned port, const char *where)
{
	if (!takes_more(findings, "listeners", findings->listeners, LIST_LIMIT))
		return;
	append(findings, findings->listeners,
		json_pack("{so ss so so}", "program", safe(program, secret_mask), "protocol",
			protocol, "port", port_json(port), "where",
			safe(where, secret_mask_path)),
		LIST_LIMIT);
}

bool
findings_have_listener(const struct findings *findings, const char *program)
{
	size_t i;
	json_t *item;

	json_array_foreach(findings->listeners, i, item)
	{
		if (strcmp(json_text(item, "program", ""), program) == 0)
			return true;
	}
	return false;
}

void
findings_add_limit(struct findings *findings, bool is_grave,
	const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	findings->is_grave = findings->is_grave || is_grave;
	append(findings, findings->limits, safe(text, secret_mask_path),
		LIST_LIMIT);
}

void
findings_set_size(struct findings *findings, json_t *size)
{
	if (size == NULL || json_object_update(findings->size, size) == -1)
		findings->lost = true;
	json_decref(size);
}

/* ---- waivers ---- */

static bool
covers_all(const struct waiver *waiver, const json_t *finding)
{
	const json_t *list = json_object_get(finding, "evidence"), *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (!waiver_covers(waiver, json_text(item, "where", "")))
			return false;
	}
	return true;
}

static void
note_ended(struct findings *findings, const struct waivers *waivers,
	const struct waiver *waiver)
{
	char what[320];

	snprintf(what, sizeof what, "%.80s, accepted by %.80s, ended on %s",
		waiver->rule, waiver->who, waiver->until);
	finding_add(findings, "operations.waiver-ended", waivers->file, 0, what,
		NULL);
}

void
findings_waive(struct findings *findings, const struct waivers *waivers,
	const char *machine, const char *today)
{
	for (size_t i = 0; i < waivers->count; i++) {
		const struct waiver *waiver = &waivers->list[i];
		json_t *finding = find(findings, waiver->rule);

		if (finding == NULL ||
			!waiver_names(waiver, waiver->rule, machine) ||
			!covers_all(waiver, finding))
			continue;
		if (waiver_has_ended(waiver, today))
			note_ended(findings, waivers, waiver);
		else
			json_object_set_new(finding, "waiver",
				json_pack("{ss ss ss}", "who", waiver->who,
					"why", waiver->why, "until",
					waiver->until));
	}
}

/* ---- the sum of it ---- */

enum tier
findings_tier(const struct findings *findings)
{
	enum tier tier = TIER_READY;
	size_t i;
	json_t *finding;

	json_array_foreach(findings->list, i, finding)
	{
		const char *severity = json_text(finding, "severity", "");
		bool is_handled = json_text(finding, "done", NULL) != NULL;
		enum tier needs = TIER_READY;

		if (json_is_object(json_object_get(finding, "waiver")))
			continue;
		if (strcmp(severity, severity_name(SEVERITY_BLOCKER)) == 0)
			needs = TIER_NOT_READY;
		else if (is_handled)
			needs = TIER_READY_WITH_CHANGES;
		else if (strcmp(severity, severity_name(SEVERITY_WARNING)) == 0)
			needs = TIER_NEEDS_DECISIONS;
		tier = needs > tier ? needs : tier;
	}
	return tier;
}

const char *
tier_name(enum tier tier)
{
	static const char *const names[] = {
		[TIER_READY] = "ready",
		[TIER_READY_WITH_CHANGES] = "ready-with-changes",
		[TIER_NEEDS_DECISIONS] = "needs-decisions",
		[TIER_NOT_READY] = "not-ready",
	};

	return names[tier];
}

static const char *
confidence_level(const struct findings *findings)
{
	return findings->is_grave			? "low"
		: json_array_size(findings->limits) > 0 ? "medium"
							: "high";
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
		if (!applied && take_back(copy) == -1)
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
	return json_pack("{ss ss ss ss s{ss sO} sO sO sO sO}", "format",
		"unrack-findings/1", "machine", machine, "assessed",
		findings->assessed[0] != '\0' ? findings->assessed : assessed,
		"tier", tier_name(findings_tier(findings)), "confidence",
		"level", confidence_level(findings), "limits", findings->limits,
		"size", findings->size, "dependencies", findings->dependencies,
		"listeners", findings->listeners, "findings", list);
}
