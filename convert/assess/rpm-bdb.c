/*
 * Berkeley DB's hash format, as far as RPM uses it: every page is looked at, in
 * the order of the file, so that no chain of the hash can lead astray.  A
 * package is too large for a page: its header lies in a chain of overflow pages.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/error.h"
#include "common/own.h"
#include "convert/assess/rpm.h"

enum {
	MAGIC_AT = 12,
	PAGE_SIZE_AT = 20,
	ENCRYPTION_AT = 24,
	META_BYTES = 72,
	HASH_MAGIC = 0x061561,
	/* each page */
	NEXT_AT = 16,
	COUNT_AT = 20,
	DATA_BYTES_AT = 22, /* on an overflow page; else where items begin */
	TYPE_AT = 25,
	PAGE_HEADER_BYTES = 26,
	PAGE_HASH_UNSORTED = 2,
	PAGE_OVERFLOW = 7,
	PAGE_HASH = 13,
	/* items of a hash page */
	ITEM_OFF_PAGE = 3,
	ITEM_OFF_PAGE_BYTES = 12,
};

struct database {
	const uint8_t *data;
	size_t page_bytes, page_count;
	bool is_big_endian;
};

static uint32_t
u32_at(const struct database *database, const uint8_t *at)
{
	return (uint32_t)(database->is_big_endian ? bytes_big(at, 4)
						  : bytes_little(at, 4));
}

static unsigned
u16_at(const struct database *database, const uint8_t *at)
{
	return (unsigned)(database->is_big_endian ? bytes_big(at, 2)
						  : bytes_little(at, 2));
}

/* NULL: there is no such page. */
static const uint8_t *
page_at(const struct database *database, size_t number)
{
	return number == 0 || number >= database->page_count
		? NULL
		: database->data + number * database->page_bytes;
}

static int
database_open(struct database *database, const uint8_t *data, size_t bytes)
{
	if (bytes < META_BYTES)
		return -1;
	*database = (struct database){.data = data};
	if (u32_at(database, data + MAGIC_AT) != HASH_MAGIC)
		database->is_big_endian = true;
	if (u32_at(database, data + MAGIC_AT) != HASH_MAGIC ||
		data[ENCRYPTION_AT] != 0)
		return -1;
	database->page_bytes = u32_at(database, data + PAGE_SIZE_AT);
	if (database->page_bytes < 512 || database->page_bytes > 64 << 10 ||
		(database->page_bytes & (database->page_bytes - 1)) != 0)
		return -1;
	database->page_count = bytes / database->page_bytes;
	return 0;
}

/* Put a chain of overflow pages together; freed by the caller, NULL: damaged. */
static uint8_t *
read_chain(const struct database *database, size_t number, size_t bytes)
{
	AUTO(freep) uint8_t *whole = NULL;
	const uint8_t *page;
	size_t used = 0;

	if (bytes == 0 || bytes > RPM_HEADER_LIMIT ||
		bytes > database->page_count * database->page_bytes ||
		(whole = malloc(bytes)) == NULL)
		return NULL;
	while (used < bytes && (page = page_at(database, number)) != NULL) {
		size_t part = u16_at(database, page + DATA_BYTES_AT);

		/* Each page brings something, so that a ring ends too. */
		if (page[TYPE_AT] != PAGE_OVERFLOW || part == 0 ||
			part > database->page_bytes - PAGE_HEADER_BYTES ||
			part > bytes - used)
			return NULL;
		memcpy(whole + used, page + PAGE_HEADER_BYTES, part);
		used += part;
		number = u32_at(database, page + NEXT_AT);
	}
	return used == bytes ? take(whole) : NULL;
}

static void
read_item(struct packages *packages, const struct database *database,
	const uint8_t *item, const char *where)
{
	size_t bytes = u32_at(database, item + 8);
	AUTO(freep) uint8_t *header = read_chain(database,
		u32_at(database, item + 4), bytes);

	if (header != NULL)
		rpm_header_read(packages, header, bytes, where);
}

/* Keys and values take turns; only values can be packages. */
static void
read_page(struct packages *packages, const struct database *database,
	const uint8_t *page, const char *where, size_t *budget)
{
	size_t count = u16_at(database, page + COUNT_AT);

	if (count > (database->page_bytes - PAGE_HEADER_BYTES) / 2)
		return;
	for (size_t i = 1; i < count; i += 2) {
		size_t at = u16_at(database, page + PAGE_HEADER_BYTES + 2 * i);
		size_t bytes;

		if (at < PAGE_HEADER_BYTES ||
			at + ITEM_OFF_PAGE_BYTES > database->page_bytes ||
			page[at] != ITEM_OFF_PAGE)
			continue;
		/* Headers do not share pages: no more than the file in all. */
		bytes = u32_at(database, page + at + 8);
		if (bytes > *budget)
			return;
		*budget -= bytes;
		read_item(packages, database, page + at, where);
	}
}

int
rpm_bdb_read(struct packages *packages, uint8_t *data, size_t bytes,
	const char *where, struct error *err)
{
	struct database database;
	size_t budget = bytes;
	const uint8_t *page;

	if (database_open(&database, data, bytes) == -1)
		return error_set(err, 0, "%s is no hash of Berkeley DB", where);
	for (size_t i = 1; (page = page_at(&database, i)) != NULL; i++)
		if (page[TYPE_AT] == PAGE_HASH ||
			page[TYPE_AT] == PAGE_HASH_UNSORTED)
			read_page(packages, &database, page, where, &budget);
	return 0;
}
