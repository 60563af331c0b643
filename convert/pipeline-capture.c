/*
 * The copy of what the plans name, its record, and the findings about sectors
 * that could not be read.  capture/bulk.c does the work, disk by disk.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/error.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/capture/generation.h"
#include "convert/damage/damage.h"
#include "convert/pipeline-parts.h"
#include "convert/state/journal.h"
#include "convert/state/machine.h"

static json_t *
skipped_to_json(const struct skip_count *skipped)
{
	return json_pack("{s:I, s:I, s:I, s:I}", "free_space",
		(json_int_t)skipped->free_bytes, "swap",
		(json_int_t)skipped->swap_bytes, "unallocated",
		(json_int_t)skipped->unallocated_bytes, "zero_blocks",
		(json_int_t)skipped->zero_bytes);
}

static json_t *
count_to_json(const struct machine_disk *disk,
	const struct capture_count *count)
{
	json_t *json = json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:o}",
		"name", disk->name, "size_bytes", (json_int_t)disk->size_bytes,
		"captured_bytes", (json_int_t)count->captured_bytes,
		"read_bytes", (json_int_t)count->read_bytes, "shared_bytes",
		(json_int_t)count->shared_bytes, "zero_bytes",
		(json_int_t)count->zero_bytes, "skipped_bytes",
		(json_int_t)count->skipped_bytes, "bad_sectors",
		(json_int_t)count->bad_sectors, "root_hash", count->root_hash,
		"skipped", skipped_to_json(&count->skipped));

	if (count->reread.read_bytes > 0)
		json_object_set_new(json, "reread",
			json_pack("{s:I, s:I, s:I}", "read_bytes",
				(json_int_t)count->reread.read_bytes,
				"differing_bytes",
				(json_int_t)count->reread.differing_bytes,
				"replaced_bytes",
				(json_int_t)count->reread.replaced_bytes));
	return json;
}

/* For the person at the source, who may write the hash down. */
static void
say_captured(struct pipeline *p, const struct machine_disk *disk,
	const struct capture_count *count)
{
	char line[256], bytes[16];

	if (count->reread.differing_bytes > 0) {
		snprintf(line, sizeof line, "%s: %s differ when they are read "
			"a second time: this machine's disk or memory fails",
			disk->name, progress_bytes(bytes,
				count->reread.differing_bytes));
		pipeline_say(p, "warning", line);
	}
	snprintf(line, sizeof line, "%s: %s captured, root hash %s", disk->name,
		progress_bytes(bytes, count->captured_bytes), count->root_hash);
	pipeline_say(p, "info", line);
}

static int
reread_disk(struct pipeline *p, size_t index, struct capture_count *count,
	struct error *err)
{
	if (p->source->reread(p->source, index, p->progress, count, err) == -1)
		return error_add(err, "read %s again", p->disks[index].name);
	p->rereads[index] = count->reread;
	return 0;
}

static int
journal_captured(struct pipeline *p, struct error *err)
{
	AUTO(json_decrefpp) json_t *details = json_pack("{s:i, s:O}",
		"generation", (int)p->generation, "disks",
		json_object_get(p->session, "disks"));

	return journal_add(p->machine, "captured", details, err);
}

static int
fetch_disks(struct pipeline *p, struct capture_count *counts,
	struct error *err)
{
	pipeline_stage_begin(p, "capture");
	if (p->source->capture(p->source, p->plans, p->disk_count, p->progress,
			counts, err) == -1)
		return -1;
	if (!p->options->reread || p->source->reread == NULL)
		return 0;
	/* After all of them: until then a disk's own cache forgot. */
	pipeline_stage_begin(p, "reread");
	for (size_t i = 0; i < p->disk_count; i++)
		if (reread_disk(p, i, &counts[i], err) == -1)
			return -1;
	return 0;
}

int
pipeline_capture(struct pipeline *p, struct error *err)
{
	AUTO(freep) struct capture_count *counts = NULL;

	if (p->source->capture == NULL)
		return 0;
	counts = calloc(p->disk_count + 1, sizeof *counts);
	if (counts == NULL)
		return error_set(err, ENOMEM, "capture %s", p->machine->name);
	if (pipeline_estimate(p, err) == -1 ||
		fetch_disks(p, counts, err) == -1)
		return -1;
	for (size_t i = 0; i < p->disk_count; i++) {
		say_captured(p, &p->disks[i], &counts[i]);
		json_array_append_new(json_object_get(p->session, "disks"),
			count_to_json(&p->disks[i], &counts[i]));
	}
	if (journal_captured(p, err) == -1)
		return -1;
	return p->generation == 1
		? generation_commit(p->machine, 1,
			  json_object_get(p->session, "disks"), err)
		: 0;
}

static bool
is_damaged(const struct pipeline *p, size_t index)
{
	return p->rereads[index].place_count > 0 ||
		damage_is_listed(p->machine, &p->disks[index]);
}

/* Findings that only the capture can make join those of the assessment. */
static int
add_damage(struct pipeline *p, const char *path, struct error *err)
{
	AUTO(findings_freep) struct findings *findings = NULL;
	AUTO(json_decrefpp) json_t *inventory = NULL;
	AUTO(json_decrefpp) json_t *json = NULL;

	if (findings_read(&findings, path, err) == -1 ||
		pipeline_read_inventory(p, &inventory, err) == -1)
		return -1;
	for (size_t i = 0; i < p->disk_count; i++)
		damage_note_reread(p->disks[i].name, &p->rereads[i], findings);
	if (damage_find(p->machine, p->disks, p->disk_count, inventory,
			findings, err) == -1)
		return -1;
	json = findings_to_json(findings, p->machine->name, true);
	if (json == NULL)
		return error_set(err, ENOMEM, "write %s", path);
	p->result->blockers = findings_count(findings, SEVERITY_BLOCKER);
	p->result->warnings = findings_count(findings, SEVERITY_WARNING);
	p->result->tier = findings_tier(findings);
	return json_file_write(path, json, err);
}

int
pipeline_note_damage(struct pipeline *p, struct error *err)
{
	AUTO(freep) char *path = machine_path(p->place, "report/findings.json");
	bool any = false;

	if (path == NULL)
		return error_set(err, ENOMEM, "write the findings");
	for (size_t i = 0; i < p->disk_count; i++)
		any |= is_damaged(p, i);
	if (!any)
		return 0;
	pipeline_stage_begin(p, "damage");
	return add_damage(p, path, err);
}
