/*
 * The copy of a server that runs meanwhile, in rounds (capture/precopy.h), as
 * the pipeline does it: nothing is converted, and no image is finished.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/error.h"
#include "common/log.h"
#include "common/own.h"
#include "convert/capture/precopy.h"
#include "convert/pipeline-parts.h"
#include "convert/rewrite/conversion.h"
#include "convert/state/machine.h"

static int
compare_round(void *context, uint64_t *changed_out, struct error *err)
{
	struct pipeline *p = context;

	pipeline_stage_begin(p, "compare");
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
	pipeline_stage_begin(p, "capture");
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

	pipeline_say(p, "info", text);
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

	if (pipeline_prepare(p, err) == -1)
		return -1;
	if (pipeline_convert(p, &conversion, &why) == 0)
		return 0;
	log_warn("%s: %s", p->machine->name, why.text);
	pipeline_say(p, "warning", "the file systems cannot be read while "
		"they change: free space is copied too, where it is not zeros");
	p->is_untold = true;
	return 0;
}

int
pipeline_pre_copy(struct pipeline *p, struct error *err)
{
	const struct precopy precopy = {compare_round, fetch_round, wire_bytes,
		end_round, p, p->options->rounds == 0 ? ROUNDS_DEFAULT
						      : p->options->rounds};
	AUTO(freep) struct rounds *rounds = malloc(sizeof *rounds);
	char text[ROUNDS_TEXT_BYTES];
	enum rounds_end end;

	if (rounds == NULL)
		return error_set(err, ENOMEM, "copy %s", p->machine->name);
	if (assess_running(p, err) == -1 || pipeline_estimate(p, err) == -1 ||
		precopy_run(&precopy, rounds, &end, err) == -1)
		return -1;
	json_object_set_new(p->session, "pre_copy", rounds_to_json(rounds, end));
	rounds_print_end(text, rounds, end);
	snprintf(p->result->verdict, sizeof p->result->verdict, "pre-copied");
	snprintf(p->result->reason, sizeof p->result->reason, "%.150s; boot the "
		"live image, which sends only what still differs", text);
	pipeline_say(p, end == ROUNDS_OUTRUN ? "warning" : "info",
		p->result->reason);
	return pipeline_finish(p, "pre-copied", err);
}
