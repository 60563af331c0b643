/*
 * From a carry set to a machine's images, as lanes and blocks.c do it for what
 * comes over the wire.  wire/carry-set.c reads the set.
 */
#include "convert/source/carry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "common/progress.h"
#include "convert/source/image.h"
#include "convert/state/machine.h"
#include "wire/carry-set.h"
#include "wire/codec.h"

struct import {
	struct image *image;
	struct progress *progress;
	void (*tick)(void *context);
	void *context;
	struct codec_context *codec;
	struct carry_group *group;
	uint64_t stored;
	unsigned recent; /* blocks since the last look at what is durable */
	bool is_stored[CARRY_GROUP_BLOCKS]; /* in the set: not zeros */
	uint8_t data[BLOCK_BYTES];
};

enum { FLUSH_BLOCKS = 256 };

static int
check_disk(const struct carry_set *set, uint8_t number,
	const struct machine_disk *disk, struct error *err)
{
	const struct carry_index *index = carry_set_index(set);
	const struct carry_root *root = &index->roots[number];
	uint8_t hash[HASH_BYTES];
	size_t groups = 0;

	for (size_t i = 0; i < index->now.count; i++)
		groups += index->now.groups[i].disk == number;
	if (root->size_bytes != disk->size_bytes ||
		groups != carry_groups(disk->size_bytes))
		return error_set(err, EBADMSG, "the set has %zu groups of disk "
			"%s, whose size is told as %ju and %ju bytes", groups,
			disk->name, (uintmax_t)root->size_bytes,
			(uintmax_t)disk->size_bytes);
	if (carry_index_root(index, number, hash, err) == -1)
		return -1;
	if (memcmp(hash, root->hash, sizeof hash) != 0)
		return error_set(err, EBADMSG, "the set's groups of disk %s do "
			"not add up to its root hash", disk->name);
	return 0;
}

int
carry_check(const struct carry_set *set, const struct machine_disk *disks,
	size_t count, struct error *err)
{
	const struct carry_index *index = carry_set_index(set);

	if (index->root_count != count)
		return error_set(err, EBADMSG, "the set has %zu disks and "
			"describes %zu", index->root_count, count);
	for (size_t i = 0; i < count; i++)
		if (check_disk(set, (uint8_t)i, &disks[i], err) == -1)
			return -1;
	return 0;
}

uint64_t
carry_stored_bytes(const struct carry_set *set, uint8_t disk)
{
	const struct carry_pass *pass = &carry_set_index(set)->now;
	uint64_t bytes = 0;

	for (size_t i = 0; i < pass->count; i++)
		if (pass->groups[i].disk == disk)
			bytes += (uint64_t)pass->groups[i].blocks * BLOCK_BYTES;
	return bytes;
}

void
carry_root_hex(const struct carry_set *set, uint8_t disk,
	char hex_out[HASH_HEX_BYTES])
{
	hash_hex(carry_set_index(set)->roots[disk].hash, hex_out);
}

/*
 * Keep a block that is the same, also one that only the complete generation has;
 * another one must go.
 */
static int
keep_same(struct image *image, uint64_t block, const uint8_t hash[HASH_BYTES],
	bool is_bad, struct error *err)
{
	uint8_t own[HASH_BYTES];
	bool own_bad, kept;

	if (image_has(image, block)) {
		if (image_hash(image, block, own, err) == -1 ||
			image_is_bad(image, block, &own_bad, err) == -1)
			return -1;
		if (memcmp(own, hash, sizeof own) == 0 && own_bad == is_bad)
			return 0;
		if (image_drop(image, block, err) == -1)
			return -1;
	}
	return image_keep(image, block, hash, is_bad, &kept, err);
}

static int
store_block(void *context, uint32_t index, const struct block_record *record,
	struct error *err)
{
	struct import *import = context;
	const struct carry_group *group = import->group;
	uint64_t block = (uint64_t)group->number * CARRY_GROUP_BLOCKS + index;
	uint32_t bytes = image_block_bytes(import->image, block);
	bool is_bad = record->flags & BLOCK_BAD;

	import->is_stored[index] = true;
	import->tick(import->context);
	progress_count(import->progress, BLOCK_BYTES);
	if (keep_same(import->image, block, record->hash, is_bad, err) == -1)
		return -1;
	if (image_has(import->image, block))
		return 0;
	if (block_unpack(import->codec, record, import->data, bytes, err) == -1)
		return error_add(err, "block %ju", (uintmax_t)block);
	import->stored += bytes;
	if (image_store(import->image, block,
		    record->codec == CODEC_ZERO ? NULL : import->data,
		    record->hash, is_bad ? record->bad_map : NULL, err) == -1)
		return -1;
	if (++import->recent % FLUSH_BLOCKS != 0)
		return 0;
	return image_flush_old(import->image, err);
}

/* What the set knows as zeros, and the image perhaps as something else. */
static int
settle_zeros(struct import *import, struct error *err)
{
	const struct carry_group *group = import->group;
	uint64_t first = (uint64_t)group->number * CARRY_GROUP_BLOCKS;
	uint32_t count = carry_group_blocks(group->disk_bytes, group->number);

	for (uint32_t i = 0; i < count; i++)
		if (!import->is_stored[i] &&
			image_is_known(import->image, first + i) &&
			keep_same(import->image, first + i, group->hashes[i],
				false, err) == -1)
			return -1;
	return 0;
}

static int
import_groups(struct import *import, struct carry_set *set, uint8_t disk,
	struct error *err)
{
	const struct carry_pass *pass = &carry_set_index(set)->now;
	uint64_t disk_bytes = image_disk_bytes(import->image);

	for (size_t i = 0; i < pass->count; i++) {
		if (pass->groups[i].disk != disk)
			continue;
		memset(import->is_stored, 0, sizeof import->is_stored);
		if (carry_set_read(set, &pass->groups[i], disk_bytes,
			    import->group, store_block, import, err) == -1 ||
			settle_zeros(import, err) == -1)
			return -1;
	}
	if (image_is_foreign(import->image) &&
		image_adopt(import->image, err) == -1)
		return -1;
	return image_checkpoint(import->image, err);
}

/* The image's own sum of it all. */
static int
check_root(const struct import *import, const struct carry_set *set,
	uint8_t disk, struct error *err)
{
	char own[HASH_HEX_BYTES], told[HASH_HEX_BYTES];

	carry_root_hex(set, disk, told);
	if (image_root(import->image, own, err) == -1)
		return -1;
	if (strcmp(own, told) != 0)
		return error_set(err, EBADMSG, "%s has root hash %s, but the "
			"set %s", image_path(import->image), own, told);
	return 0;
}

int
carry_import(struct carry_set *set, uint8_t disk, struct image *image,
	struct progress *progress, void (*tick)(void *context), void *context,
	uint64_t *stored_out, struct error *err)
{
	AUTO(freep) struct import *import = calloc(1, sizeof *import);
	int result = -1;

	if (import == NULL)
		return error_set(err, ENOMEM, "import a disk");
	import->image = image;
	import->progress = progress;
	import->tick = tick;
	import->context = context;
	import->group = malloc(sizeof *import->group);
	if (import->group == NULL)
		error_set(err, ENOMEM, "import a disk");
	else if (codec_new(&import->codec, err) == 0 &&
		import_groups(import, set, disk, err) == 0)
		result = check_root(import, set, disk, err);
	/* What came before the failure need not come again. */
	if (result == -1)
		image_checkpoint(image, NULL);
	*stored_out = import->stored;
	codec_free(import->codec);
	free(import->group);
	return result;
}
