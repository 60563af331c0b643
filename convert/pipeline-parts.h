#ifndef CONVERT_PIPELINE_PARTS_H
#define CONVERT_PIPELINE_PARTS_H

#include "convert/pipeline.h"

struct conversion_result;
struct machine_disk;

/* A machine on its way; for pipeline.c and pipeline-*.c only. */
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

/* Tell both sides; `level` as for a source's notice. */
void pipeline_say(struct pipeline *p, const char *level, const char *text);

/*
 * `cookie` is the pipeline.  Ends the stage before; one that never began is
 * nothing to end.
 */
void pipeline_stage_begin(void *cookie, const char *stage);
void pipeline_stage_end(struct pipeline *p);

/* *inventory_out is owned by the caller, and NULL where there is none. */
int pipeline_read_inventory(struct pipeline *p, json_t **inventory_out,
	struct error *err);

/* Find the disks, clear what an earlier run reported, make the overlays. */
int pipeline_prepare(struct pipeline *p, struct error *err);

/* Assess, trim and convert in the overlays, as far as the options say. */
int pipeline_convert(struct pipeline *p, struct conversion_result *conversion,
	struct error *err);

/*
 * Plan the copy and say what it will take; fails when it does not fit the
 * window.
 */
int pipeline_estimate(struct pipeline *p, struct error *err);

/* The same for an assessment, which copies nothing. */
int pipeline_measure(struct pipeline *p, struct error *err);

/* Copy what is planned; nothing for a local image. */
int pipeline_capture(struct pipeline *p, struct error *err);

/* Findings that only the capture can make join those of the assessment. */
int pipeline_note_damage(struct pipeline *p, struct error *err);

/* Copy a running server in rounds, and write the report. */
int pipeline_pre_copy(struct pipeline *p, struct error *err);

/* report/session.json */
int pipeline_write_session(struct pipeline *p, struct error *err);

/* The last stage: the report, and `event` in the journal. */
int pipeline_finish(struct pipeline *p, const char *event, struct error *err);

#endif
