/*
 * The files that the stages leave, read once for every format of the report.
 * Which of them exist says how far the machine came; none is required.
 */
#include "convert/report/parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/report/words.h"
#include "convert/state/machine.h"

enum { STEPS_OF_A_SEVERITY = 5 };

static int
read_part(json_t **json_out, const struct machine *machine,
	const char *relative, struct error *err)
{
	AUTO(freep) char *path = machine_path(machine, "%s", relative);

	if (path == NULL)
		return error_set(err, ENOMEM, "read the report's parts");
	if (access(path, F_OK) == 0)
		return json_file_read(json_out, path, err);
	*json_out = json_object();
	return *json_out == NULL
		? error_set(err, ENOMEM, "read the report's parts") : 0;
}

int
parts_read(struct parts *parts_out, const struct machine *machine,
	struct error *err)
{
	struct parts parts = {.machine = machine->name};
	const struct {
		json_t **json;
		const char *path;
	} files[] = {
		{&parts.inventory, "inventory.json"},
		{&parts.guest, "report/guest.json"},
		{&parts.layout, "report/layout.json"},
		{&parts.findings, "report/findings.json"},
		{&parts.changes, "report/changes/index.json"},
		{&parts.session, "report/session.json"},
		{&parts.proof, "report/proof.json"},
	};

	parts.folder = machine_path(machine, "report");
	if (parts.folder == NULL)
		return error_set(err, ENOMEM, "read the report's parts");
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		if (read_part(files[i].json, machine, files[i].path, err) == 0)
			continue;
		parts_release(&parts);
		return -1;
	}
	*parts_out = parts;
	return 0;
}

void
parts_release(struct parts *parts)
{
	json_decref(parts->inventory);
	json_decref(parts->guest);
	json_decref(parts->layout);
	json_decref(parts->findings);
	json_decref(parts->changes);
	json_decref(parts->session);
	json_decref(parts->proof);
	free((void *)(uintptr_t)parts->folder);
	memset(parts, 0, sizeof *parts);
}

const char *
parts_verdict(const struct parts *parts)
{
	return json_text(parts->proof, "verdict", "unproven");
}

const char *
parts_reason(const struct parts *parts)
{
	return json_text(parts->proof, "reason",
		"The virtual machine was not booted.");
}

const char *
parts_tier(const struct parts *parts)
{
	return json_text(parts->findings, "tier", NULL);
}

bool
parts_is_migrated(const struct parts *parts)
{
	return json_object_size(parts->changes) > 0 ||
		json_object_size(parts->proof) > 0;
}

const char *
parts_failure(const struct parts *parts)
{
	return json_text(parts->session, "failure", NULL);
}

const char *
parts_system(const struct parts *parts)
{
	const char *failure = parts_failure(parts);

	return failure != NULL ? failure
			       : json_text(json_object_get(parts->guest, "os"),
					 "name", "");
}

char *
parts_title(const struct parts *parts)
{
	const char *tier = parts_tier(parts);

	return io_format("%s: %s", parts->machine,
		tier == NULL || parts_is_migrated(parts)
			? parts_verdict(parts) : word_tier(tier)->words);
}

char *
parts_lead(const struct parts *parts)
{
	size_t open = parts_count_open(parts);
	char blockers[WORDS_COUNT_BYTES], warnings[WORDS_COUNT_BYTES];

	if (parts_failure(parts) != NULL)
		return io_format("It could not be assessed: %s.",
			parts_failure(parts));
	if (parts_is_migrated(parts) || json_object_size(parts->findings) == 0)
		return io_format("%s", parts_reason(parts));
	if (open == 0)
		return io_format("Nothing is left for a person to decide.");
	return io_format("%zu %s left for a person: %s and %s were found "
		"in all.", open, open == 1 ? "finding is" : "findings are",
		words_count(blockers, parts_count(parts, "blocker"), "blocker"),
		words_count(warnings, parts_count(parts, "warning"), "warning"));
}

size_t
parts_count(const struct parts *parts, const char *severity)
{
	const json_t *finding;
	size_t i, count = 0;

	json_array_foreach(json_object_get(parts->findings, "findings"), i,
		finding)
		count += strcmp(json_text(finding, "severity", ""),
			severity) == 0;
	return count;
}

bool
parts_finding_is_open(const json_t *finding)
{
	return *json_text(finding, "action", "") != '\0' &&
		strcmp(json_text(finding, "severity", ""), "information") != 0 &&
		json_text(finding, "done", NULL) == NULL &&
		words_waiver(finding) == NULL;
}

size_t
parts_count_open(const struct parts *parts)
{
	const json_t *finding;
	size_t i, count = 0;

	json_array_foreach(json_object_get(parts->findings, "findings"), i,
		finding)
		count += parts_finding_is_open(finding);
	return count;
}

const struct parts_reason parts_skipped[] = {
	{"free_space", "free space, not read"},
	{"swap", "swap content, not read"},
	{"unallocated", "in no partition, and zeros"},
	{"zero_blocks", "blocks of zeros, not sent"},
	{NULL, NULL},
};

uint64_t
parts_disk_sum(const struct parts *parts, const char *key)
{
	const json_t *disk;
	uint64_t sum = 0;
	size_t i;

	json_array_foreach(json_object_get(parts->session, "disks"), i, disk)
		sum += json_number(disk, key, 0);
	return sum;
}

double
parts_seconds(const json_t *object, const char *key)
{
	return json_number_value(json_object_get(object, key));
}

double
parts_total_seconds(const struct parts *parts)
{
	const json_t *stage;
	double total = 0;
	size_t i;

	json_array_foreach(json_object_get(parts->session, "stages"), i, stage)
		total += parts_seconds(stage, "seconds");
	return total;
}

/*
 * What findings of this severity still ask of a person.  A list of forty is read
 * by nobody: the rest is among the findings.
 */
static void
add_actions(json_t *steps, const struct parts *parts, const char *severity)
{
	const json_t *finding;
	size_t i, count = 0;

	json_array_foreach(json_object_get(parts->findings, "findings"), i,
		finding) {
		if (strcmp(json_text(finding, "severity", ""), severity) != 0 ||
			!parts_finding_is_open(finding) ||
			count++ >= STEPS_OF_A_SEVERITY)
			continue;
		json_add(steps, "%s: %s", json_text(finding, "title",
			json_text(finding, "rule", "finding")),
			json_text(finding, "action", ""));
	}
	if (count > STEPS_OF_A_SEVERITY)
		json_add(steps, "Look through %zu more %ss among the findings.",
			count - STEPS_OF_A_SEVERITY, severity);
}

static void
add_disk_steps(json_t *steps, const struct parts *parts)
{
	uint64_t bad = parts_disk_sum(parts, "bad_sectors");

	if (bad > 0)
		json_add(steps, "The source had %ju unreadable sectors, which "
			"are zeros here: restore what they held from a backup.",
			(uintmax_t)bad);
}

json_t *
parts_next_steps(const struct parts *parts)
{
	const char *verdict = parts_verdict(parts), *name = parts->machine;
	json_t *steps = json_array(), *problem;
	size_t i;

	if (steps == NULL)
		return NULL;
	add_actions(steps, parts, "blocker");
	if (strcmp(verdict, "does-not-boot") == 0)
		json_add(steps, "Find out why it does not boot (%s): the console "
			"is in report/serial.log, the screen in report/boot.png.",
			parts_reason(parts));
	json_array_foreach(json_object_get(parts->proof, "problems"), i,
		problem)
		if (json_is_string(problem))
			json_add(steps, "Solve: %s.", json_string_value(problem));
	add_disk_steps(steps, parts);
	if (parts_failure(parts) != NULL)
		json_add(steps, "Copy the image again, or repair it, and assess "
			"it once more.");
	else if (json_object_size(parts->guest) == 0)
		json_add(steps, "Nothing was assessed yet: boot the machine from "
			"the live image while unrack serve runs, or give "
			"unrack convert --name %s --disk FILE.", name);
	else if (parts_is_migrated(parts) && strcmp(verdict, "unproven") == 0)
		json_add(steps, "Prove that it boots: unrack verify %s", name);
	add_actions(steps, parts, "warning");
	if (strncmp(verdict, "boots", 5) == 0)
		json_add(steps, "Try it yourself, still isolated: "
			"vm/run-isolated --snapshot. For libvirt: virsh "
			"net-define vm/network.xml, virsh define vm/%s.xml.",
			name);
	return steps;
}
