#ifndef CONVERT_SERVE_SESSION_PARTS_H
#define CONVERT_SERVE_SESSION_PARTS_H

#include "convert/serve/disks.h"
#include "convert/serve/meter.h"
#include "convert/serve/session.h"
#include "convert/source/nbd.h"

/* What a session consists of; for session.c and session-*.c only. */
struct session {
	struct pipeline_source source; /* first, so that it can be cast */
	struct machine *machine;
	struct machine *place; /* of the next generation; NULL: it is the first */
	const struct hello *hello;
	const struct session_settings *settings;
	struct progress progress;
	struct machine_disk *disks;
	size_t count;
	struct image *images[DISKS_LIMIT];
	struct blocks *blocks[DISKS_LIMIT];
	struct nbd_export exports[DISKS_LIMIT];
	char *locations[DISKS_LIMIT];
	char *door_path, *nbd_path, *rate_path;
	struct throttle *throttle;
	struct meter meter; /* the tick's */
	const char *stage;  /* the last one that an event told of */
	struct queue *queue;
	struct screen *screen;
	struct lanes *lanes;
	struct nbd *nbd;
};

/* Whatever it made is released by session_release(), also after a failure. */
int session_open(struct session *session, const struct enrolment *enrolment,
	struct error *err);

/* The lanes and the queue are over, or never began. */
void session_release(struct session *session);

/* All members but `notice`; each is given the session's own. */
extern const struct pipeline_source session_source;

#endif
