/*
 * Compression that never costs.  A slow processor on a fast wire would be held
 * up by it, a fast one on a slow wire by its absence, and a disk has parts of
 * either kind: so each lane compares what packing costs with what it saves, and
 * now and then tries a block when it does not pack.  lane.c measures.
 */
#include "p2v/packing.h"

enum {
	TRIED_BLOCKS = 64, /* the means go back so far */
	PROBE_BLOCKS = 32, /* without packing, one in so many is tried */
	WIRE_BYTES = 8 << 20
};

/* So much better must the other way be: measurements tremble. */
static const double margin = 1.25;

static void
blend(double *mean, double value, double weight)
{
	*mean += (value - *mean) * weight;
}

/* Begin anew with what a single block said. */
static void
turn_on(struct packing *packing, double gain, double pack_ns)
{
	packing->off = false;
	packing->tried = 1;
	packing->gain = gain;
	packing->pack_ns = pack_ns;
}

bool
packing_wants(struct packing *packing)
{
	if (packing->off && ++packing->passed_over < PROBE_BLOCKS)
		return false;
	packing->passed_over = 0;
	return true;
}

void
packing_tried(struct packing *packing, uint32_t bytes, uint32_t packed_bytes,
	uint64_t nanoseconds)
{
	double gain = 1 - (double)packed_bytes / (double)bytes;
	double pack_ns = (double)nanoseconds / bytes;

	if (packing->off) {
		if (gain * packing->wire_ns > margin * pack_ns)
			turn_on(packing, gain, pack_ns);
		return;
	}
	if (packing->tried < TRIED_BLOCKS)
		packing->tried++;
	blend(&packing->gain, gain, 1.0 / packing->tried);
	blend(&packing->pack_ns, pack_ns, 1.0 / packing->tried);
	/* One block says little, and before the wire was seen, nothing. */
	packing->off = packing->wire_seen &&
		packing->tried == TRIED_BLOCKS &&
		packing->gain * packing->wire_ns * margin < packing->pack_ns;
}

void
packing_sent(struct packing *packing, uint64_t wire_bytes,
	uint64_t microseconds)
{
	double weight = (double)wire_bytes / WIRE_BYTES;

	blend(&packing->wire_ns,
		(double)microseconds * 1000 / (double)wire_bytes,
		packing->wire_seen && weight < 1 ? weight : 1);
	packing->wire_seen = true;
}
