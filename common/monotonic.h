#ifndef COMMON_MONOTONIC_H
#define COMMON_MONOTONIC_H

#include <stdint.h>
#include <time.h>

/* Time that nobody sets: for how long, never for when. */

static inline struct timespec
monotonic_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now;
}

static inline double
monotonic_seconds(void)
{
	struct timespec now = monotonic_now();

	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Whole seconds, where those will do. */
static inline time_t
monotonic_ticks(void)
{
	return monotonic_now().tv_sec;
}

static inline int64_t
monotonic_ms(void)
{
	struct timespec now = monotonic_now();

	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#endif
