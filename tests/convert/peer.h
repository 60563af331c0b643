#ifndef TESTS_CONVERT_PEER_H
#define TESTS_CONVERT_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "wire/channel.h"
#include "wire/message.h"

/*
 * A source that the tests steer: it serves one disk from memory over real TLS,
 * lies as it is told, and stops where it is told.
 */
enum peer_lie {
	PEER_HONEST,
	PEER_WRONG_HASH,    /* of the data that it sends */
	PEER_WRONG_RANGE,   /* an answer to what was not asked */
	PEER_WRONG_COOKIE,
	PEER_SHORT,	    /* a record is missing */
	PEER_LONG,	    /* bytes behind the last record */
	PEER_HUGE_RECORD,   /* a packed length over the payload's end */
	PEER_UNASKED_HELLO, /* a frame that only comes first */
	PEER_LIES
};

struct peer {
	const struct enrolment *enrolment;
	const char *session; /* 32 hex digits */
	const uint8_t *disk;
	uint64_t bytes;
	enum peer_lie lie;
	unsigned stop_after; /* DATA answers, or 0 */
	unsigned pongs; /* before the next DATA, 0.3 s apart */
	const uint8_t *bad_map; /* of block 0, or NULL */
	bool fails_later; /* the first HASH swaps these two for those above */
	const uint8_t *later_disk, *later_bad_map;

	uint64_t read_bytes, hashed_bytes; /* what was asked for */
	unsigned requests, answers, notices;
	char last_notice[512];
	struct closing closing;
};

/* Connect, HELLO, WELCOME. */
int peer_open(struct peer *peer, struct channel **channel_out, unsigned lane,
	struct error *err);

/*
 * Serve until CLOSE (1), until stop_after (2), or until the connection is lost
 * or nothing is read or hashed for 45 seconds (-1).  The host has taken the answers when 2 is returned: it keeps four
 * requests under way.
 */
int peer_serve(struct peer *peer, struct channel *channel, struct error *err);

#endif
