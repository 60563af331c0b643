/*
 * The progress of a session at the conversion host; screen.c is the source's.
 */
#include "convert/serve/meter.h"

#include <jansson.h>

#include "common/event.h"
#include "common/log.h"
#include "common/monotonic.h"
#include "common/progress.h"

static const double line_seconds = 10;
enum { LINE_PARTS = 20 }; /* 5 % */

bool
meter_is_due(struct meter *meter, const struct progress *progress, double now,
	double *seconds_out)
{
	const char *stage = atomic_load(&progress->stage);
	uint64_t done = atomic_load(&progress->done);
	uint64_t total = atomic_load(&progress->total);

	/* The next disk of a stage begins anew as well. */
	if (stage != meter->stage || done < meter->last_done)
		*meter = (struct meter){.stage = stage, .began = now,
			.shown = now, .shown_done = done};
	meter->last_done = done;
	*seconds_out = now - meter->began;
	if (total == 0 || done == meter->shown_done ||
		(now - meter->shown < line_seconds &&
			done - meter->shown_done < total / LINE_PARTS))
		return false;
	meter->shown = now;
	meter->shown_done = done;
	return true;
}

static void
emit(const struct progress *progress, const char *machine, double seconds)
{
	event_emit("progress", machine, json_pack("{s:s, s:I, s:I, s:f}",
		"stage", atomic_load(&progress->stage), "done_bytes",
		(json_int_t)atomic_load(&progress->done), "total_bytes",
		(json_int_t)atomic_load(&progress->total), "seconds", seconds));
}

void
meter_tick(struct meter *meter, const struct progress *progress,
	const char *machine)
{
	uint64_t before = meter->last_done;
	char line[200];
	double seconds;
	bool due;

	due = meter_is_due(meter, progress,
		monotonic_seconds(), &seconds);
	if (meter->stage == NULL || atomic_load(&progress->total) == 0) {
		log_status(NULL);
		return;
	}
	if (meter->last_done != before)
		emit(progress, machine, seconds);
	if (log_is_terminal()) {
		progress_bar(line, sizeof line, progress, seconds);
		log_status("%s: %s", machine, line);
	} else if (due) {
		progress_line(line, sizeof line, progress, seconds);
		log_info("%s: %s", machine, line);
	}
}
