#ifndef TESTS_TORTURE_WATCH_H
#define TESTS_TORTURE_WATCH_H

#include <stdbool.h>

/*
 * End this process, which is one run, with what does not hold and the logs of
 * both sides.
 */
void watch_ok(bool holds, const char *claim, ...)
	__attribute__((format(printf, 2, 3)));

/* What to say on such an end: the run, and a folder with *.log. */
void watch_begin(unsigned run, const char *folder, void (*stop)(void));

#endif
