/*
 * From a group of blocks of a disk to frames of a carry set.  carry.c says which
 * groups, wire/carry.h what frames are.
 */
#include "p2v/carry-group.h"

#include <errno.h>
#include <string.h>

#include "common/error.h"
#include "common/json.h"
#include "p2v/screen.h"
#include "p2v/source.h"
#include "wire/carry-writer.h"
#include "wire/codec.h"

enum {
	READ_BYTES = 1 << 20,
	READ_BLOCKS = READ_BYTES / BLOCK_BYTES,
	MAP_BYTES = READ_BYTES / BLOCK_SECTOR_BYTES / 8,
	FRAME_LIMIT = CARRY_HEAD_BYTES + CARRY_PAYLOAD_HEAD_BYTES +
		CARRY_FRAME_BLOCKS * CARRY_RECORD_LIMIT,
	SAMPLES = 128
};

struct group_reader {
	struct screen *screen;
	void (*progress)(void *context, uint64_t more_bytes);
	void *context;
	struct codec_context *codec;
	struct carry_group group;
	uint8_t *data; /* READ_BYTES of the disk */
	uint8_t bad_map[MAP_BYTES];
	uint8_t *frame; /* FRAME_LIMIT */
	uint32_t used;	/* of it */
	uint16_t count; /* blocks in it */
};

int
group_reader_new(struct group_reader **reader_out, struct screen *screen,
	void (*progress)(void *context, uint64_t more_bytes), void *context,
	struct error *err)
{
	AUTO(group_reader_freep) struct group_reader *reader =
		calloc(1, sizeof *reader);

	if (reader == NULL)
		return error_set(err, ENOMEM, "read the disks");
	reader->screen = screen;
	reader->progress = progress;
	reader->context = context;
	reader->data = malloc(READ_BYTES);
	reader->frame = malloc(FRAME_LIMIT);
	if (reader->data == NULL || reader->frame == NULL)
		return error_set(err, ENOMEM, "read the disks");
	if (codec_new(&reader->codec, err) == -1)
		return -1;
	*reader_out = take(reader);
	return 0;
}

void
group_reader_free(struct group_reader *reader)
{
	if (reader == NULL)
		return;
	codec_free(reader->codec);
	free(reader->data);
	free(reader->frame);
	free(reader);
}

/* Whether the bytes lie in swap space, behind its header. */
static bool
is_swapped(const struct carry_disk *disk, uint64_t offset, uint64_t bytes)
{
	const json_t *partition;
	size_t i;

	json_array_foreach (json_object_get(disk->facts, "partitions"), i,
		partition) {
		uint64_t start = json_number(partition, "start_bytes", 0);
		uint64_t size = json_number(partition, "size_bytes", 0);

		if (strcmp(json_text(json_object_get(partition, "filesystem"),
				   "type", ""), "swap") == 0 &&
			offset >= start + BLOCK_BYTES &&
			offset + bytes <= start + size)
			return true;
	}
	return false;
}

/* Fill reader->data, with zeros where it is swap space. */
static int
read_disk(struct group_reader *reader, const struct carry_disk *disk,
	uint64_t offset, uint32_t bytes, struct error *err)
{
	unsigned bad = 0;

	memset(reader->bad_map, 0, sizeof reader->bad_map);
	if (is_swapped(disk, offset, bytes)) {
		memset(reader->data, 0, bytes);
		return 0;
	}
	if (source_read(disk->source, reader->data, bytes, offset,
		    reader->bad_map, &bad, err) == -1)
		return -1;
	if (bad > 0)
		screen_line(reader->screen, "warning: %s has %u unreadable "
			"sectors behind byte %ju; they are carried as zeros",
			source_name(disk->source), bad, (uintmax_t)offset);
	return 0;
}

/* The record of block `at` of what was read; a zero one has no bad sector. */
static int
pack(struct group_reader *reader, uint32_t at, uint32_t bytes, uint8_t *room,
	struct block_record *record, struct error *err)
{
	static const uint8_t none[BLOCK_BAD_MAP_BYTES];
	const uint8_t *data = reader->data + (size_t)at * BLOCK_BYTES;
	size_t packed_bytes;

	*record = (struct block_record){0};
	memcpy(record->bad_map, reader->bad_map +
		(size_t)at * BLOCK_BAD_MAP_BYTES, BLOCK_BAD_MAP_BYTES);
	if (memcmp(record->bad_map, none, sizeof none) != 0)
		record->flags = BLOCK_BAD;
	record->packed = room + BLOCK_RECORD_BYTES +
		(record->flags ? BLOCK_BAD_MAP_BYTES : 0);
	record->codec = codec_pack(reader->codec, CODEC_ZSTD, data, bytes,
		room + (record->packed - room), &packed_bytes);
	record->packed_bytes = (uint32_t)packed_bytes;
	if (record->codec == CODEC_ZERO && record->flags == 0)
		return 0;
	return hash_block(data, bytes, record->hash, err);
}

static int
flush(struct group_reader *reader, struct carry_writer *writer,
	struct error *err)
{
	const struct carry_payload payload = {CARRY_BLOCKS, reader->group.disk,
		reader->count, reader->group.number};
	uint32_t bytes = reader->used - CARRY_HEAD_BYTES;

	if (reader->count == 0)
		return 0;
	carry_payload_encode(&payload, reader->frame + CARRY_HEAD_BYTES);
	reader->count = 0;
	reader->used = CARRY_HEAD_BYTES + CARRY_PAYLOAD_HEAD_BYTES;
	return carry_writer_frame(writer, reader->frame, bytes, err);
}

/* Blocks of zeros leave no trace: their hash is in the group already. */
static int
add_block(struct group_reader *reader, uint32_t index, uint32_t at,
	struct carry_writer *writer, struct error *err)
{
	struct carry_group *group = &reader->group;
	uint8_t *room = reader->frame + reader->used;
	struct block_record record;

	if (pack(reader, at, carry_block_bytes(group->disk_bytes, group->number,
		    index), room + 2, &record, err) == -1)
		return -1;
	if (record.codec == CODEC_ZERO && record.flags == 0)
		return 0;
	room[0] = (uint8_t)index;
	room[1] = (uint8_t)(index >> 8);
	reader->used += 2 + (uint32_t)block_record_encode(room + 2, &record);
	memcpy(group->hashes[index], record.hash, HASH_BYTES);
	group->blocks++;
	return ++reader->count < CARRY_FRAME_BLOCKS
		? 0
		: flush(reader, writer, err);
}

static int
hash_one(struct group_reader *reader, uint32_t index, uint32_t at,
	struct error *err)
{
	struct carry_group *group = &reader->group;

	return hash_block(reader->data + (size_t)at * BLOCK_BYTES,
		carry_block_bytes(group->disk_bytes, group->number, index),
		group->hashes[index], err);
}

/* `writer` NULL: only the hashes. */
static int
read_group(struct group_reader *reader, const struct carry_disk *disk,
	uint32_t number, struct carry_writer *writer, struct error *err)
{
	uint64_t size = source_size_bytes(disk->source);
	uint32_t blocks = carry_group_blocks(size, number), bytes, index = 0;
	uint64_t offset = (uint64_t)number * CARRY_GROUP_BLOCKS * BLOCK_BYTES;

	if (carry_group_begin(&reader->group, size, disk->number, number,
		    err) == -1)
		return -1;
	reader->count = 0;
	reader->used = CARRY_HEAD_BYTES + CARRY_PAYLOAD_HEAD_BYTES;
	for (; index < blocks; offset += bytes) {
		bytes = size - offset < READ_BYTES ? (uint32_t)(size - offset)
						   : READ_BYTES;
		if (read_disk(reader, disk, offset, bytes, err) == -1)
			return -1;
		for (uint32_t at = 0; at < block_count(bytes); at++, index++)
			if ((writer == NULL ? hash_one(reader, index, at, err)
					    : add_block(reader, index, at,
						      writer, err)) == -1)
				return -1;
		reader->progress(reader->context, bytes);
	}
	return writer == NULL ? 0 : flush(reader, writer, err);
}

_Static_assert(CARRY_GROUP_BLOCKS % READ_BLOCKS == 0,
	"what is read at once stays in a group");

int
group_write(struct group_reader *reader, const struct carry_disk *disk,
	uint32_t group, struct carry_writer *writer,
	struct carry_entry *entry_out, struct error *err)
{
	*entry_out = (struct carry_entry){.type = CARRY_GROUP,
		.disk = disk->number, .group = group};
	if (carry_writer_begin(writer, err) == -1 ||
		read_group(reader, disk, group, writer, err) == -1)
		return -1;
	entry_out->blocks = reader->group.blocks;
	entry_out->place = carry_writer_place(writer);
	return carry_group_hash(&reader->group, entry_out->hash, err);
}

int
group_hash(struct group_reader *reader, const struct carry_disk *disk,
	uint32_t group, uint8_t hash_out[HASH_BYTES], struct error *err)
{
	if (read_group(reader, disk, group, NULL, err) == -1)
		return -1;
	return carry_group_hash(&reader->group, hash_out, err);
}

int
group_estimate(struct group_reader *reader, const struct carry_disk *disk,
	uint64_t *bytes_out, struct error *err)
{
	uint64_t blocks = source_size_bytes(disk->source) / BLOCK_BYTES;
	uint64_t samples = blocks < SAMPLES ? blocks : SAMPLES, used = 0;
	struct block_record record;

	*bytes_out = 0;
	for (uint64_t i = 0; i < samples; i++) {
		uint64_t block = (uint64_t)((double)blocks * (double)i /
			(double)samples);

		if (read_disk(reader, disk, block * BLOCK_BYTES, BLOCK_BYTES,
			    err) == -1 ||
			pack(reader, 0, BLOCK_BYTES, reader->frame, &record,
				err) == -1)
			return -1;
		used += record.packed_bytes;
	}
	if (samples > 0)
		*bytes_out = (uint64_t)((double)used / (double)samples *
			(double)blocks);
	return 0;
}
