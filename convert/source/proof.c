/*
 * Second look at an image of another session: the source was booted in between,
 * so it may have written to its disks.  The source only hashes; blocks.c fetches
 * what was dropped when it is wanted.  How far it came is noted in the image.
 */
#include "convert/source/proof.h"

#include <string.h>

#include "common/error.h"
#include "convert/source/image.h"
#include "convert/source/sweep.h"

static bool
is_known(void *context, uint64_t block)
{
	return image_is_known(context, block);
}

static int
compare_block(void *context, uint64_t block, const struct answer *answer,
	struct error *err)
{
	struct image *image = context;
	uint8_t hash[HASH_BYTES];
	bool was_bad, kept;

	if (image_has(image, block)) {
		if (image_hash(image, block, hash, err) == -1 ||
			image_is_bad(image, block, &was_bad, err) == -1)
			return -1;
		/* Zeros and sectors that could not be read hash alike. */
		if (memcmp(hash, answer->hash, HASH_BYTES) == 0 &&
			was_bad == answer->is_bad)
			return 0;
		if (image_drop(image, block, err) == -1)
			return -1;
	}
	return image_keep(image, block, answer->hash, answer->is_bad, &kept,
		err);
}

static int
note_passed(void *context, uint64_t block, struct error *err)
{
	return image_note_proven(context, block, err);
}

/* What an earlier run compared counts as done. */
static uint64_t
count_before(const struct image *image, uint64_t end)
{
	uint64_t bytes = 0;

	for (uint64_t block = 0; block < end; block++)
		if (image_is_known(image, block))
			bytes += image_block_bytes(image, block);
	return bytes;
}

int
proof_run(struct image *image, struct queue *queue, uint8_t disk,
	struct progress *progress, uint64_t *dropped_out, struct error *err)
{
	const struct sweep sweep = {.image = image, .queue = queue,
		.disk = disk, .type = FRAME_HASH,
		.first_block = image_proven_blocks(image),
		.wants = is_known, .block = compare_block,
		.passed = note_passed, .context = image, .progress = progress};
	uint64_t known = image_known_bytes(image), present, zero;
	int failed;

	progress_count(progress, count_before(image, sweep.first_block));
	failed = sweep_run(&sweep, err);
	image_count(image, &present, &zero);
	*dropped_out = failed ? 0 : known - present;
	if (failed || image_checkpoint(image, err) == -1)
		return -1;
	return image_adopt(image, err);
}
