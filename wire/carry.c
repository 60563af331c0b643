/*
 * Encoding and checking what a carry set is made of: parts, chunks, index
 * entries, frames and the groups of blocks in them.  Whoever finds the disk in
 * the post may have written it.  carry-index.c puts entries together,
 * carry-writer.c and carry-set.c are the files.
 */
#include "wire/carry.h"

#include <errno.h>
#include <string.h>

#include "common/bytes.h"
#include "common/error.h"

enum {
	VERSION = 1,
	FLAG_ENCRYPTED = 1,
	CHECK_BYTES = 32,
	PART_CHECKED_BYTES = CARRY_PART_BYTES - CHECK_BYTES,
	CHUNK_CHECKED_BYTES = CARRY_CHUNK_BYTES - SEAL_TAG_BYTES,
	ENTRY_SEALED_BYTES = CARRY_ENTRY_BYTES - SEAL_TAG_BYTES,
	FRAME_CLEAR_BYTES = CARRY_HEAD_BYTES - SEAL_TAG_BYTES,
	LABEL_BYTES = 16 + CARRY_ID_BYTES + 4 + 4 + 1,
	INDEX_BYTES = 2 /* in front of each record */
};

static const char part_magic[8] = "UNRKCAR1", chunk_magic[8] = "UNRKCIX1";
static const uint8_t frame_magic[4] = {'U', 'R', 'K', 'F'};

static bool
is_zero(const uint8_t *at, size_t bytes)
{
	while (bytes > 0 && *at == 0) {
		at++;
		bytes--;
	}
	return bytes == 0;
}

/* The hash of something short, cut to `room`; libcrypto out of memory: zeros. */
static void
check_of(const uint8_t *bytes, size_t count, uint8_t *check_out, size_t room)
{
	uint8_t hash[HASH_BYTES] = {0};

	hash_block(bytes, count, hash, NULL);
	memcpy(check_out, hash, room);
}

void
carry_part_encode(const struct carry_part *part, uint8_t bytes[CARRY_PART_BYTES])
{
	memset(bytes, 0, CARRY_PART_BYTES);
	memcpy(bytes, part_magic, sizeof part_magic);
	bytes_put_little32(bytes + 8, VERSION);
	bytes_put_little32(bytes + 12, part->encrypted ? FLAG_ENCRYPTED : 0);
	memcpy(bytes + 16, part->set, CARRY_ID_BYTES);
	bytes_put_little32(bytes + 32, part->number);
	memcpy(bytes + 40, part->machine, strlen(part->machine));
	memcpy(bytes + 104, part->proof, SEAL_TAG_BYTES);
	check_of(bytes, PART_CHECKED_BYTES, bytes + PART_CHECKED_BYTES,
		CHECK_BYTES);
}

static int
check_machine(const uint8_t *text, struct error *err)
{
	size_t bytes = strnlen((const char *)text, KEY_NAME_BYTES);

	if (bytes == KEY_NAME_BYTES ||
		!is_zero(text + bytes, KEY_NAME_BYTES - bytes))
		return error_set(err, EBADMSG, "a machine's name that is none");
	return bytes == 0 ? 0 : key_check_name((const char *)text, err);
}

int
carry_part_decode(struct carry_part *part_out,
	const uint8_t bytes[CARRY_PART_BYTES], struct error *err)
{
	struct carry_part part = {0};
	uint8_t check[CHECK_BYTES];

	if (memcmp(bytes, part_magic, sizeof part_magic) != 0)
		return error_set(err, EBADMSG, "not of a carry disk");
	if (bytes_little32(bytes + 8) != VERSION) {
		error_set(err, EPROTONOSUPPORT, "a carry disk of version %u",
			bytes_little32(bytes + 8));
		return error_hint(err, "Use the same release of unrack on both "
			"machines.");
	}
	check_of(bytes, PART_CHECKED_BYTES, check, sizeof check);
	if (memcmp(check, bytes + PART_CHECKED_BYTES, sizeof check) != 0 ||
		(bytes_little32(bytes + 12) & ~(uint32_t)FLAG_ENCRYPTED) != 0)
		return error_set(err, EBADMSG, "damaged");
	if (check_machine(bytes + 40, err) == -1)
		return -1;
	part.encrypted = bytes_little32(bytes + 12) & FLAG_ENCRYPTED;
	memcpy(part.set, bytes + 16, CARRY_ID_BYTES);
	part.number = bytes_little32(bytes + 32);
	memcpy(part.machine, bytes + 40, KEY_NAME_BYTES);
	memcpy(part.proof, bytes + 104, SEAL_TAG_BYTES);
	if (part.number == 0)
		return error_set(err, EBADMSG, "damaged");
	*part_out = part;
	return 0;
}

/* Which file of which set a key or a check is for. */
static void
make_label(uint8_t label[LABEL_BYTES], const struct carry_part *part,
	uint32_t chunk, char what)
{
	static const char name[16] = "unrack carry 1";

	memcpy(label, name, sizeof name);
	memcpy(label + 16, part->set, CARRY_ID_BYTES);
	bytes_put_little32(label + 32, part->number);
	bytes_put_little32(label + 36, chunk);
	label[40] = (uint8_t)what;
}

int
carry_seal(struct seal **seal_out, const struct carry_part *part,
	uint32_t chunk, char what, const uint8_t salt[SEAL_SALT_BYTES],
	const uint8_t *key, struct error *err)
{
	uint8_t label[LABEL_BYTES];

	make_label(label, part, chunk, what);
	return seal_new(seal_out, part->encrypted ? key : NULL, salt, label,
		sizeof label, err);
}

/* An empty piece under a key that seals nothing else. */
int
carry_part_prove(struct carry_part *part, const uint8_t key[KEY_BYTES],
	struct error *err)
{
	static const uint8_t salt[SEAL_SALT_BYTES];
	AUTO(seal_freep) struct seal *seal = NULL;
	uint8_t nothing[1] = {0};

	if (carry_seal(&seal, part, 0, 'k', salt, key, err) == -1)
		return -1;
	return seal_close(seal, 0, NULL, 0, nothing, 0, part->proof, err);
}

int
carry_part_check_key(const struct carry_part *part,
	const uint8_t key[KEY_BYTES], struct error *err)
{
	struct carry_part own = *part;

	if (carry_part_prove(&own, key, err) == -1)
		return -1;
	if (memcmp(own.proof, part->proof, sizeof own.proof) == 0)
		return 0;
	error_set(err, 0, "encrypted with another key than this machine's");
	err->code = EACCES;
	return error_hint(err, "The key is that of the enrolment which the "
		"source had; was the machine enrolled anew since?");
}

void
carry_chunk_encode(const struct carry_part *part, uint32_t chunk,
	const uint8_t salt[SEAL_SALT_BYTES], uint8_t bytes[CARRY_CHUNK_BYTES])
{
	memset(bytes, 0, CARRY_CHUNK_BYTES);
	memcpy(bytes, chunk_magic, sizeof chunk_magic);
	bytes_put_little32(bytes + 8, part->number);
	bytes_put_little32(bytes + 12, chunk);
	memcpy(bytes + 16, salt, SEAL_SALT_BYTES);
	check_of(bytes, CHUNK_CHECKED_BYTES, bytes + CHUNK_CHECKED_BYTES,
		SEAL_TAG_BYTES);
}

int
carry_chunk_decode(const struct carry_part *part, uint32_t chunk,
	uint8_t salt_out[SEAL_SALT_BYTES],
	const uint8_t bytes[CARRY_CHUNK_BYTES], struct error *err)
{
	uint8_t wanted[CARRY_CHUNK_BYTES];

	carry_chunk_encode(part, chunk, bytes + 16, wanted);
	if (memcmp(wanted, bytes, sizeof wanted) != 0)
		return error_set(err, EBADMSG, "damaged");
	memcpy(salt_out, bytes + 16, SEAL_SALT_BYTES);
	return 0;
}

int
carry_entry_encode(const struct carry_entry *entry, struct seal *seal,
	uint64_t position, uint8_t bytes[CARRY_ENTRY_BYTES], struct error *err)
{
	memset(bytes, 0, CARRY_ENTRY_BYTES);
	bytes[0] = (uint8_t)entry->type;
	bytes[1] = entry->disk;
	bytes_put_little32(bytes + 4, entry->group);
	bytes_put_little32(bytes + 8, entry->blocks);
	bytes_put_little32(bytes + 12, entry->place.part);
	bytes_put_little32(bytes + 16, entry->place.chunk);
	bytes_put_little32(bytes + 20, entry->place.offset);
	bytes_put_little32(bytes + 24, entry->place.bytes);
	bytes_put_little64(bytes + 32, entry->size_bytes);
	memcpy(bytes + 40, entry->hash, HASH_BYTES);
	memcpy(bytes + 72, entry->session, CARRY_ID_BYTES);
	return seal_close(seal, position, NULL, 0, bytes, ENTRY_SEALED_BYTES,
		bytes + ENTRY_SEALED_BYTES, err);
}

static int
check_place(const struct carry_place *place, struct error *err)
{
	if (place->offset > CARRY_CHUNK_LIMIT ||
		place->bytes > CARRY_CHUNK_LIMIT - place->offset)
		return error_set(err, EBADMSG, "an entry of bytes %u+%u of a "
			"file", place->offset, place->bytes);
	return 0;
}

int
carry_entry_decode(struct carry_entry *entry_out, struct seal *seal,
	uint64_t position, const uint8_t bytes[CARRY_ENTRY_BYTES],
	struct error *err)
{
	uint8_t plain[CARRY_ENTRY_BYTES];
	struct carry_entry entry = {0};

	memcpy(plain, bytes, sizeof plain);
	if (seal_open(seal, position, NULL, 0, plain, ENTRY_SEALED_BYTES,
		    plain + ENTRY_SEALED_BYTES, err) == -1)
		return -1;
	if (plain[0] < CARRY_PASS || plain[0] > CARRY_END ||
		!is_zero(plain + 2, 2) || !is_zero(plain + 28, 4) ||
		!is_zero(plain + 88, ENTRY_SEALED_BYTES - 88))
		return error_set(err, EBADMSG, "an entry of type %u", plain[0]);
	entry.type = (enum carry_type)plain[0];
	entry.disk = plain[1];
	entry.group = bytes_little32(plain + 4);
	entry.blocks = bytes_little32(plain + 8);
	entry.place = (struct carry_place){bytes_little32(plain + 12),
		bytes_little32(plain + 16), bytes_little32(plain + 20),
		bytes_little32(plain + 24)};
	entry.size_bytes = bytes_little64(plain + 32);
	memcpy(entry.hash, plain + 40, HASH_BYTES);
	memcpy(entry.session, plain + 72, CARRY_ID_BYTES);
	if (check_place(&entry.place, err) == -1)
		return -1;
	if (entry.blocks > CARRY_GROUP_BLOCKS)
		return error_set(err, EBADMSG, "a group of %u blocks",
			entry.blocks);
	*entry_out = entry;
	return 0;
}

int
carry_frame_close(uint8_t *frame, uint32_t payload_bytes, struct seal *seal,
	uint32_t offset, struct error *err)
{
	memcpy(frame, frame_magic, sizeof frame_magic);
	bytes_put_little32(frame + 4, payload_bytes);
	return seal_close(seal, offset, frame, FRAME_CLEAR_BYTES,
		frame + CARRY_HEAD_BYTES, payload_bytes,
		frame + FRAME_CLEAR_BYTES, err);
}

int
carry_frame_length(const uint8_t head[CARRY_HEAD_BYTES],
	uint32_t *payload_bytes_out, struct error *err)
{
	uint32_t bytes = bytes_little32(head + 4);

	if (memcmp(head, frame_magic, sizeof frame_magic) != 0 ||
		bytes < CARRY_PAYLOAD_HEAD_BYTES || bytes > CARRY_PAYLOAD_LIMIT)
		return error_set(err, EBADMSG, "damaged");
	*payload_bytes_out = bytes;
	return 0;
}

int
carry_frame_open(uint8_t *frame, struct seal *seal, uint32_t offset,
	struct error *err)
{
	uint32_t bytes = 0;

	if (carry_frame_length(frame, &bytes, err) == -1)
		return -1;
	return seal_open(seal, offset, frame, FRAME_CLEAR_BYTES,
		frame + CARRY_HEAD_BYTES, bytes, frame + FRAME_CLEAR_BYTES,
		err);
}

void
carry_payload_encode(const struct carry_payload *payload,
	uint8_t bytes[CARRY_PAYLOAD_HEAD_BYTES])
{
	memset(bytes, 0, CARRY_PAYLOAD_HEAD_BYTES);
	bytes[0] = (uint8_t)payload->kind;
	bytes[1] = payload->disk;
	bytes[2] = (uint8_t)payload->count;
	bytes[3] = (uint8_t)(payload->count >> 8);
	bytes_put_little32(bytes + 4, payload->group);
}

int
carry_payload_decode(struct carry_payload *payload_out, const uint8_t *bytes,
	size_t length, struct error *err)
{
	if (length < CARRY_PAYLOAD_HEAD_BYTES || bytes[0] < CARRY_BLOCKS ||
		bytes[0] > CARRY_INVENTORY || !is_zero(bytes + 8, 8))
		return error_set(err, EBADMSG, "a frame of no known kind");
	*payload_out = (struct carry_payload){(enum carry_kind)bytes[0],
		bytes[1], (uint16_t)(bytes[2] | bytes[3] << 8),
		bytes_little32(bytes + 4)};
	return 0;
}

uint32_t
carry_groups(uint64_t disk_bytes)
{
	const uint64_t group = (uint64_t)CARRY_GROUP_BLOCKS * BLOCK_BYTES;

	return (uint32_t)(disk_bytes / group + (disk_bytes % group != 0));
}

uint32_t
carry_group_blocks(uint64_t disk_bytes, uint32_t group)
{
	uint64_t first = (uint64_t)group * CARRY_GROUP_BLOCKS;
	uint64_t blocks = disk_bytes / BLOCK_BYTES +
		(disk_bytes % BLOCK_BYTES != 0);

	if (first >= blocks)
		return 0;
	return blocks - first < CARRY_GROUP_BLOCKS ? (uint32_t)(blocks - first)
						   : CARRY_GROUP_BLOCKS;
}

uint32_t
carry_block_bytes(uint64_t disk_bytes, uint32_t group, uint32_t index)
{
	uint64_t offset = ((uint64_t)group * CARRY_GROUP_BLOCKS + index) *
		BLOCK_BYTES;

	return disk_bytes - offset < BLOCK_BYTES
		? (uint32_t)(disk_bytes - offset)
		: BLOCK_BYTES;
}

int
carry_group_begin(struct carry_group *group, uint64_t disk_bytes, uint8_t disk,
	uint32_t number, struct error *err)
{
	static const uint8_t zeros[BLOCK_BYTES];
	uint32_t count = carry_group_blocks(disk_bytes, number);

	group->disk_bytes = disk_bytes;
	group->disk = disk;
	group->number = number;
	group->blocks = group->next = 0;
	if (count == 0)
		return error_set(err, EBADMSG, "a group behind the disk's end");
	if (hash_block(zeros, BLOCK_BYTES, group->hashes[0], err) == -1)
		return -1;
	for (uint32_t i = 1; i < count; i++)
		memcpy(group->hashes[i], group->hashes[0], HASH_BYTES);
	return hash_block(zeros, carry_block_bytes(disk_bytes, number,
		count - 1), group->hashes[count - 1], err);
}

/* A block's place in the group, in front of its record. */
static int
read_index(struct carry_group *group, const uint8_t **at, const uint8_t *end,
	uint32_t *index_out, struct error *err)
{
	if (end - *at < INDEX_BYTES)
		return error_set(err, EBADMSG, "cut block");
	*index_out = (uint32_t)((*at)[0] | (*at)[1] << 8);
	*at += INDEX_BYTES;
	if (*index_out < group->next ||
		*index_out >= carry_group_blocks(group->disk_bytes,
			group->number))
		return error_set(err, EBADMSG, "a block out of order");
	group->next = *index_out + 1;
	return 0;
}

int
carry_group_read(struct carry_group *group, const uint8_t *payload,
	size_t length, carry_stored *stored, void *context, struct error *err)
{
	const uint8_t *at = payload + CARRY_PAYLOAD_HEAD_BYTES;
	const uint8_t *end = payload + length;
	struct carry_payload head;
	struct block_record record;
	uint32_t index = 0;

	if (carry_payload_decode(&head, payload, length, err) == -1)
		return -1;
	if (head.kind != CARRY_BLOCKS || head.disk != group->disk ||
		head.group != group->number)
		return error_set(err, EBADMSG, "a frame of another group");
	for (uint16_t i = 0; i < head.count; i++) {
		if (read_index(group, &at, end, &index, err) == -1 ||
			block_record_decode(&record, &at, end,
				carry_block_bytes(group->disk_bytes,
					group->number, index), err) == -1 ||
			stored(context, index, &record, err) == -1)
			return -1;
		memcpy(group->hashes[index], record.hash, HASH_BYTES);
		group->blocks++;
	}
	return at == end ? 0 : error_set(err, EBADMSG, "bytes behind a frame");
}

int
carry_group_hash(const struct carry_group *group, uint8_t hash_out[HASH_BYTES],
	struct error *err)
{
	return hash_block(group->hashes, (size_t)HASH_BYTES *
		carry_group_blocks(group->disk_bytes, group->number), hash_out,
		err);
}
