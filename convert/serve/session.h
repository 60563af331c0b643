#ifndef CONVERT_SERVE_SESSION_H
#define CONVERT_SERVE_SESSION_H

#include "convert/capture/rate.h"
#include "convert/pipeline.h"

struct channel;
struct enrolment;
struct error;
struct hello;
struct machine;

/* What a session does with its disks: pipeline_run(), or a test's own. */
typedef int session_job(const struct machine *machine,
	struct pipeline_source *source, const struct pipeline_options *options,
	struct progress *progress, struct pipeline_result *result_out,
	struct error *err);

struct session_settings {
	session_job *job;
	struct pipeline_options options;
	struct rate rate; /* where the machine has none of its own */
	const char *finish;	   /* what the source does after success */
	bool no_share;		   /* every machine becomes one apart */
	unsigned lanes;		   /* 0: by the source's cores */
	unsigned silence_seconds;  /* as in struct lane_work */
	unsigned jobs; /* machines worked on at a time; 0: all of them */
	const char *turns; /* the folder of those that wait; with jobs */
	unsigned patience_seconds; /* for a source that went away */
};

/*
 * Be the session of a machine: from the first lane's HELLO to the verdict on the
 * source's screen.  The caller holds the machine's lock and has one thread; it
 * is the process that SIGTERM ends at once, with everything kept.  Takes the
 * channel in any case; borrows the rest.
 */
int session_run(struct machine *machine, const struct enrolment *enrolment,
	struct channel *first, const struct hello *hello,
	const struct session_settings *settings, struct error *err);

#endif
