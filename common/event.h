#ifndef COMMON_EVENT_H
#define COMMON_EVENT_H

#include <jansson.h>

/*
 * Events for programs: JSON objects on stdout, one a line, each with "time" and
 * "event".  Nothing is printed until event_open(), which main's thread calls
 * before it starts others or forks.
 */
void event_open(void);

/* Takes the details, which may be NULL.  Safe from any thread. */
void event_emit(const char *event, const char *machine, json_t *details);

#endif
