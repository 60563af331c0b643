/* What the appliance says of a guest's disks: every way up ends. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "convert/damage/layers.h"

static void
follow(const struct layers *layers, struct layer_place place)
{
	struct layer_place copies[LAYERS_MEMBERS];

	for (int level = 0; level < LAYERS_DEPTH; level++) {
		const struct layer_span *span = layers_span(layers, place);
		size_t count;
		uint64_t up, at;
		int disk;

		layers_extent(layers, place);
		if (span == NULL)
			return;
		count = layers_copies(layers, span, place.offset_bytes, copies);
		for (size_t i = 0; i < count; i++)
			layers_down(layers, copies[i], &disk, &at);
		if (!layers_up(span, place.offset_bytes, &up))
			return;
		place = (struct layer_place){span->upper, up};
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static const char *const names[] = {"sda", "nvme0n1"};
	AUTO(freep) char *text = malloc(bytes + 1);
	struct layers layers;

	if (text == NULL)
		return 0;
	memcpy(text, data, bytes);
	text[bytes] = '\0';
	if (layers_parse(&layers, text, NULL) == 0)
		layers_name_disks(&layers, names, 2);
	for (size_t i = 0; i < layers.device_count && i < 64; i++)
		for (uint64_t at = 0; at < 16; at++)
			follow(&layers, (struct layer_place){(unsigned)i,
				at * 70000});
	layers_release(&layers);
	return 0;
}
