/*
 * Metadata of version 0.90 of an array, on one of its members: it holds no name,
 * but the number that the kernel gives the array again.  Words are of 32 bits, in
 * the order of the processor (Linux: md_p.h).  The bytes are a guest's.
 */
#include "convert/assess/md-superblock.h"

#include "common/bytes.h"

enum { RESERVED = 64 << 10, MINOR_MOST = 1 << 20 };
enum { MAGIC_AT = 0, MAJOR_AT = 4, MINOR_AT = 44 };

static const uint32_t magic = 0xa92b4efc;

uint64_t
md_superblock_offset(uint64_t size_bytes)
{
	return size_bytes < 2 * RESERVED
		? 0
		: size_bytes / RESERVED * RESERVED - RESERVED;
}

int
md_superblock_minor(const uint8_t *superblock, size_t bytes)
{
	uint32_t minor;

	if (bytes < MD_SUPERBLOCK_BYTES ||
		bytes_little32(superblock + MAGIC_AT) != magic ||
		bytes_little32(superblock + MAJOR_AT) != 0)
		return -1;
	minor = bytes_little32(superblock + MINOR_AT);
	return minor < MINOR_MOST ? (int)minor : -1;
}
