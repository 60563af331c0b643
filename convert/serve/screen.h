#ifndef CONVERT_SERVE_SCREEN_H
#define CONVERT_SERVE_SCREEN_H

#include <stdbool.h>

#include "common/progress.h"
#include "wire/message.h"

struct error;

/*
 * What the person at the source is to see: lines, the progress about once a
 * second, and the closing verdict.  Others fill it, the lanes empty it.  Safe
 * from any thread.
 */
struct screen;

/* Borrows the progress. */
int screen_new(struct screen **screen_out, struct progress *progress,
	struct error *err);
void screen_free(struct screen *screen);
static inline void
screen_freep(struct screen **screen)
{
	if (*screen != NULL)
		screen_free(*screen);
}

/* When lines come faster than they are sent, the oldest are lost. */
void screen_say(struct screen *screen, const char *level, const char *text);

/* True, and the notice, when one is to be sent now. */
bool screen_next(struct screen *screen, struct notice *notice_out);

/* The last word; lanes send it and end. */
void screen_close(struct screen *screen, const struct closing *closing);
bool screen_is_closing(struct screen *screen, struct closing *closing_out);

#endif
