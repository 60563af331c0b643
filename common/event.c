/*
 * The program's voice for other programs, beside log.c's for people.  One
 * write() a line, so that lines of sessions, which are processes, do not mix.
 */
#include "common/event.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"

static bool event_wanted;

void
event_open(void)
{
	event_wanted = true;
}

static void
print(const json_t *object)
{
	AUTO(freep) char *text = json_dumps(object, JSON_COMPACT);
	AUTO(freep) char *line = text ? io_format("%s\n", text) : NULL;

	if (line != NULL && write(STDOUT_FILENO, line, strlen(line)) == -1)
		return; /* nobody is left to tell */
}

void
event_emit(const char *event, const char *machine, json_t *taken)
{
	AUTO(json_decrefpp) json_t *details = taken;
	AUTO(json_decrefpp) json_t *object = NULL;
	time_t now = time(NULL);
	struct tm utc;
	char text[32];

	if (!event_wanted)
		return;
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
	object = json_pack("{s:s, s:s, s:s}", "time", text, "event", event,
		"machine", machine);
	if (object == NULL ||
		(details != NULL && json_object_update(object, details) == -1))
		return;
	print(object);
}
