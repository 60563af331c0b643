#ifndef CONVERT_SERVE_SERVE_H
#define CONVERT_SERVE_SERVE_H

#include "convert/serve/session.h"

struct error;

struct serve_settings {
	const char *state;  /* the state directory */
	const char *listen; /* "ADDR:PORT"; NULL: every address, port 7443 */
	struct session_settings session;
};

/*
 * Listen, and give each connection a process of its own.  The first one of a
 * machine becomes its session, further ones join it.  Returns 0 after SIGTERM or
 * SIGINT, which end the sessions as well.
 */
int serve_run(const struct serve_settings *settings, struct error *err);

#endif
