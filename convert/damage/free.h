#ifndef CONVERT_DAMAGE_FREE_H
#define CONVERT_DAMAGE_FREE_H

#include <stddef.h>
#include <stdint.h>

struct error;

/*
 * What file systems say of blocks that no file has, read from their records as
 * they lie on the device.  All of it is a guest's.
 */
enum free_answer { FREE_YES, FREE_RECORDS, FREE_JOURNAL, FREE_OUTSIDE };

/* Reads the device; 0 or -1 with *err set. */
struct free_reader {
	int (*read)(void *context, uint64_t offset_bytes, void *data,
		size_t bytes, struct error *err);
	void *context;
};

int free_ask_xfs(const struct free_reader *reader, uint64_t offset_bytes,
	enum free_answer *answer_out, struct error *err);
int free_ask_fat(const struct free_reader *reader, uint64_t offset_bytes,
	enum free_answer *answer_out, struct error *err);

#endif
