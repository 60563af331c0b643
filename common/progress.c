/* Counts for long work, and the one place that turns them into words. */
#include "common/progress.h"

#include <stdio.h>

void
progress_begin(struct progress *progress, const char *stage, uint64_t total)
{
	atomic_store(&progress->done, 0);
	atomic_store(&progress->total, total);
	atomic_store(&progress->stage, stage);
}

void
progress_count(struct progress *progress, uint64_t more)
{
	atomic_fetch_add(&progress->done, more);
}

const char *
progress_bytes(char text[16], uint64_t bytes)
{
	static const char units[][3] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
	double value = (double)bytes;
	size_t unit = 0;

	while (value >= 999.5 && unit + 1 < sizeof units / sizeof units[0]) {
		value /= 1000;
		unit++;
	}
	snprintf(text, 16, unit == 0 || value >= 99.5 ? "%.0f %s" : "%.1f %s",
		value, units[unit]);
	return text;
}

void
progress_line(char *line, size_t room, const struct progress *progress,
	double seconds)
{
	uint64_t done = atomic_load(&progress->done);
	uint64_t total = atomic_load(&progress->total);
	double rate = seconds > 0 ? (double)done / seconds : 0;
	char a[16], b[16], c[16];
	const char *stage = atomic_load(&progress->stage);
	uint64_t left;

	if (stage == NULL)
		stage = "";
	if (total == 0) {
		snprintf(line, room, "%-9s %s", stage, progress_bytes(a, done));
		return;
	}
	left = rate > 0 && done < total ? (uint64_t)((double)(total - done) / rate)
					: 0;
	snprintf(line, room, "%-9s %s of %s  %d %%  %s/s  %ju:%02ju left", stage,
		progress_bytes(a, done), progress_bytes(b, total),
		(int)(done >= total ? 100 : 100.0 * (double)done / (double)total),
		progress_bytes(c, (uint64_t)rate), (uintmax_t)(left / 60),
		(uintmax_t)(left % 60));
}

void
progress_bar(char *line, size_t room, const struct progress *progress,
	double seconds)
{
	static const char full[] = "####################";
	static const char empty[] = "--------------------";
	uint64_t total = atomic_load(&progress->total);
	uint64_t done = atomic_load(&progress->done);
	int parts = (int)sizeof full - 1;
	int filled = total == 0 || done >= total
		? parts
		: (int)(parts * ((double)done / (double)total));
	char text[160];

	progress_line(text, sizeof text, progress, seconds);
	if (total == 0)
		snprintf(line, room, "%s", text);
	else
		snprintf(line, room, "[%.*s%.*s] %s", filled, full,
			parts - filled, empty, text);
}
