/* A console says the same in one piece and byte by byte. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "convert/verify/watch.h"

static struct watch whole, pieces;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	const char *text = (const char *)data;

	memset(&whole, 0, sizeof whole);
	memset(&pieces, 0, sizeof pieces);
	watch_feed(&whole, WATCH_SERIAL, text, bytes, 1);
	for (size_t i = 0; i < bytes; i++)
		watch_feed(&pieces, WATCH_SERIAL, text + i, 1, 1);
	/* A line that goes on may look like a prompt on its way; not the other
	 * way round. */
	for (size_t i = 0; i < WATCH_MILESTONE_COUNT; i++)
		if (whole.reached[i] && !pieces.reached[i])
			abort();
	if (whole.failure != NULL && pieces.failure == NULL)
		abort();
	return 0;
}
