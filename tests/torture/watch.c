/* How a run ends badly; see watch.h. */
#include "tests/torture/watch.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "common/own.h"

enum { TAIL_LINES = 30 };

static unsigned watched_run;
static const char *watched_folder;
static void (*watched_stop)(void);

void
watch_begin(unsigned run, const char *folder, void (*stop)(void))
{
	watched_run = run;
	watched_folder = folder;
	watched_stop = stop;
}

static void
print_tail(const char *name)
{
	AUTO(freep) char *path = io_format("%s/%s", watched_folder, name);
	AUTO(freep) char *text = NULL;
	size_t bytes;
	unsigned lines = 0;

	if (path == NULL ||
		io_read_file(&text, &bytes, path, 64 << 20, NULL) == -1)
		return;
	while (bytes > 0 && (lines += text[bytes - 1] == '\n') <= TAIL_LINES)
		bytes--;
	printf("--- %s\n%s", name, text + bytes);
}

void
watch_ok(bool holds, const char *claim, ...)
{
	va_list list;

	if (holds)
		return;
	printf("run %u: NOT SO: ", watched_run);
	va_start(list, claim);
	vprintf(claim, list);
	va_end(list);
	putchar('\n');
	if (watched_folder != NULL) {
		print_tail("host.log");
		print_tail("source.log");
	}
	fflush(stdout);
	if (watched_stop != NULL)
		watched_stop();
	_exit(1);
}
