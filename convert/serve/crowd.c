/*
 * Who makes way when too many connections are unproven.  serve.c and lanes.c
 * each have a crowd: of processes, and of threads.
 */
#include "convert/serve/crowd.h"

#include <string.h>
#include <sys/socket.h>

static unsigned
count_from(const struct crowd *crowd, const struct in6_addr *from)
{
	unsigned count = 0;

	for (unsigned i = 0; i < crowd->limit; i++)
		count += crowd->places[i].taken &&
			memcmp(&crowd->places[i].from, from, sizeof *from) == 0;
	return count;
}

/* The oldest of the most crowded address.  All places are taken. */
static unsigned
find_victim(const struct crowd *crowd)
{
	unsigned victim = 0, most = 0;

	for (unsigned i = 0; i < crowd->limit; i++) {
		const struct crowd_place *place = &crowd->places[i];
		unsigned count = count_from(crowd, &place->from);

		if (count < most || (count == most &&
				place->came > crowd->places[victim].came))
			continue;
		most = count;
		victim = i;
	}
	return victim;
}

unsigned
crowd_enter_from(struct crowd *crowd, const struct in6_addr *from,
	int *victim_out)
{
	unsigned place = 0;

	*victim_out = -1;
	while (place < crowd->limit && crowd->places[place].taken)
		place++;
	if (place == crowd->limit) {
		place = find_victim(crowd);
		*victim_out = (int)place;
	}
	crowd->places[place] = (struct crowd_place){true, *from,
		crowd->arrivals++};
	return place;
}

static void
address_of(int fd, struct in6_addr *from_out)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} peer = {0};
	socklen_t room = sizeof peer;

	*from_out = (struct in6_addr){0};
	if (getpeername(fd, &peer.any, &room) == -1)
		return;
	if (peer.any.sa_family == AF_INET6)
		*from_out = peer.v6.sin6_addr;
	else if (peer.any.sa_family == AF_INET)
		memcpy(from_out, &peer.v4.sin_addr, sizeof peer.v4.sin_addr);
}

unsigned
crowd_enter(struct crowd *crowd, int fd, int *victim_out)
{
	struct in6_addr from;

	address_of(fd, &from);
	return crowd_enter_from(crowd, &from, victim_out);
}

void
crowd_leave(struct crowd *crowd, unsigned place)
{
	crowd->places[place].taken = false;
}
