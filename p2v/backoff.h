#ifndef P2V_BACKOFF_H
#define P2V_BACKOFF_H

/*
 * How long to wait before the next try: half a second at first, twice as long
 * each time, 15 seconds at most; each a quarter more or less by chance, so that
 * a room of servers does not come back in one moment.
 */
struct backoff {
	unsigned next_ms; /* 0: the first */
};

enum { BACKOFF_FIRST_MS = 500, BACKOFF_LIMIT_MS = 15000 };

/* The milliseconds to wait now; the next ones will be more. */
unsigned backoff_next_ms(struct backoff *backoff);

/* Things went well: begin with short waits again. */
void backoff_reset(struct backoff *backoff);

#endif
