/*
 * A token bucket for what comes over the wire.  lane.c takes from it, the
 * session's tick looks after its rate (capture/rate.c).
 */
#include "convert/serve/throttle.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/io.h"
#include "common/log.h"
#include "common/own.h"
#include "convert/source/queue.h"
#include "wire/block.h"
#include "wire/frame.h"

/* The bucket holds so many seconds of the rate. */
static const double burst_seconds = 0.5;

struct throttle {
	const char *path;
	const struct rate *usual;
	struct stat seen; /* of the file; st_ino 0: it was not there */
	pthread_mutex_t lock; /* guards what follows */
	struct rate rate;
	uint64_t limit; /* bytes a second; 0: none */
	double balance;	 /* bytes that may still come; below 0: in debt */
	double reserved; /* what is asked for and has not come */
	double filled;	/* when */
};

int
throttle_new(struct throttle **throttle_out, const char *path,
	const struct rate *usual, struct error *err)
{
	struct throttle *throttle = calloc(1, sizeof *throttle);

	if (throttle == NULL)
		return error_set(err, ENOMEM, "begin the session");
	throttle->path = path;
	throttle->usual = usual;
	throttle->rate = *usual;
	pthread_mutex_init(&throttle->lock, NULL);
	*throttle_out = throttle;
	return 0;
}

void
throttle_free(struct throttle *throttle)
{
	pthread_mutex_destroy(&throttle->lock);
	free(throttle);
}

static bool
file_changed(struct throttle *throttle)
{
	struct stat now = {0}, *seen = &throttle->seen;
	bool changed;

	if (stat(throttle->path, &now) == -1)
		memset(&now, 0, sizeof now);
	changed = now.st_ino != seen->st_ino || now.st_size != seen->st_size ||
		now.st_mtim.tv_sec != seen->st_mtim.tv_sec ||
		now.st_mtim.tv_nsec != seen->st_mtim.tv_nsec;
	*seen = now;
	return changed;
}

static int
read_rate(const struct throttle *throttle, struct rate *rate_out,
	struct error *err)
{
	AUTO(freep) char *text = NULL;

	*rate_out = *throttle->usual;
	if (throttle->seen.st_ino == 0)
		return 0;
	if (io_read_file(&text, NULL, throttle->path, RATE_TEXT_BYTES, err) ==
		-1)
		return -1;
	text[strcspn(text, "\r\n")] = '\0';
	return rate_parse(rate_out, text, err);
}

bool
throttle_update(struct throttle *throttle, unsigned minute,
	uint64_t *limit_out)
{
	struct error err = {0};
	struct rate rate;
	bool changed;
	bool is_new = file_changed(throttle);

	if (is_new && read_rate(throttle, &rate, &err) == -1) {
		log_warn("%s: %s; the rate stays", throttle->path, err.text);
		is_new = false;
	}
	pthread_mutex_lock(&throttle->lock);
	if (is_new)
		throttle->rate = rate;
	*limit_out = rate_at(&throttle->rate, minute);
	changed = *limit_out != throttle->limit;
	throttle->limit = *limit_out;
	/* Debts of a slower time are not paid at a faster one's cost. */
	if (changed)
		throttle->balance = 0;
	pthread_mutex_unlock(&throttle->lock);
	return changed;
}

/* With the lock held. */
static void
fill(struct throttle *throttle, double now)
{
	double rate = (double)throttle->limit, most = rate * burst_seconds;
	double more = rate * (now - throttle->filled);

	throttle->filled = now;
	if (throttle->balance + more <= most)
		throttle->balance += more;
	else if (throttle->balance < most)
		throttle->balance = most;
}

unsigned
throttle_wait_ms(struct throttle *throttle, double now)
{
	double left, wait = 0;

	pthread_mutex_lock(&throttle->lock);
	if (throttle->limit > 0) {
		fill(throttle, now);
		left = throttle->balance - throttle->reserved;
		if (left < 0)
			wait = -left / (double)throttle->limit;
	}
	pthread_mutex_unlock(&throttle->lock);
	return wait > 60 ? 60000 : wait > 0 ? (unsigned)(wait * 1000) + 1 : 0;
}

static double
reserve_of(const struct job *job)
{
	uint32_t blocks = block_count(job->length);

	return job->type == FRAME_HASH
		? FRAME_BYTES + (double)blocks * BLOCK_SUM_BYTES
		: FRAME_BYTES + (double)job->length +
			(double)blocks * BLOCK_RECORD_BYTES;
}

void
throttle_ask(struct throttle *throttle, const struct job *job)
{
	pthread_mutex_lock(&throttle->lock);
	throttle->reserved += reserve_of(job);
	pthread_mutex_unlock(&throttle->lock);
}

void
throttle_settle(struct throttle *throttle, const struct job *job,
	uint64_t bytes)
{
	pthread_mutex_lock(&throttle->lock);
	throttle->reserved -= reserve_of(job);
	throttle->balance -= (double)bytes;
	pthread_mutex_unlock(&throttle->lock);
}

void
throttle_rate(struct throttle *throttle, struct rate *rate_out)
{
	pthread_mutex_lock(&throttle->lock);
	*rate_out = throttle->rate;
	pthread_mutex_unlock(&throttle->lock);
}
