/* Patience of session.c with a host that is not there. */
#include "p2v/backoff.h"

#include <stdint.h>
#include <sys/random.h>

/* Three to five quarters of it. */
static unsigned
jitter(unsigned ms)
{
	uint16_t random = 0;

	if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
		return ms;
	return ms * 3 / 4 + ms / 2 * random / UINT16_MAX;
}

unsigned
backoff_next_ms(struct backoff *backoff)
{
	unsigned ms = backoff->next_ms == 0 ? BACKOFF_FIRST_MS
					    : backoff->next_ms;

	backoff->next_ms = ms * 2 < BACKOFF_LIMIT_MS ? ms * 2
						     : BACKOFF_LIMIT_MS;
	return jitter(ms);
}

void
backoff_reset(struct backoff *backoff)
{
	backoff->next_ms = 0;
}
