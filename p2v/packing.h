#ifndef P2V_PACKING_H
#define P2V_PACKING_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether one lane's blocks are worth packing: they are while the time that the
 * wire saves by it exceeds the time that it takes.  Both are measured as the
 * lane goes; nothing here looks at a clock.  All zeros is a start that packs.
 */
struct packing {
	double pack_ns; /* for a byte of the disk */
	double gain;	/* bytes saved, of each byte of the disk */
	double wire_ns; /* for a byte of the wire */
	unsigned tried; /* blocks that the means are made of */
	unsigned passed_over; /* blocks, since one was tried */
	bool off, wire_seen;
};

/* Whether to try the next block. */
bool packing_wants(struct packing *packing);

/* A block was tried. */
void packing_tried(struct packing *packing, uint32_t bytes,
	uint32_t packed_bytes, uint64_t nanoseconds);

/* The wire was busy so long with so many bytes, more than 0. */
void packing_sent(struct packing *packing, uint64_t wire_bytes,
	uint64_t microseconds);

#endif
