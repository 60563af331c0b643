#ifndef CONVERT_CAPTURE_CREW_H
#define CONVERT_CAPTURE_CREW_H

#include <stddef.h>

struct error;

/* How many disks are captured at a time: no more than lanes help. */
enum { CREW_HANDS = 4 };

/* Work for each of `count` things that are independent of each other. */
struct crew_work {
	size_t count;
	int (*one)(void *context, size_t index, struct error *err);
	/* The first failure, at once: make the others stop. */
	void (*failed)(void *context, const struct error *why);
	void *context;
};

/*
 * Do all of it, by CREW_HANDS threads at most, in the order of the indexes.
 * After a failure nothing more is begun; what runs is waited for, and the first
 * failure is the result.
 */
int crew_run(const struct crew_work *work, struct error *err);

#endif
