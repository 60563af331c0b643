/*
 * The source's screen as the host fills it.  lane.c sends it.
 */
#include "convert/serve/screen.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/monotonic.h"

enum { LINES = 32 };

struct screen {
	struct progress *progress;
	pthread_mutex_t lock; /* guards what follows */
	struct notice lines[LINES];
	unsigned first, count;
	const char *stage;
	double stage_began, last_sent;
	uint64_t last_done;
	bool closing;
	struct closing last_word;
};

int
screen_new(struct screen **screen_out, struct progress *progress,
	struct error *err)
{
	struct screen *screen = calloc(1, sizeof *screen);

	if (screen == NULL)
		return error_set(err, ENOMEM, "begin the session");
	pthread_mutex_init(&screen->lock, NULL);
	screen->progress = progress;
	*screen_out = screen;
	return 0;
}

void
screen_free(struct screen *screen)
{
	pthread_mutex_destroy(&screen->lock);
	free(screen);
}

static void
set_stage(const struct screen *screen, struct notice *notice)
{
	const char *stage = atomic_load(&screen->progress->stage);

	snprintf(notice->stage, sizeof notice->stage, "%s",
		stage == NULL ? "" : stage);
}

void
screen_say(struct screen *screen, const char *level, const char *text)
{
	struct notice notice = {0};

	set_stage(screen, &notice);
	snprintf(notice.level, sizeof notice.level, "%s", level);
	snprintf(notice.text, sizeof notice.text, "%s", text);
	pthread_mutex_lock(&screen->lock);
	if (screen->count == LINES) {
		screen->first = (screen->first + 1) % LINES;
		screen->count--;
	}
	screen->lines[(screen->first + screen->count++) % LINES] = notice;
	pthread_mutex_unlock(&screen->lock);
}

/* With the lock held. */
static bool
next_progress(struct screen *screen, struct notice *notice_out)
{
	const char *stage = atomic_load(&screen->progress->stage);
	uint64_t done = atomic_load(&screen->progress->done);
	double now = monotonic_seconds();

	if (stage == NULL)
		return false;
	/* The next disk of a stage begins anew as well. */
	if (stage != screen->stage || done < screen->last_done)
		screen->stage_began = now;
	else if (now - screen->last_sent < 1 || done == screen->last_done)
		return false;
	screen->stage = stage;
	screen->last_sent = now;
	screen->last_done = done;
	*notice_out = (struct notice){.done = done,
		.total = atomic_load(&screen->progress->total),
		.seconds = now - screen->stage_began,
		.level = "info"};
	set_stage(screen, notice_out);
	return true;
}

bool
screen_next(struct screen *screen, struct notice *notice_out)
{
	bool found = true;

	pthread_mutex_lock(&screen->lock);
	if (screen->count > 0) {
		*notice_out = screen->lines[screen->first];
		screen->first = (screen->first + 1) % LINES;
		screen->count--;
	} else {
		found = next_progress(screen, notice_out);
	}
	pthread_mutex_unlock(&screen->lock);
	return found;
}

void
screen_close(struct screen *screen, const struct closing *closing)
{
	pthread_mutex_lock(&screen->lock);
	screen->closing = true;
	screen->last_word = *closing;
	pthread_mutex_unlock(&screen->lock);
}

bool
screen_is_closing(struct screen *screen, struct closing *closing_out)
{
	bool closing;

	pthread_mutex_lock(&screen->lock);
	closing = screen->closing;
	if (closing)
		*closing_out = screen->last_word;
	pthread_mutex_unlock(&screen->lock);
	return closing;
}
