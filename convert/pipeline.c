/*
 * The way of a machine through all stages, in the order of the folders that
 * do the work: assess, rewrite, capture, emit, verify, report.  A conversion is
 * built beside the last good one (vm/NAME.qcow2.part) and takes its place only
 * when it is whole; a second capture with all that is made of it
 * (capture/generation.h).
 */
#include "convert/pipeline.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/log.h"
#include "common/monotonic.h"
#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/capture/damage.h"
#include "convert/capture/estimate.h"
#include "convert/capture/generation.h"
#include "convert/capture/overlay.h"
#include "convert/capture/plan.h"
#include "convert/capture/precopy.h"
#include "convert/capture/sample.h"
#include "convert/emit/emit.h"
#include "convert/report/report.h"
#include "convert/rewrite/conversion.h"
#include "convert/size/size.h"
#include "convert/state/journal.h"
#include "convert/state/machine.h"
#include "convert/verify/verify.h"

struct pipeline {
	const struct machine *machine;
	const struct machine *place; /* the machine, or where it is made */
	unsigned generation; /* that is made, or converted anew; 0: none */
	struct pipeline_source *source;
	const struct pipeline_options *options;
	struct progress *progress;
	struct pipeline_result *result;
	struct machine_disk *disks;
	size_t disk_count;
	struct reread_count *rereads; /* one for each disk */
	char **overlays; /* vm/NAME.qcow2.part, one for each disk */
	struct plan *plans; /* one for each disk; made before the capture */
	bool is_untold; /* which blocks are in use */
	uint64_t fetched_bytes; /* in all rounds of a pre-copy */
	json_t *session; /* becomes report/session.json */
	const char *stage;
	double start, stage_start;
};

static void
say(struct pipeline *p, const char *level, const char *text)
{
	log_info("%s: %s", p->machine->name, text);
	if (p->source->notice != NULL)
		p->source->notice(p->source, level, text);
}

static void
stage_end(struct pipeline *p)
{
	double seconds;

	if (p->stage == NULL)
		return;
	seconds = monotonic_seconds() - p->stage_start;
	json_array_append_new(json_object_get(p->session, "stages"),
		json_pack("{s:s, s:f}", "name", p->stage, "seconds", seconds));
	log_debug("%s: %s took %.1f s", p->machine->name, p->stage, seconds);
	p->stage = NULL;
}

/* What each stage is, for the person who waits. */
static const struct {
	const char *stage, *sentence;
} sentences[] = {
	{"assess", "looking for the operating system"},
	{"trim", "setting free space apart"},
	{"convert", "converting, in the overlay"},
	{"estimate", "measuring what the copy will take"},
	{"capture", "copying what is in use"},
	{"compare", "comparing what was copied with what is there now"},
	{"reread", "reading what was copied a second time"},
	{"damage", "finding out what unreadable sectors held"},
	{"rebase", "joining the conversion to the capture"},
	{"emit", "writing the VM"},
	{"settle", "putting the new generation in the place of the last"},
	{"verify", "booting the VM, isolated"},
	{"report", "writing the report"},
};

static const char *
sentence_of(const char *stage)
{
	for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++)
		if (strcmp(sentences[i].stage, stage) == 0)
			return sentences[i].sentence;
	return stage;
}

static void
stage_begin(void *cookie, const char *stage)
{
	struct pipeline *p = cookie;

	stage_end(p);
	p->stage = stage;
	p->stage_start = monotonic_seconds();
	progress_begin(p->progress, stage, 0);
	say(p, "info", sentence_of(stage));
}

static int
make_overlays(struct pipeline *p, struct error *err)
{
	p->overlays = calloc(p->disk_count + 1, sizeof *p->overlays);
	p->rereads = calloc(p->disk_count + 1, sizeof *p->rereads);
	if (p->overlays == NULL || p->rereads == NULL)
		return error_set(err, ENOMEM, "make overlays");
	for (size_t i = 0; i < p->disk_count; i++) {
		const char *format;
		const char *location = p->source->location(p->source, i, &format);

		p->overlays[i] = machine_path(p->place, "vm/%s.qcow2.part",
			p->disks[i].name);
		if (p->overlays[i] == NULL)
			return error_set(err, ENOMEM, "make overlays");
		if (overlay_create(p->overlays[i], location, format, err) == -1)
			return -1;
	}
	return 0;
}

static int
read_inventory(struct pipeline *p, json_t **inventory_out, struct error *err)
{
	AUTO(freep) char *path = machine_path(p->place, "inventory.json");

	*inventory_out = NULL;
	if (path == NULL)
		return error_set(err, ENOMEM, "read the inventory");
	if (access(path, F_OK) == -1 && errno == ENOENT)
		return 0;
	return json_file_read(inventory_out, path, err);
}

/* A capture that is only converted anew keeps the record of how it was made. */
static void
keep_capture_record(struct pipeline *p, const char *path)
{
	AUTO(json_decrefpp) json_t *old = NULL;
	json_t *disks;

	if (p->source->capture != NULL ||
		machine_state(p->machine) < MACHINE_CAPTURED ||
		json_file_read(&old, path, NULL) == -1)
		return;
	for (size_t i = 0; i < p->disk_count; i++)
		if (p->disks[i].image != NULL)
			return;
	disks = json_object_get(old, "disks");
	if (json_is_array(disks))
		json_object_set(p->session, "disks", disks);
}

/* What an earlier run said must not be taken for this one's word. */
static int
clear_report(struct pipeline *p, struct error *err)
{
	AUTO(freep) char *report = machine_path(p->place, "report");
	AUTO(freep) char *session =
		machine_path(p->place, "report/session.json");

	if (report == NULL || session == NULL)
		return error_set(err, ENOMEM, "clear the report");
	keep_capture_record(p, session);
	if (p->place == p->machine &&
		machine_state(p->machine) == MACHINE_VERIFIED &&
		machine_set_state(p->machine, p->disks[0].image != NULL
				? MACHINE_CONVERTED : MACHINE_CAPTURED, err) == -1)
		return -1;
	if (io_remove_tree(report, err) == -1)
		return -1;
	return io_make_folders(report, err);
}

static unsigned
sector_bytes(const json_t *inventory, const char *name)
{
	const json_t *disk;
	size_t i;

	json_array_foreach(json_object_get(inventory, "disks"), i, disk)
		if (strcmp(json_text(disk, "name", ""), name) == 0)
			return (unsigned)json_number(disk,
				"logical_sector_bytes", 512);
	return 512;
}

static int
convert_overlays(struct pipeline *p, struct conversion_result *conversion,
	struct error *err)
{
	AUTO(freep) char *report = machine_path(p->place, "report");
	AUTO(json_decrefpp) json_t *inventory = NULL;
	AUTO(freep) struct conversion_disk *disks = calloc(p->disk_count + 1,
		sizeof *disks);
	struct conversion_request request = {
		.machine = p->machine->name,
		.disks = disks,
		.disk_count = p->disk_count,
		.report_folder = report,
		.virtio_win = p->options->virtio_win,
		.waivers = p->options->waivers,
		.assess_only = p->options->assess_only,
		.trim_only = p->options->pre_copy,
		.no_trim = p->options->all,
		.stage = stage_begin,
		.cookie = p,
	};

	if (report == NULL || disks == NULL)
		return error_set(err, ENOMEM, "convert");
	if (read_inventory(p, &inventory, err) == -1)
		return -1;
	request.inventory = inventory;
	for (size_t i = 0; i < p->disk_count; i++) {
		disks[i].name = p->disks[i].name;
		disks[i].path = p->overlays[i];
		disks[i].format = "qcow2";
		disks[i].sector_bytes = sector_bytes(inventory,
			p->disks[i].name);
	}
	if (conversion_run(&request, conversion, err) == -1)
		return -1;
	snprintf(p->result->os_name, sizeof p->result->os_name, "%s",
		conversion->os_name);
	p->result->blockers = conversion->blockers;
	p->result->warnings = conversion->warnings;
	p->result->tier = conversion->tier;
	return 0;
}

static int
write_session(struct pipeline *p, struct error *err)
{
	AUTO(freep) char *path = machine_path(p->place, "report/session.json");
	uint64_t received = 0, sent = 0;

	if (path == NULL)
		return error_set(err, ENOMEM, "write the session's record");
	if (p->source->wire != NULL) {
		p->source->wire(p->source, &received, &sent);
		json_object_set_new(p->session, "wire",
			json_pack("{s:I, s:I}", "received_bytes",
				(json_int_t)received, "sent_bytes",
				(json_int_t)sent));
	}
	return json_file_write(path, p->session, err);
}

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
		say(p, "warning", line);
	}
	snprintf(line, sizeof line, "%s: %s captured, root hash %s", disk->name,
		progress_bytes(bytes, count->captured_bytes), count->root_hash);
	say(p, "info", line);
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
	stage_begin(p, "capture");
	if (p->source->capture(p->source, p->plans, p->disk_count, p->progress,
			counts, err) == -1)
		return -1;
	if (!p->options->reread || p->source->reread == NULL)
		return 0;
	/* After all of them: until then a disk's own cache forgot. */
	stage_begin(p, "reread");
	for (size_t i = 0; i < p->disk_count; i++)
		if (reread_disk(p, i, &counts[i], err) == -1)
			return -1;
	return 0;
}

static int
plan_disk(struct pipeline *p, size_t index, struct error *err)
{
	struct plan *plan = &p->plans[index];
	uint64_t bytes = p->disks[index].size_bytes;

	return p->options->all || p->is_untold
		? plan_whole(&plan->extents, &plan->count, bytes, err)
		: plan_extents(&plan->extents, &plan->count,
			  p->overlays[index], bytes, err);
}

static int
plan_disks(struct pipeline *p, struct error *err)
{
	p->plans = calloc(p->disk_count, sizeof *p->plans);
	if (p->plans == NULL)
		return error_set(err, ENOMEM, "plan the capture");
	for (size_t i = 0; i < p->disk_count; i++)
		if (plan_disk(p, i, err) == -1)
			return -1;
	return 0;
}

/* The last moment at which it costs nothing to say no. */
static int
estimate_disks(struct pipeline *p, struct error *err)
{
	char text[ESTIMATE_TEXT_BYTES];
	struct estimate estimate;

	stage_begin(p, "estimate");
	if (p->options->all)
		json_object_set_new(p->session, "all", json_true());
	if (plan_disks(p, err) == -1)
		return -1;
	if (p->source->estimate == NULL)
		return 0;
	if (p->source->estimate(p->source, p->plans, p->disk_count, &estimate,
		    err) == -1)
		return -1;
	estimate_print(text, &estimate);
	say(p, "info", text);
	if (json_object_set_new(p->session, "estimate",
		    estimate_to_json(&estimate)) == -1)
		return error_set(err, ENOMEM, "record the estimate");
	if (p->options->window == NULL ||
		window_check(p->options->window, &estimate,
			monotonic_seconds() - p->start, daytime_now(), err) == 0)
		return 0;
	write_session(p, NULL); /* the refusal is what matters */
	return -1;
}

/* An assessment copies nothing, but says how long copying would take. */
static int
measure_source(struct pipeline *p, struct error *err)
{
	AUTO(freep) char *path = machine_path(p->place, "report/layout.json");
	AUTO(json_decrefpp) json_t *layout = NULL;
	struct estimate estimate;

	if (p->source->estimate == NULL)
		return 0;
	if (path == NULL)
		return error_set(err, ENOMEM, "measure the source");
	if (json_file_read(&layout, path, err) == -1)
		return -1;
	stage_begin(p, "estimate");
	p->plans = calloc(p->disk_count, sizeof *p->plans);
	if (p->plans == NULL)
		return error_set(err, ENOMEM, "measure the source");
	for (size_t i = 0; i < p->disk_count; i++)
		if (sample_plan(&p->plans[i], json_array_get(json_object_get(
				layout, "disks"), i), p->disks[i].size_bytes,
				err) == -1)
			return -1;
	if (p->source->estimate(p->source, p->plans, p->disk_count, &estimate,
		    err) == -1)
		return -1;
	stage_end(p);
	return json_object_set_new(p->session, "estimate",
		       estimate_to_json(&estimate)) == -1
		? error_set(err, ENOMEM, "record the estimate")
		: 0;
}

static int
capture_disks(struct pipeline *p, struct error *err)
{
	AUTO(freep) struct capture_count *counts = NULL;

	if (p->source->capture == NULL)
		return 0;
	counts = calloc(p->disk_count + 1, sizeof *counts);
	if (counts == NULL)
		return error_set(err, ENOMEM, "capture %s", p->machine->name);
	if (estimate_disks(p, err) == -1 || fetch_disks(p, counts, err) == -1)
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

/* From here on the machine is what was captured last, with its VM and report. */
static int
settle(struct pipeline *p, struct error *err)
{
	if (p->place == p->machine)
		return 0;
	stage_begin(p, "settle");
	if (write_session(p, err) == -1 || report_write(p->place, err) == -1 ||
		generation_commit(p->machine, p->generation,
			json_object_get(p->session, "disks"), err) == -1)
		return -1;
	p->place = p->machine;
	return 0;
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
		read_inventory(p, &inventory, err) == -1)
		return -1;
	for (size_t i = 0; i < p->disk_count; i++) {
		const struct machine_disk *disk = &p->disks[i];

		damage_note_reread(disk->name, &p->rereads[i], findings);
		if (damage_is_listed(p->machine, disk) &&
			damage_find(p->machine, disk, inventory, findings,
				err) == -1)
			return -1;
	}
	json = findings_to_json(findings, p->machine->name, true);
	if (json == NULL)
		return error_set(err, ENOMEM, "write %s", path);
	p->result->blockers = findings_count(findings, SEVERITY_BLOCKER);
	p->result->warnings = findings_count(findings, SEVERITY_WARNING);
	p->result->tier = findings_tier(findings);
	return json_file_write(path, json, err);
}

static int
note_damage(struct pipeline *p, struct error *err)
{
	AUTO(freep) char *path = machine_path(p->place, "report/findings.json");
	bool any = false;

	if (path == NULL)
		return error_set(err, ENOMEM, "write the findings");
	for (size_t i = 0; i < p->disk_count; i++)
		any |= is_damaged(p, i);
	if (!any)
		return 0;
	stage_begin(p, "damage");
	return add_damage(p, path, err);
}

/* Put the finished overlay where the VM expects it, over the local capture. */
static int
settle_overlay(struct pipeline *p, size_t index, struct error *err)
{
	const char *name = p->disks[index].name;
	AUTO(freep) char *raw = machine_path(p->machine, "capture/%s.raw", name);
	AUTO(freep) char *final = machine_path(p->place, "vm/%s.qcow2", name);

	if (raw == NULL || final == NULL)
		return error_set(err, ENOMEM, "rebase %s", name);
	if (p->source->capture != NULL &&
		overlay_rebase(p->overlays[index], raw, "raw", err) == -1)
		return -1;
	if (rename(p->overlays[index], final) == -1)
		return error_set(err, errno, "replace %s", final);
	return 0;
}

static int
settle_overlays(struct pipeline *p, struct error *err)
{
	stage_begin(p, "rebase");
	for (size_t i = 0; i < p->disk_count; i++)
		if (settle_overlay(p, i, err) == -1)
			return -1;
	return 0;
}

static void
say_verify(void *cookie, const char *text)
{
	say(cookie, "info", text);
}

/* A proof that cannot be made is no proof; what was converted stays. */
static int
prove(struct pipeline *p, struct error *err)
{
	struct verify_options options = {p->options->expect,
		p->options->verify_timeout_seconds, say_verify, p};
	struct verify_verdict verdict = {"unproven", "not booted (--no-verify)"};
	struct error why = {0};

	if (!p->options->no_verify) {
		stage_begin(p, "verify");
		if (verify_run(p->machine, &options, &verdict, &why) == -1) {
			snprintf(verdict.verdict, sizeof verdict.verdict,
				"unproven");
			snprintf(verdict.reason, sizeof verdict.reason, "%.255s",
				why.text);
		}
	}
	snprintf(p->result->verdict, sizeof p->result->verdict, "%s",
		verdict.verdict);
	snprintf(p->result->reason, sizeof p->result->reason, "%s",
		verdict.reason);
	if (p->options->no_verify || why.text[0] != '\0')
		return 0;
	return machine_set_state(p->machine, MACHINE_VERIFIED, err);
}

static int
finish(struct pipeline *p, const char *event, struct error *err)
{
	AUTO(json_decrefpp) json_t *details = json_pack(
		"{s:s, s:s, s:i, s:i, s:i}",
		"verdict", p->result->verdict, "reason", p->result->reason,
		"blockers", (int)p->result->blockers, "warnings",
		(int)p->result->warnings, "generation", (int)p->generation);

	stage_begin(p, "report");
	stage_end(p);
	if (write_session(p, err) == -1 ||
		size_note(p->place, p->options->capture_folder, err) == -1 ||
		report_write(p->place, err) == -1)
		return -1;
	return journal_add(p->machine, event, details, err);
}

static int
prepare(struct pipeline *p, struct error *err)
{
	if (machine_read_disks(p->place, &p->disks, &p->disk_count, err) == -1)
		return -1;
	if (p->disk_count == 0)
		return error_set(err, ENODEV, "machine %s offers no disk",
			p->machine->name);
	return clear_report(p, err) == -1 ? -1 : make_overlays(p, err);
}

/* What this run is about, for the record and for the report. */
static int
find_generation(struct pipeline *p, struct error *err)
{
	AUTO(generation_release) struct generation last;

	if (generation_read(&last, p->machine, err) == -1)
		return -1;
	p->generation = last.number + (p->source->capture != NULL);
	if (json_object_set_new(p->session, "generation",
		    json_integer(p->generation)) == -1)
		return error_set(err, ENOMEM, "machine %s", p->machine->name);
	return 0;
}

/* A capture that was complete stays so when it is only converted anew. */
static int
raise_state(struct pipeline *p, enum machine_state state, struct error *err)
{
	if (machine_state(p->machine) >= state)
		return 0;
	return machine_set_state(p->machine, state, err);
}

/* The last generation stays the machine's; where to find what was assessed? */
static int
finish_assessment(struct pipeline *p, struct error *err)
{
	char text[512];

	snprintf(p->result->verdict, sizeof p->result->verdict, "assessed");
	if (measure_source(p, err) == -1 ||
		raise_state(p, MACHINE_ASSESSED, err) == -1 ||
		finish(p, "assessed", err) == -1)
		return -1;
	if (p->place == p->machine)
		return 0;
	snprintf(text, sizeof text, "generation %u stays as it is; the "
		"assessment is in %s/report", p->generation - 1,
		p->place->folder);
	say(p, "info", text);
	return 0;
}

static int
compare_round(void *context, uint64_t *changed_out, struct error *err)
{
	struct pipeline *p = context;

	stage_begin(p, "compare");
	*changed_out = 0;
	for (size_t i = 0; i < p->disk_count; i++) {
		uint64_t changed;

		if (p->source->compare(p->source, i, p->progress, &changed,
			    err) == -1)
			return error_add(err, "disk %s", p->disks[i].name);
		*changed_out += changed;
	}
	return 0;
}

static int
fetch_round(void *context, uint64_t *fetched_out, struct error *err)
{
	struct pipeline *p = context;
	AUTO(freep) struct capture_count *counts = calloc(p->disk_count + 1,
		sizeof *counts);
	uint64_t fetched = 0;

	if (counts == NULL)
		return error_set(err, ENOMEM, "copy %s", p->machine->name);
	stage_begin(p, "capture");
	if (p->source->capture(p->source, p->plans, p->disk_count, p->progress,
			counts, err) == -1)
		return -1;
	for (size_t i = 0; i < p->disk_count; i++)
		fetched += counts[i].read_bytes;
	*fetched_out = fetched - p->fetched_bytes;
	p->fetched_bytes = fetched;
	return 0;
}

static uint64_t
wire_bytes(void *context)
{
	const struct pipeline *p = context;
	uint64_t received, sent;

	p->source->wire(p->source, &received, &sent);
	return received;
}

static int
end_round(void *context, const char *text, struct error *err)
{
	struct pipeline *p = context;

	say(p, "info", text);
	/* A complete generation is still what the machine is. */
	return p->generation > 1
		? 0
		: machine_set_state(p->machine, MACHINE_PRECOPIED, err);
}

/*
 * File systems that are written to while they are read may look broken; then
 * everything counts as in use.  What this plan misses is sent by the offline
 * pass, which makes its own.
 */
static int
assess_running(struct pipeline *p, struct error *err)
{
	struct conversion_result conversion = {0};
	struct error why = {0};

	if (prepare(p, err) == -1)
		return -1;
	if (convert_overlays(p, &conversion, &why) == 0)
		return 0;
	log_warn("%s: %s", p->machine->name, why.text);
	say(p, "warning", "the file systems cannot be read while they change: "
		"free space is copied too, where it is not zeros");
	p->is_untold = true;
	return 0;
}

static int
pre_copy(struct pipeline *p, struct error *err)
{
	const struct precopy precopy = {compare_round, fetch_round, wire_bytes,
		end_round, p, p->options->rounds == 0 ? ROUNDS_DEFAULT
						      : p->options->rounds};
	AUTO(freep) struct rounds *rounds = malloc(sizeof *rounds);
	char text[ROUNDS_TEXT_BYTES];
	enum rounds_end end;

	if (rounds == NULL)
		return error_set(err, ENOMEM, "copy %s", p->machine->name);
	if (assess_running(p, err) == -1 || estimate_disks(p, err) == -1 ||
		precopy_run(&precopy, rounds, &end, err) == -1)
		return -1;
	json_object_set_new(p->session, "pre_copy", rounds_to_json(rounds, end));
	rounds_print_end(text, rounds, end);
	snprintf(p->result->verdict, sizeof p->result->verdict, "pre-copied");
	snprintf(p->result->reason, sizeof p->result->reason, "%.150s; boot the "
		"live image, which sends only what still differs", text);
	say(p, end == ROUNDS_OUTRUN ? "warning" : "info", p->result->reason);
	return finish(p, "pre-copied", err);
}

static int
run(struct pipeline *p, struct error *err)
{
	struct conversion_result conversion = {0};

	if (find_generation(p, err) == -1)
		return -1;
	/* From here on until it is whole, the capture is of two times. */
	if (p->source->capture != NULL && p->generation == 1 &&
		!p->options->assess_only &&
		machine_set_state(p->machine, MACHINE_ENROLLED, err) == -1)
		return -1;
	if (p->options->pre_copy && !p->options->assess_only)
		return pre_copy(p, err);
	if (prepare(p, err) == -1 ||
		convert_overlays(p, &conversion, err) == -1)
		return -1;
	stage_end(p);
	if (p->options->assess_only)
		return finish_assessment(p, err);
	if (raise_state(p, MACHINE_CONVERTED, err) == -1 ||
		capture_disks(p, err) == -1 || settle_overlays(p, err) == -1)
		return -1;
	stage_begin(p, "emit");
	if (emit_vm(p->machine, p->place, err) == -1 || settle(p, err) == -1 ||
		note_damage(p, err) == -1 || prove(p, err) == -1)
		return -1;
	return finish(p, "converted", err);
}

static void
release(struct pipeline *p)
{
	for (size_t i = 0; p->overlays != NULL && i < p->disk_count; i++) {
		if (p->overlays[i] != NULL)
			unlink(p->overlays[i]);
		free(p->overlays[i]);
	}
	free(p->overlays);
	for (size_t i = 0; p->plans != NULL && i < p->disk_count; i++)
		free(p->plans[i].extents);
	free(p->plans);
	free(p->rereads);
	machine_disks_free(p->disks, p->disk_count);
	json_decref(p->session);
}

int
pipeline_run(const struct machine *machine, struct pipeline_source *source,
	const struct pipeline_options *options, struct progress *progress,
	struct pipeline_result *result_out, struct error *err)
{
	struct pipeline p = {
		.machine = machine,
		.place = source->place != NULL ? source->place : machine,
		.source = source,
		.options = options,
		.progress = progress,
		.result = result_out,
		.session = json_pack("{s:s, s:s, s:[], s:[]}", "format",
			"unrack-session/1", "machine", machine->name, "stages",
			"disks"),
	};
	int result;

	p.start = monotonic_seconds();
	memset(result_out, 0, sizeof *result_out);
	if (p.session == NULL || (source->record != NULL &&
			json_object_update(p.session, source->record) == -1)) {
		json_decref(p.session);
		return error_set(err, ENOMEM, "machine %s", machine->name);
	}
	result = run(&p, err);
	if (result == -1) {
		AUTO(json_decrefpp) json_t *details = json_pack("{s:s, s:s}",
			"stage", p.stage ? p.stage : "", "why", err->text);

		journal_add(machine, "failed", details, NULL);
	}
	release(&p);
	return result;
}
