#ifndef CONVERT_SOURCE_ENTRIES_H
#define CONVERT_SOURCE_ENTRIES_H

#include <stdint.h>

#include "convert/source/map.h"

struct error;

/* The map file of an image (its format is in image.h). */
struct entries {
	char *path; /* owned */
	int fd;	    /* -1 until it is open */
	uint64_t blocks;
	struct map_header header;
};

/* How many the map of such a disk has. */
static inline uint64_t
entries_count(const struct map_header *header)
{
	return (header->disk_bytes + BLOCK_BYTES - 1) / BLOCK_BYTES;
}

/* Open for writing, or create empty. */
int entries_open(struct entries *entries, struct error *err);

/* Open one that is there for reading, with its header. */
int entries_look(struct entries *entries, struct error *err);

void entries_close(struct entries *entries);

/* Make the file empty; it holds no block, also when the header is written. */
int entries_clear(struct entries *entries, struct error *err);

/* Write the header, durably. */
int entries_write_header(struct entries *entries, struct error *err);

/* Write how far a comparison came, durably.  A new header means that of none. */
int entries_write_proof(const struct entries *entries,
	const struct map_proof *proof, struct error *err);

/* Call there() for each present block, until it fails. */
typedef int entries_visitor(void *context, uint64_t block,
	const struct map_entry *entry, struct error *err);
int entries_load(const struct entries *entries, entries_visitor *there,
	void *context, struct error *err);

/* The entry of a present block; one that is not there fails with EBADMSG. */
int entries_read(const struct entries *entries, uint64_t block,
	struct map_entry *entry_out, struct error *err);

/* Entries of neighbours, at most ENTRIES_RUN, in one write. */
enum { ENTRIES_RUN = 64 };
int entries_write(const struct entries *entries, uint64_t first,
	const struct map_entry *const run[], size_t count, struct error *err);

/* Make a block absent. */
int entries_erase(const struct entries *entries, uint64_t block,
	struct error *err);

/* Make what was written durable. */
int entries_sync(const struct entries *entries, struct error *err);

#endif
