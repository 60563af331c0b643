/*
 * Is a block of an XFS free?  Each allocation group keeps its free extents in a
 * B+tree by block number, which is walked from its root.  Versions 4 and 5
 * differ in the length of a block's header.
 */
#include "convert/damage/free.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"

enum {
	LEVELS_LIMIT = 9,
	BLOCK_LIMIT = 65536,
	HEADER_V4 = 16,
	HEADER_V5 = 56,
	RECORD = 8, /* of a leaf: first block, count; a key of a node as well */
	POINTER = 4,
	GROUP_HEADERS = 4 /* sectors at the beginning of a group */
};

struct xfs {
	const struct free_reader *reader;
	uint32_t block_bytes, group_blocks, group_count, sector_bytes, log_blocks;
	uint64_t blocks, log_start; /* a block of the file system */
	bool is_v5;
};

static uint32_t
be16(const uint8_t *at)
{
	return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t
be32(const uint8_t *at)
{
	return be16(at) << 16 | be16(at + 2);
}

static uint64_t
be64(const uint8_t *at)
{
	return (uint64_t)be32(at) << 32 | be32(at + 4);
}

static int
read_superblock(struct xfs *xfs, struct error *err)
{
	uint8_t super[512];
	uint64_t log;
	unsigned shift;

	if (xfs->reader->read(xfs->reader->context, 0, super, sizeof super,
		    err) == -1)
		return -1;
	xfs->block_bytes = be32(super + 4);
	xfs->blocks = be64(super + 8);
	xfs->group_blocks = be32(super + 84);
	xfs->group_count = be32(super + 88);
	xfs->log_blocks = be32(super + 96);
	xfs->sector_bytes = be16(super + 102);
	xfs->is_v5 = (be16(super + 100) & 0xf) == 5;
	shift = super[124];
	if (memcmp(super, "XFSB", 4) != 0 || xfs->block_bytes < 512 ||
		xfs->block_bytes > BLOCK_LIMIT ||
		(xfs->block_bytes & (xfs->block_bytes - 1)) != 0 ||
		xfs->sector_bytes < 512 ||
		xfs->sector_bytes > xfs->block_bytes ||
		xfs->group_blocks == 0 || shift > 31 ||
		xfs->blocks > UINT64_MAX / BLOCK_LIMIT)
		return error_set(err, 0, "its superblock is damaged");
	/* Its number has the group above the block within it. */
	log = be64(super + 48);
	xfs->log_start = log == 0 ? UINT64_MAX
		: (log >> shift) * xfs->group_blocks +
			(log & ((UINT64_C(1) << shift) - 1));
	return 0;
}

/* A block of the tree, with its header checked. */
static int
read_node(const struct xfs *xfs, uint32_t group, uint32_t block,
	unsigned level, uint8_t *node, struct error *err)
{
	uint64_t at = ((uint64_t)group * xfs->group_blocks + block) *
		xfs->block_bytes;

	if (block >= xfs->group_blocks)
		return error_set(err, 0, "its free space's records are damaged");
	if (xfs->reader->read(xfs->reader->context, at, node, xfs->block_bytes,
		    err) == -1)
		return -1;
	return memcmp(node, xfs->is_v5 ? "AB3B" : "ABTB", 4) == 0 &&
			be16(node + 4) == level
		? 0
		: error_set(err, 0, "its free space's records are damaged");
}

/* The last record at or before the block; false when there is none. */
static bool
find_record(const uint8_t *records, unsigned count, uint32_t block,
	unsigned *index_out)
{
	unsigned found = 0;

	while (found < count && be32(records + found * RECORD) <= block)
		found++;
	if (found == 0)
		return false;
	*index_out = found - 1;
	return true;
}

static int
descend(const struct xfs *xfs, uint32_t group, uint32_t root, unsigned levels,
	uint32_t block, bool *is_free_out, struct error *err)
{
	AUTO(freep) uint8_t *node = malloc(xfs->block_bytes);
	unsigned header = xfs->is_v5 ? HEADER_V5 : HEADER_V4, index;
	unsigned room = xfs->block_bytes - header;

	*is_free_out = false;
	if (node == NULL)
		return error_set(err, ENOMEM, "look for free space");
	for (unsigned level = levels; level-- > 0;) {
		unsigned most = room / (level == 0 ? RECORD : RECORD + POINTER);
		unsigned count;
		const uint8_t *record;

		if (read_node(xfs, group, root, level, node, err) == -1)
			return -1;
		count = be16(node + 6);
		if (count > most)
			return error_set(err, 0,
				"its free space's records are damaged");
		if (!find_record(node + header, count, block, &index))
			return 0;
		record = node + header + index * RECORD;
		if (level == 0)
			*is_free_out = block - be32(record) < be32(record + 4);
		else
			root = be32(node + header + most * RECORD +
				index * POINTER);
	}
	return 0;
}

int
free_ask_xfs(const struct free_reader *reader, uint64_t offset_bytes,
	enum free_answer *answer_out, struct error *err)
{
	struct xfs xfs = {.reader = reader};
	uint8_t agf[512];
	uint64_t block;
	uint32_t group;
	bool is_free;

	if (read_superblock(&xfs, err) == -1)
		return -1;
	block = offset_bytes / xfs.block_bytes;
	group = (uint32_t)(block / xfs.group_blocks);
	*answer_out = FREE_OUTSIDE;
	if (block >= xfs.blocks || block / xfs.group_blocks >= xfs.group_count)
		return 0;
	*answer_out = FREE_JOURNAL;
	if (block >= xfs.log_start && block - xfs.log_start < xfs.log_blocks)
		return 0;
	/* Also when the record of free space is among them, and lost. */
	*answer_out = FREE_RECORDS;
	if (block % xfs.group_blocks * xfs.block_bytes +
			offset_bytes % xfs.block_bytes <
		(uint64_t)GROUP_HEADERS * xfs.sector_bytes)
		return 0;
	if (reader->read(reader->context,
		    (uint64_t)group * xfs.group_blocks * xfs.block_bytes +
			    xfs.sector_bytes,
		    agf, sizeof agf, err) == -1)
		return -1;
	if (memcmp(agf, "XAGF", 4) != 0 || be32(agf + 28) > LEVELS_LIMIT)
		return error_set(err, 0, "its free space's records are damaged");
	if (descend(&xfs, group, be32(agf + 16), be32(agf + 28),
		    (uint32_t)(block % xfs.group_blocks), &is_free, err) == -1)
		return -1;
	*answer_out = is_free ? FREE_YES : FREE_RECORDS;
	return 0;
}
