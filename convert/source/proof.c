/*
 * Second look at an image of another session: the source was booted in between,
 * so it may have written to its disks.  The source only hashes; blocks.c fetches
 * what was dropped when it is wanted.
 */
#include "convert/source/proof.h"

#include <stdatomic.h>
#include <string.h>

#include "common/error.h"
#include "convert/source/image.h"
#include "convert/source/sweep.h"

struct proof {
	struct image *image;
	_Atomic uint64_t dropped;
};

static bool
is_there(void *context, uint64_t block)
{
	const struct proof *proof = context;

	return image_has(proof->image, block);
}

static int
compare_block(void *context, uint64_t block, const struct answer *answer,
	struct error *err)
{
	struct proof *proof = context;
	uint8_t hash[HASH_BYTES];
	bool was_bad;

	if (!image_has(proof->image, block))
		return 0; /* dropped before the lane was lost */
	if (image_hash(proof->image, block, hash, err) == -1 ||
		image_is_bad(proof->image, block, &was_bad, err) == -1)
		return -1;
	/* Zeros and sectors that could not be read have the same hash. */
	if (memcmp(hash, answer->hash, HASH_BYTES) == 0 &&
		was_bad == answer->is_bad)
		return 0;
	if (image_drop(proof->image, block, err) == -1)
		return -1;
	atomic_fetch_add(&proof->dropped,
		image_block_bytes(proof->image, block));
	return 0;
}

int
proof_run(struct image *image, struct queue *queue, uint8_t disk,
	struct progress *progress, uint64_t *dropped_out, struct error *err)
{
	struct proof proof = {.image = image};
	const struct sweep sweep = {image, queue, disk, FRAME_HASH, is_there,
		compare_block, &proof, progress};
	int failed = sweep_run(&sweep, err);

	*dropped_out = proof.dropped;
	if (failed || image_checkpoint(image, err) == -1)
		return -1;
	return image_adopt(image, err);
}
