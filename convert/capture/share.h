#ifndef CONVERT_CAPTURE_SHARE_H
#define CONVERT_CAPTURE_SHARE_H

#include <stddef.h>
#include <stdint.h>

struct blocks;
struct error;
struct pool;

/*
 * Hash first, then ask for what the host does not hold.  Hashing makes the
 * source read twice what has to be sent after all, so it is done only while
 * enough is found; then now and then, to see whether that changed.
 */
struct share;

/* Borrows both. */
int share_new(struct share **share_out, struct blocks *blocks,
	struct pool *pool, struct error *err);
/* Waits for the requests that are under way. */
void share_free(struct share *share);
static inline void
share_freep(struct share **share)
{
	if (*share != NULL)
		share_free(*share);
}

/* Bring or request what is absent of SHARE_BLOCKS or fewer, without waiting. */
enum { SHARE_BLOCKS = 128 }; /* 8 MiB: the source still has it in memory */
int share_request(struct share *share, uint64_t first, uint64_t end,
	struct error *err);

/* Wait until everything is there or requested. */
int share_finish(struct share *share, struct error *err);

/* Bytes that were not sent because the host held them. */
uint64_t share_bytes(struct share *share);

#endif
