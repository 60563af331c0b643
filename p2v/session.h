#ifndef P2V_SESSION_H
#define P2V_SESSION_H

#include <jansson.h>
#include <stdbool.h>

#include "wire/message.h"

struct enrolment;
struct error;
struct screen;
struct source;

/* What is served and to whom; all of it is borrowed while the session runs. */
struct session_plan {
	const struct enrolment *enrolment; /* with a server */
	json_t *inventory;
	struct source *const *sources; /* of the offered disks, in order */
	unsigned count;
	const char *mode;
	unsigned lanes; /* at most; 0: as many as the host wants */
	bool once; /* end instead of connecting again */
	struct screen *screen;
};

/*
 * Serve until the host closes the session (*closing_out says how), SIGTERM or
 * SIGINT come (*closing_out stays empty), or what failed will not get better:
 * a refused key, and under `once` anything.  Other threads of the program must
 * have the two signals blocked.
 */
int session_run(const struct session_plan *plan, struct closing *closing_out,
	struct error *err);

#endif
