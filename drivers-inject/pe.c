/*
 * Sections of a PE file.  A unified kernel image is one whose sections are a
 * kernel (.linux), its initramfs (.initrd) and its command line; it is signed as
 * a whole, so it can only be read (the UAPI group's specification).
 */
#include "drivers-inject/pe.h"

#include <string.h>

enum {
	OFFSET_AT = 0x3c, /* where the header is, in the DOS header */
	HEADER_BYTES = 24, /* with its signature, without the optional part */
	SECTION_BYTES = 40,
	NAME_BYTES = 8,
};

static uint32_t
number(const uint8_t *at, unsigned bytes)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value |= (uint32_t)at[i] << (8 * i);
	return value;
}

/* The size in memory may be larger (zeros follow) or smaller (padding). */
static void
fill(struct pe_section *section, const uint8_t *header, const uint8_t *data,
	size_t bytes)
{
	uint32_t in_memory = number(header + 8, 4);
	uint32_t in_file = number(header + 16, 4);
	uint32_t at = number(header + 20, 4);

	section->bytes = in_memory < in_file ? in_memory : in_file;
	section->there = at >= bytes ? 0 : bytes - at;
	if (section->there > section->bytes)
		section->there = section->bytes;
	section->data = section->there == 0 ? data : data + at;
}

/* Where the header is; 0: there is none. */
static size_t
find_header(const uint8_t *data, size_t bytes)
{
	size_t at;

	if (bytes < OFFSET_AT + 4 || memcmp(data, "MZ", 2) != 0)
		return 0;
	at = number(data + OFFSET_AT, 4);
	if (at > bytes || bytes - at < HEADER_BYTES ||
		memcmp(data + at, "PE\0\0", 4) != 0)
		return 0;
	return at;
}

unsigned
pe_machine(const void *image, size_t bytes)
{
	const uint8_t *data = image;
	size_t at = find_header(data, bytes);

	return at == 0 ? 0 : number(data + at + 4, 2);
}

bool
pe_find(struct pe_section *section_out, const void *image, size_t bytes,
	const char *name)
{
	const uint8_t *data = image;
	size_t at = find_header(data, bytes), count;

	if (at == 0)
		return false;
	count = number(data + at + 6, 2);
	at += HEADER_BYTES + number(data + at + 20, 2);
	for (; count > 0 && at < bytes && bytes - at >= SECTION_BYTES; count--) {
		if (strnlen((const char *)data + at, NAME_BYTES) ==
				strlen(name) &&
			memcmp(data + at, name, strlen(name)) == 0) {
			fill(section_out, data + at, data, bytes);
			return true;
		}
		at += SECTION_BYTES;
	}
	return false;
}
