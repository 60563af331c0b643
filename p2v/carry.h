#ifndef P2V_CARRY_H
#define P2V_CARRY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "wire/message.h"

struct enrolment;
struct error;
struct screen;
struct source;

/* What is carried and where to; all of it is borrowed. */
struct carry_plan {
	const char *root; /* "" but in tests */
	const char *const *to;
	size_t to_count;
	const char *const *continued; /* folders of parts to go on from */
	size_t continued_count;
	const struct enrolment *enrolment; /* without a machine: no key */
	bool encrypt;
	json_t *inventory;
	struct source *const *sources; /* of the offered disks, in order */
	unsigned count;
	struct screen *screen;
	/*
	 * Ask for the folder of the next disk; NULL when there is nobody.  Fails
	 * with ECANCELED.
	 */
	int (*ask)(char *dir_out, size_t room, const char *full,
		struct error *err);
};

/*
 * Write the disks as a carry set, going on with what is there.  ENOSPC: every
 * folder is full, and the hint says how to go on.
 */
int carry_run(const struct carry_plan *plan, struct closing *closing_out,
	struct error *err);

#endif
