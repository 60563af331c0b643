#ifndef TESTS_TORTURE_RELAY_H
#define TESTS_TORTURE_RELAY_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/torture/fault.h"

/* The wire between source and host: every byte of it passes here. */
enum { RELAY_LINKS = 64, RELAY_BUFFER = 64 << 10 };

/* What can happen to bytes under way. */
enum relay_harm {
	RELAY_NONE,
	RELAY_FLIP,	/* one bit */
	RELAY_SHORTEN,	/* the rest of a piece is lost, and the connection ends */
	RELAY_SWALLOW	/* bytes vanish, others follow, and it stays open */
};

struct relay_pipe { /* one direction */
	int from, to;
	uint8_t data[RELAY_BUFFER];
	uint32_t begin, end;
	bool over; /* nothing more comes */
};

struct relay_link {
	bool used;
	uint64_t number, up_bytes;
	struct relay_pipe up, down;
};

struct relay {
	int listener;
	unsigned port, host_port;
	uint64_t up_bytes;    /* from source to host so far */
	uint64_t connections;
	double bytes_per_second; /* up, at most */
	double allowance, refilled;
	enum relay_harm harm; /* to the next piece; then RELAY_NONE again */
	bool harm_down;
	struct dice *dice;
	struct relay_link links[RELAY_LINKS];
};

void relay_open(struct relay *relay, unsigned host_port, struct dice *dice);
void relay_close(struct relay *relay);

/* Carry what there is, for a few milliseconds at most. */
void relay_turn(struct relay *relay);

/* Cut one connection, or all; returns how many that were. */
unsigned relay_cut(struct relay *relay, bool all);

/* Whether one of the connections made since then has carried so much up. */
bool relay_is_warm(const struct relay *relay, uint64_t since, uint64_t bytes);

double relay_now(void);

#endif
