/*
 * The bytes of a map file: a header and one self-checking entry for each block.
 * entries.c has the file of them.
 */
#include "convert/source/map.h"

#include <string.h>
#include <zlib.h>

#include "common/bytes.h"

enum { HEADER_CHECK = 96, PROOF_CHECK = 48, MAP_VERSION = 1 };

static const uint8_t map_magic[8] = {'U', 'N', 'R', 'K', 'M', 'A', 'P', '1'};

void
map_header_encode(const struct map_header *header,
	uint8_t bytes[IMAGE_HEADER_BYTES])
{
	memset(bytes, 0, IMAGE_HEADER_BYTES);
	memcpy(bytes, map_magic, sizeof map_magic);
	bytes_put_little32(bytes + 8, MAP_VERSION);
	bytes_put_little32(bytes + 12, BLOCK_BYTES);
	bytes_put_little64(bytes + 16, header->disk_bytes);
	memcpy(bytes + 24, HASH_NAME, sizeof HASH_NAME);
	bytes_put_little32(bytes + 56, header->generation);
	memcpy(bytes + 60, header->session, MAP_SESSION_BYTES);
	bytes_put_little32(bytes + HEADER_CHECK,
		(uint32_t)crc32(crc32(0, NULL, 0), bytes, HEADER_CHECK));
}

bool
map_header_decode(struct map_header *header_out,
	const uint8_t bytes[IMAGE_HEADER_BYTES])
{
	uint32_t check =
		(uint32_t)crc32(crc32(0, NULL, 0), bytes, HEADER_CHECK);

	if (memcmp(bytes, map_magic, sizeof map_magic) != 0 ||
		bytes_little32(bytes + HEADER_CHECK) != check ||
		bytes_little32(bytes + 8) != MAP_VERSION ||
		bytes_little32(bytes + 12) != BLOCK_BYTES ||
		memcmp(bytes + 24, HASH_NAME, sizeof HASH_NAME) != 0 ||
		bytes[60 + MAP_SESSION_BYTES - 1] != '\0')
		return false;
	header_out->disk_bytes = bytes_little64(bytes + 16);
	header_out->generation = bytes_little32(bytes + 56);
	memcpy(header_out->session, bytes + 60, MAP_SESSION_BYTES);
	return true;
}

void
map_proof_encode(const struct map_proof *proof, uint8_t bytes[MAP_PROOF_BYTES])
{
	memset(bytes, 0, MAP_PROOF_BYTES);
	memcpy(bytes, proof->session, MAP_SESSION_BYTES);
	bytes_put_little64(bytes + 40, proof->blocks);
	bytes_put_little32(bytes + PROOF_CHECK,
		(uint32_t)crc32(crc32(0, NULL, 0), bytes, PROOF_CHECK));
}

bool
map_proof_decode(struct map_proof *proof_out,
	const uint8_t bytes[MAP_PROOF_BYTES])
{
	uint32_t check =
		(uint32_t)crc32(crc32(0, NULL, 0), bytes, PROOF_CHECK);

	*proof_out = (struct map_proof){0};
	if (bytes_little32(bytes + PROOF_CHECK) != check ||
		bytes[MAP_SESSION_BYTES - 1] != '\0')
		return false;
	memcpy(proof_out->session, bytes, MAP_SESSION_BYTES);
	proof_out->blocks = bytes_little64(bytes + 40);
	return true;
}

static uint32_t
entry_check(uint64_t block, const uint8_t bytes[IMAGE_ENTRY_BYTES])
{
	uint8_t number[8], none[4] = {0};
	uLong check = crc32(0, NULL, 0);

	bytes_put_little64(number, block);
	check = crc32(check, number, sizeof number);
	check = crc32(check, bytes, 4);
	check = crc32(check, none, sizeof none);
	return (uint32_t)crc32(check, bytes + 8, HASH_BYTES);
}

void
map_entry_encode(const struct map_entry *entry, uint64_t block,
	uint8_t bytes[IMAGE_ENTRY_BYTES])
{
	memset(bytes, 0, 8);
	bytes[0] = 1;
	bytes[1] = entry->flags;
	memcpy(bytes + 8, entry->hash, HASH_BYTES);
	bytes_put_little32(bytes + 4, entry_check(block, bytes));
}

bool
map_entry_decode(struct map_entry *entry_out, uint64_t block,
	const uint8_t bytes[IMAGE_ENTRY_BYTES])
{
	const uint8_t flags = IMAGE_BAD | IMAGE_ZERO | IMAGE_BASE;

	if (bytes[0] != 1 || (bytes[1] & ~flags) != 0 || bytes[2] != 0 ||
		bytes[3] != 0 ||
		bytes_little32(bytes + 4) != entry_check(block, bytes))
		return false;
	entry_out->flags = bytes[1];
	memcpy(entry_out->hash, bytes + 8, HASH_BYTES);
	return true;
}
