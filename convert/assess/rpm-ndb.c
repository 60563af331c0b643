/*
 * RPM's own database format "ndb" (rpm's lib/backend/ndb/rpmpkg.c describes
 * it): slots in the first pages, each with the place of one blob in blocks of 16
 * bytes.  All numbers are little endian.
 */
#include "common/bytes.h"
#include "common/error.h"
#include "convert/assess/rpm.h"

enum {
	HEADER_BYTES = 32,
	PAGES_AT = 12, /* how many pages of slots */
	PAGE_BYTES = 4096,
	SLOT_BYTES = 16, /* magic, package, block, blocks */
	BLOCK_BYTES = 16,
	BLOB_HEADER_BYTES = 16, /* magic, package, generation, bytes */
};

static const uint32_t database_magic = 0x506d7052; /* "RpmP" */
static const uint32_t slot_magic = 0x746f6c53;	   /* "Slot" */
static const uint32_t blob_magic = 0x53626c42;	   /* "BlbS" */

static uint32_t
u32_at(const uint8_t *at)
{
	return (uint32_t)bytes_little(at, 4);
}

static void
read_slot(struct packages *packages, const uint8_t *data, size_t bytes,
	const uint8_t *slot, const char *where)
{
	uint64_t at = (uint64_t)u32_at(slot + 8) * BLOCK_BYTES;
	uint64_t length = (uint64_t)u32_at(slot + 12) * BLOCK_BYTES;
	const uint8_t *blob;

	if (u32_at(slot) != slot_magic || u32_at(slot + 4) == 0)
		return;
	if (at > bytes || length > bytes - at || length < BLOB_HEADER_BYTES ||
		length > RPM_HEADER_LIMIT)
		return;
	blob = data + at;
	if (u32_at(blob) != blob_magic ||
		u32_at(blob + 4) != u32_at(slot + 4) ||
		u32_at(blob + 12) > length - BLOB_HEADER_BYTES)
		return;
	rpm_header_read(packages, blob + BLOB_HEADER_BYTES, u32_at(blob + 12),
		where);
}

int
rpm_ndb_read(struct packages *packages, uint8_t *data, size_t bytes,
	const char *where, struct error *err)
{
	uint64_t end;

	if (bytes < HEADER_BYTES || u32_at(data) != database_magic)
		return error_set(err, 0, "%s is no ndb of RPM", where);
	end = (uint64_t)u32_at(data + PAGES_AT) * PAGE_BYTES;
	end = end < bytes ? end : bytes;
	for (size_t at = HEADER_BYTES; at + SLOT_BYTES <= end; at += SLOT_BYTES)
		read_slot(packages, data, bytes, data + at, where);
	return 0;
}
