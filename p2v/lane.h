#ifndef P2V_LANE_H
#define P2V_LANE_H

#include "common/own.h"
#include "wire/codec.h"
#include "wire/message.h"

struct channel;
struct error;
struct source;

/* What the lanes of a session share, constant while they run. */
struct offer {
	struct source *const *sources; /* the offered disks, in order */
	unsigned count;
	void (*on_notice)(void *context, const struct notice *notice);
	void (*on_bad_sectors)(void *context, const char *disk,
		uint64_t offset_bytes, unsigned count);
	void *context;
	unsigned pulse_ms; /* between signs of life while working; 0: 10 s */
};

/* The buffers of one lane. */
struct lane;
int lane_new(struct lane **lane_out, const struct offer *offer,
	struct error *err);
void lane_free(struct lane *lane);
OWN_DEFINE(struct lane, lane_free)

/*
 * Answer requests on a channel until the host says CLOSE (1, *closing_out is
 * set) or the channel is lost or misused (-1).  The host is told of a misuse.
 */
int lane_serve(struct lane *lane, struct channel *channel, enum codec codec,
	struct closing *closing_out, struct error *err);

#endif
