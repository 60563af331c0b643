#ifndef COMMON_PROGRESS_H
#define COMMON_PROGRESS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Workers count, one renderer shows.  `done` and `total` are in bytes unless
 * the stage says otherwise; total 0 means that it is not known.
 */
struct progress {
	const char *_Atomic stage; /* a literal such as "capture" */
	_Atomic uint64_t done;
	_Atomic uint64_t total;
};

void progress_begin(struct progress *progress, const char *stage,
	uint64_t total);
void progress_count(struct progress *progress, uint64_t more);

/*
 * "capture  412 MB of 1.0 GB  40 %  38 MB/s  0:16 left" into `line`, from the
 * counts and the seconds since the stage began.
 */
void progress_line(char *line, size_t room, const struct progress *progress,
	double seconds);

/* The same with "[######--------------]" in it, for a terminal. */
void progress_bar(char *line, size_t room, const struct progress *progress,
	double seconds);

/* "1.0 GB": three digits, powers of 1000, as disks are sold. */
const char *progress_bytes(char text[16], uint64_t bytes);

#endif
