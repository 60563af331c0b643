#ifndef CONVERT_SOURCE_REREAD_H
#define CONVERT_SOURCE_REREAD_H

#include <stddef.h>
#include <stdint.h>

struct error;
struct image;
struct progress;
struct queue;

enum { REREAD_PLACES = 64 };

/* What a second read of a captured disk found. */
struct reread_count {
	uint64_t read_bytes;	  /* compared with the first read */
	uint64_t differing_bytes; /* of those: blocks that were not the same */
	uint64_t replaced_bytes;  /* of those: the second read is kept */
	uint64_t places[REREAD_PLACES]; /* where the first of them begin */
	size_t place_count;
};

/*
 * Let the source read every present block again and compare the hashes; blocks
 * that differ are fetched once more and take the place of what was there, but
 * never when the source could read less of them than before.  Durable when it
 * returns.  Nobody else uses the image meanwhile.  `disk` is the source's number
 * for it.
 */
int reread_run(struct image *image, struct queue *queue, uint8_t disk,
	struct progress *progress, struct reread_count *count_out,
	struct error *err);

#endif
