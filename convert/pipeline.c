/*
 * The way of a machine through all stages, in the order of the folders that
 * do the work: assess, rewrite, capture, emit, verify, report.  A conversion is
 * built beside the last good one (vm/NAME.qcow2.part) and takes its place only
 * when it is whole; a second capture with all that is made of it
 * (capture/generation.h).  pipeline-*.c hold the stages that need more words.
 */
#include "convert/pipeline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/monotonic.h"
#include "common/own.h"
#include "convert/capture/generation.h"
#include "convert/capture/overlay.h"
#include "convert/emit/emit.h"
#include "convert/pipeline-parts.h"
#include "convert/report/report.h"
#include "convert/rewrite/conversion.h"
#include "convert/size/size.h"
#include "convert/state/journal.h"
#include "convert/state/machine.h"
#include "convert/verify/verify.h"

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

int
pipeline_read_inventory(struct pipeline *p, json_t **inventory_out,
	struct error *err)
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

int
pipeline_convert(struct pipeline *p, struct conversion_result *conversion,
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
		.guest_agent = p->options->guest_agent,
		.waivers = p->options->waivers,
		.luks_keys = p->options->luks_keys,
		.assess_only = p->options->assess_only,
		.trim_only = p->options->pre_copy,
		/* Images that are here leave nothing out. */
		.no_trim = p->options->all || p->source->capture == NULL,
		.stage = pipeline_stage_begin,
		.cookie = p,
	};

	if (report == NULL || disks == NULL)
		return error_set(err, ENOMEM, "convert");
	if (pipeline_read_inventory(p, &inventory, err) == -1)
		return -1;
	request.inventory = inventory;
	for (size_t i = 0; i < p->disk_count; i++) {
		disks[i].name = p->disks[i].name;
		disks[i].path = p->overlays[i];
		disks[i].format = "qcow2";
		disks[i].sector_bytes = machine_sector_bytes(inventory,
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

int
pipeline_write_session(struct pipeline *p, struct error *err)
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

/* From here on the machine is what was captured last, with its VM and report. */
static int
settle(struct pipeline *p, struct error *err)
{
	if (p->place == p->machine)
		return 0;
	pipeline_stage_begin(p, "settle");
	if (pipeline_write_session(p, err) == -1 ||
		report_write(p->place, err) == -1 ||
		generation_commit(p->machine, p->generation,
			json_object_get(p->session, "disks"), err) == -1)
		return -1;
	p->place = p->machine;
	return 0;
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
	pipeline_stage_begin(p, "rebase");
	for (size_t i = 0; i < p->disk_count; i++)
		if (settle_overlay(p, i, err) == -1)
			return -1;
	return 0;
}

static void
say_verify(void *cookie, const char *text)
{
	pipeline_say(cookie, "info", text);
}

/* A proof that cannot be made is no proof; what was converted stays. */
static int
prove(struct pipeline *p, struct error *err)
{
	struct verify_options options = {p->options->expect,
		p->options->verify_timeout_seconds, say_verify, p,
		p->options->luks_keys};
	struct verify_verdict verdict = {"unproven", "not booted (--no-verify)"};
	struct error why = {0};

	if (!p->options->no_verify) {
		pipeline_stage_begin(p, "verify");
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

int
pipeline_finish(struct pipeline *p, const char *event, struct error *err)
{
	AUTO(json_decrefpp) json_t *details = json_pack(
		"{s:s, s:s, s:i, s:i, s:i}",
		"verdict", p->result->verdict, "reason", p->result->reason,
		"blockers", (int)p->result->blockers, "warnings",
		(int)p->result->warnings, "generation", (int)p->generation);

	pipeline_stage_begin(p, "report");
	pipeline_stage_end(p);
	if (pipeline_write_session(p, err) == -1 ||
		size_note(p->place, p->options->capture_folder, err) == -1 ||
		report_write(p->place, err) == -1)
		return -1;
	return journal_add(p->machine, event, details, err);
}

int
pipeline_prepare(struct pipeline *p, struct error *err)
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
	AUTO(generation_release) struct generation last = {0};

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
	if (pipeline_measure(p, err) == -1 ||
		raise_state(p, MACHINE_ASSESSED, err) == -1 ||
		pipeline_finish(p, "assessed", err) == -1)
		return -1;
	if (p->place == p->machine)
		return 0;
	snprintf(text, sizeof text, "generation %u stays as it is; the "
		"assessment is in %s/report", p->generation - 1,
		p->place->folder);
	pipeline_say(p, "info", text);
	return 0;
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
		return pipeline_pre_copy(p, err);
	if (pipeline_prepare(p, err) == -1 ||
		pipeline_convert(p, &conversion, err) == -1)
		return -1;
	pipeline_stage_end(p);
	if (p->options->assess_only)
		return finish_assessment(p, err);
	if (raise_state(p, MACHINE_CONVERTED, err) == -1 ||
		pipeline_capture(p, err) == -1 || settle_overlays(p, err) == -1)
		return -1;
	pipeline_stage_begin(p, "emit");
	if (emit_vm(p->machine, p->place, err) == -1 || settle(p, err) == -1 ||
		pipeline_note_damage(p, err) == -1 || prove(p, err) == -1)
		return -1;
	return pipeline_finish(p, "converted", err);
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
