#ifndef CONVERT_CAPTURE_PROBE_H
#define CONVERT_CAPTURE_PROBE_H

#include <stddef.h>
#include <stdint.h>

struct blocks;
struct error;
struct extent;
struct queue;

/* How fast a source answers when every lane is at work. */
struct probe {
	uint64_t read_bytes, hashed_bytes;
	double read_seconds, hash_seconds; /* of these bytes */
	/* Of the reading: what came, and lane_seconds on the wire. */
	uint64_t wire_bytes;
	double lane_seconds;
	unsigned lanes;
};

/* What the probe sees of the wire. */
struct probe_wire {
	void (*look)(void *context, uint64_t *received_out,
		uint64_t *receiving_us_out, unsigned *lanes_out);
	void *context;
};

/*
 * Read samples from all over what is missing of the ranges, more and more until
 * they take a second; they are kept.  Then let the source hash as much: that
 * takes its disk but neither the wire nor compression.  Does nothing when
 * nothing is missing.
 */
int probe_run(struct probe *probe_out, struct blocks *blocks,
	struct queue *queue, uint8_t disk, const struct extent *extents,
	size_t count, const struct probe_wire *wire, struct error *err);

/* The part of the reading's time that other disks cannot use: 0 to 1. */
double probe_shared(const struct probe *probe);

/* "disk", "wire" or "processor". */
const char *probe_limit(const struct probe *probe);

#endif
