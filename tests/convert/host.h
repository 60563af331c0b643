#ifndef TESTS_CONVERT_HOST_H
#define TESTS_CONVERT_HOST_H

#include <stdbool.h>
#include <sys/types.h>

#include "convert/serve/session.h"
#include "wire/key.h"

/* A real `unrack serve` in a process group of its own, with one machine. */
struct host {
	char folder[64]; /* temporary; the state directory */
	struct enrolment enrolment; /* the source's, with the server in it */
	unsigned patience_seconds, silence_seconds, jobs;
	bool no_share;
	struct rate rate;
	pid_t pid;
};

void host_make(struct host *host);
/* One more machine, at the same server. */
void host_enroll(const struct host *host, const char *name,
	struct enrolment *enrolment_out);
void host_remove(struct host *host);

/* The sessions run `job`. */
void host_start(struct host *host, session_job *job);
/* SIGTERM, and wait; returns the exit status. */
int host_stop(struct host *host);
/* SIGKILL to the listener and its sessions, and wait. */
void host_kill(struct host *host);

/* folder/machines/NAME/relative, until the next call. */
const char *host_path(const struct host *host, const char *relative);
const char *host_path_of(const struct host *host, const char *machine,
	const char *relative);

/* Jobs: capture every disk whole, and write "result.json" ... */
session_job host_job_capture;
/* ... and read them a second time ... */
session_job host_job_reread;
/* ... copy the first one through NBD with qemu-img to "copy.raw" ... */
session_job host_job_copy;
/* ... do nothing until there is a file "left" ... */
session_job host_job_leave;
/*
 * ... estimate and capture all of the first disk but 14 to 16 and 18 to 20 MiB,
 * and write "estimate.json" ...
 */
session_job host_job_estimate;
/* ... fail. */
session_job host_job_fail;

#endif
