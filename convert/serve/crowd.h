#ifndef CONVERT_SERVE_CROWD_H
#define CONVERT_SERVE_CROWD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Connections whose peer has not proved a key yet.  Each costs something and
 * anybody can make them, so there are only so many; when one more comes, the
 * oldest of the address with the most makes way for it.  So an address that
 * holds many loses its own, and one that proves itself at once gets in.
 */
enum { CROWD_MOST = 64 };

struct crowd {
	unsigned limit; /* at most CROWD_MOST */
	uint64_t arrivals;
	struct crowd_place {
		bool taken;
		struct in6_addr from;
		uint64_t came;
	} places[CROWD_MOST];
};

/*
 * A place for the connected socket.  *victim_out is the same one when somebody
 * had to leave it, who is to be thrown out, else -1.
 */
unsigned crowd_enter(struct crowd *crowd, int fd, int *victim_out);

/* It proved itself, or is gone. */
void crowd_leave(struct crowd *crowd, unsigned place);

/* The peer's address; all zeros when it has none.  For tests as well. */
unsigned crowd_enter_from(struct crowd *crowd, const struct in6_addr *from,
	int *victim_out);

#endif
