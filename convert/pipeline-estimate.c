/*
 * What is to be copied, and what that will take: the last moment at which it
 * costs nothing to say no.  pipeline-capture.c copies it.
 */
#include <errno.h>
#include <stdlib.h>

#include "common/error.h"
#include "common/json.h"
#include "common/monotonic.h"
#include "common/own.h"
#include "convert/capture/estimate.h"
#include "convert/capture/plan.h"
#include "convert/capture/sample.h"
#include "convert/pipeline-parts.h"
#include "convert/state/machine.h"

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
int
pipeline_estimate(struct pipeline *p, struct error *err)
{
	char text[ESTIMATE_TEXT_BYTES];
	struct estimate estimate;

	pipeline_stage_begin(p, "estimate");
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
	pipeline_say(p, "info", text);
	if (json_object_set_new(p->session, "estimate",
		    estimate_to_json(&estimate)) == -1)
		return error_set(err, ENOMEM, "record the estimate");
	if (p->options->window == NULL ||
		window_check(p->options->window, &estimate,
			monotonic_seconds() - p->start, daytime_now(), err) == 0)
		return 0;
	pipeline_write_session(p, NULL); /* the refusal is what matters */
	return -1;
}

/* An assessment copies nothing, but says how long copying would take. */
int
pipeline_measure(struct pipeline *p, struct error *err)
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
	pipeline_stage_begin(p, "estimate");
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
	pipeline_stage_end(p);
	return json_object_set_new(p->session, "estimate",
		       estimate_to_json(&estimate)) == -1
		? error_set(err, ENOMEM, "record the estimate")
		: 0;
}
