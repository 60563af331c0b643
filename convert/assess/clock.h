#ifndef CONVERT_ASSESS_CLOCK_H
#define CONVERT_ASSESS_CLOCK_H

#include <stdbool.h>
#include <stddef.h>

/* Where systems say whether the hardware's clock is in UTC; the last one that says so counts. */
enum { CLOCK_FILES = 5 };
extern const char *const clock_files[CLOCK_FILES];

/* Does file `index` of them, with this text, say that it is? -1: it does not say. */
int clock_is_utc(size_t index, const char *text);

#endif
