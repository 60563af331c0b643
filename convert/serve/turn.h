#ifndef CONVERT_SERVE_TURN_H
#define CONVERT_SERVE_TURN_H

#include <stddef.h>

struct error;

/*
 * A place in the line of sessions, first come, first served: the file
 * STATE/turns/NUMBER, locked by its process.  Whoever dies leaves the line with
 * the lock, and sessions outlive the listener, so nobody has to keep the line.
 */
struct turn;

/* Join the end of the line in the folder, which is made. */
int turn_take(struct turn **turn_out, const char *folder, struct error *err);

/*
 * How many that came before are still there.  With N served at a time, the turn
 * has come when these are fewer than N; it never goes back.
 */
int turn_before(const struct turn *turn, unsigned *before_out,
	struct error *err);

/* Leave the line. */
void turn_end(struct turn *turn);
static inline void
turn_endp(struct turn **turn)
{
	if (*turn != NULL)
		turn_end(*turn);
}

#endif
