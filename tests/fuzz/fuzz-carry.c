/*
 * What lies on a carry disk that somebody may have found.  The first byte says
 * what the rest is: a part's file, the payload of a frame (two bytes choose the
 * disk's size), index entries, or a frame's head.  Tags are made to fit, since
 * without a key anybody can.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "wire/carry-index.h"
#include "wire/carry.h"
#include "wire/codec.h"

static struct codec_context *context; /* libFuzzer calls often */
static struct carry_group group;

static void
read_part(const uint8_t *data, size_t bytes)
{
	uint8_t again[CARRY_PART_BYTES];
	struct carry_part part;
	struct error err;

	if (bytes < sizeof again || carry_part_decode(&part, data, &err) == -1)
		return;
	carry_part_encode(&part, again);
	if (part.machine[0] != '\0' && key_check_name(part.machine, &err) == -1)
		abort();
}

static int
unpack(void *nothing, uint32_t index, const struct block_record *record,
	struct error *err)
{
	uint32_t bytes = carry_block_bytes(group.disk_bytes, group.number,
		index);
	uint8_t *data = malloc(bytes);

	(void)nothing;
	if (data == NULL)
		abort();
	block_unpack(context, record, data, bytes, err);
	free(data);
	return 0;
}

static void
read_payload(const uint8_t *data, size_t bytes)
{
	uint8_t hash[HASH_BYTES];
	struct error err;

	if (bytes < 2 || carry_group_begin(&group,
				 (uint64_t)(1 + data[0] + 256 * data[1]) * 512,
				 0, 0, &err) == -1)
		return;
	carry_group_read(&group, data + 2, bytes - 2, unpack, NULL, &err);
	carry_group_hash(&group, hash, &err);
}

static void
read_entries(const uint8_t *data, size_t bytes)
{
	static const uint8_t salt[SEAL_SALT_BYTES];
	struct carry_part part = {.number = 1};
	struct carry_index index = {0};
	struct carry_entry entry;
	struct seal *seal;
	uint8_t sealed[CARRY_ENTRY_BYTES], root[HASH_BYTES];
	const size_t plain = sizeof sealed - SEAL_TAG_BYTES;
	struct error err;

	if (carry_seal(&seal, &part, 1, 'i', salt, NULL, &err) == -1)
		return;
	for (uint64_t i = 0; bytes >= plain; i++, data += plain,
		bytes -= plain) {
		memcpy(sealed, data, plain);
		if (seal_close(seal, i, NULL, 0, sealed, plain, sealed + plain,
			    &err) == -1 ||
			carry_entry_decode(&entry, seal, i, sealed, &err) ==
				-1 ||
			carry_index_add(&index, &entry, &err) == -1)
			break;
	}
	carry_index_root(&index, 0, root, &err);
	carry_index_release(&index);
	seal_free(seal);
}

/* Of a frame or of an index file. */
static void
read_head(const uint8_t *data, size_t bytes)
{
	const struct carry_part part = {.number = 1};
	uint8_t salt[SEAL_SALT_BYTES];
	struct error err;
	uint32_t length;

	if (bytes >= CARRY_CHUNK_BYTES)
		carry_chunk_decode(&part, 1, salt, data, &err);

	if (bytes >= CARRY_HEAD_BYTES &&
		carry_frame_length(data, &length, &err) == 0 &&
		length > CARRY_PAYLOAD_LIMIT)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static void (*const readers[])(const uint8_t *, size_t) = {
		read_part, read_payload, read_entries, read_head};
	struct error err;

	if (bytes < 1 || (context == NULL && codec_new(&context, &err) == -1))
		return 0;
	readers[data[0] % 4](data + 1, bytes - 1);
	return 0;
}
