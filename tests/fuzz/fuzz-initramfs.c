/*
 * Any bytes as an initramfs.  Beyond not crashing: what is accepted can be
 * extended, and then holds what was added and all that it held.
 */
#include <stdint.h>
#include <stdlib.h>

#include "common/error.h"
#include "common/own.h"
#include "drivers-inject/bytes.h"
#include "drivers-inject/generator.h"
#include "drivers-inject/initramfs.h"
#include "drivers-inject/payload.h"
#include "drivers-inject/segment.h"
#include "drivers-inject/tree.h"
#include "tests/fuzz/fuzz.h"

enum { SEGMENT_LIMIT = 64 };

static void
check_extended(const struct initramfs *base, const struct segment *segment)
{
	AUTO(bytes_freep) struct bytes image = {NULL, 0, 0};
	AUTO(initramfs_freep) struct initramfs *result = NULL;
	struct error err;
	size_t original;

	if (bytes_append(&image, base->image, base->bytes, &err) == -1 ||
		segment_build(segment, base->bytes % 2 == 1, &image, &err) == -1)
		abort();
	if (initramfs_parse(&result, image.data, image.used, &err) == -1) {
		if (base->segment_count < SEGMENT_LIMIT)
			abort();
		return;
	}
	if (payload_check(segment, result, &err) == -1 ||
		segment_original_bytes(result, &original, &err) == -1 ||
		original != base->bytes)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	AUTO(initramfs_freep) struct initramfs *base = NULL;
	AUTO(segment_freep) struct segment segment = {.base = NULL};
	char path[TREE_PATH_BYTES];
	struct error err;

	if (initramfs_parse(&base, data, bytes, &err) == -1)
		return 0;
	for (size_t i = 0; i < base->tree->count; i++)
		tree_path(base->tree, &base->tree->nodes[i], path, &err);
	generator_of(base);
	segment.base = base;
	if (segment_add(&segment, "lib/modules/1/x.ko", 0644, "module", 6,
		    &err) == 0 &&
		segment_add(&segment, "conf/modules", 0644, "x\n", 2, &err) ==
			0)
		check_extended(base, &segment);
	return 0;
}
