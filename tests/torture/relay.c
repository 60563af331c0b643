/*
 * The wire.  It is slow enough for a fault to find something under way, counts
 * what crosses it, and damages it as life.c says.
 */
#include "tests/torture/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/torture/watch.h"

enum { TURN_MS = 3 };

double
relay_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct sockaddr_in
loopback(unsigned port)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)port)};
}

void
relay_open(struct relay *relay, unsigned host_port, struct dice *dice)
{
	struct sockaddr_in address = loopback(0);
	socklen_t bytes = sizeof address;

	relay->listener = socket(AF_INET,
		SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	watch_ok(bind(relay->listener, (struct sockaddr *)&address, bytes) ==
			0 && listen(relay->listener, 64) == 0,
		"open the relay");
	getsockname(relay->listener, (struct sockaddr *)&address, &bytes);
	relay->port = ntohs(address.sin_port);
	relay->host_port = host_port;
	relay->dice = dice;
	relay->bytes_per_second = 32e6;
	relay->refilled = relay_now();
}

static void
end_link(struct relay_link *link, bool abruptly)
{
	struct linger reset = {1, 0};

	if (abruptly) {
		setsockopt(link->up.from, SOL_SOCKET, SO_LINGER, &reset,
			sizeof reset);
		setsockopt(link->up.to, SOL_SOCKET, SO_LINGER, &reset,
			sizeof reset);
	}
	close(link->up.from);
	close(link->up.to);
	link->used = false;
}

void
relay_close(struct relay *relay)
{
	relay_cut(relay, true);
	close(relay->listener);
}

unsigned
relay_cut(struct relay *relay, bool all)
{
	unsigned first = (unsigned)dice_below(relay->dice, RELAY_LINKS);
	unsigned cut = 0;

	for (unsigned i = 0; i < RELAY_LINKS && (all || cut == 0); i++) {
		struct relay_link *link =
			&relay->links[(first + i) % RELAY_LINKS];

		if (link->used) {
			/* As when a machine or a firewall forgets it. */
			end_link(link, dice_percent(relay->dice, 50));
			cut++;
		}
	}
	return cut;
}

static void
accept_one(struct relay *relay)
{
	struct sockaddr_in address = loopback(relay->host_port);
	int from = accept4(relay->listener, NULL, NULL,
		SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct relay_link *link = relay->links;
	int to;

	if (from == -1)
		return;
	to = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	while (link < relay->links + RELAY_LINKS && link->used)
		link++;
	if (link == relay->links + RELAY_LINKS || to == -1 ||
		connect(to, (struct sockaddr *)&address, sizeof address) ==
			-1) {
		close(from);
		close(to);
		return;
	}
	fcntl(to, F_SETFL, O_NONBLOCK);
	relay->connections++;
	link->used = true;
	link->number = relay->connections;
	link->up_bytes = 0;
	link->up.from = link->down.to = from;
	link->up.to = link->down.from = to;
	link->up.begin = link->up.end = link->down.begin = link->down.end = 0;
	link->up.over = link->down.over = false;
}

/* What is to happen to the piece that just came. */
static void
harm(struct relay *relay, struct relay_pipe *pipe)
{
	uint32_t bytes = pipe->end - pipe->begin;
	uint32_t at = pipe->begin + (uint32_t)dice_below(relay->dice, bytes);
	uint32_t gone = 1 + (uint32_t)dice_below(relay->dice, pipe->end - at);

	switch (relay->harm) {
	case RELAY_NONE:
		return;
	case RELAY_FLIP:
		pipe->data[at] ^= (uint8_t)(1 << dice_below(relay->dice, 8));
		break;
	case RELAY_SHORTEN:
		pipe->end = at;
		pipe->over = true;
		break;
	case RELAY_SWALLOW:
		memmove(pipe->data + at, pipe->data + at + gone,
			pipe->end - at - gone);
		pipe->end -= gone;
		break;
	}
	relay->harm = RELAY_NONE;
}

/* Takes the next piece when the last one is through. */
static void
fill(struct relay *relay, struct relay_link *link, struct relay_pipe *pipe)
{
	bool up = pipe == &link->up;
	ssize_t got;

	if (pipe->begin < pipe->end || pipe->over ||
		(up && relay->allowance <= 0))
		return;
	got = read(pipe->from, pipe->data, RELAY_BUFFER);
	if (got == -1 && errno == EAGAIN)
		return;
	pipe->begin = 0;
	pipe->end = got > 0 ? (uint32_t)got : 0;
	pipe->over = got <= 0;
	if (up) {
		relay->up_bytes += pipe->end;
		link->up_bytes += pipe->end;
		relay->allowance -= pipe->end;
	}
	if (pipe->end > 0 && up != relay->harm_down)
		harm(relay, pipe);
}

static void
drain(struct relay_pipe *pipe)
{
	ssize_t put;

	if (pipe->begin == pipe->end)
		return;
	put = send(pipe->to, pipe->data + pipe->begin,
		pipe->end - pipe->begin, MSG_NOSIGNAL);
	if (put > 0)
		pipe->begin += (uint32_t)put;
	else if (errno != EAGAIN) {
		pipe->begin = pipe->end = 0;
		pipe->over = true;
	}
}

static void
carry(struct relay *relay, struct relay_link *link)
{
	fill(relay, link, &link->up);
	drain(&link->up);
	fill(relay, link, &link->down);
	drain(&link->down);
	if ((link->up.over && link->up.begin == link->up.end) ||
		(link->down.over && link->down.begin == link->down.end))
		end_link(link, false);
}

static short
wanted(const struct relay *relay, const struct relay_pipe *read_from,
	const struct relay_pipe *write_to, bool up)
{
	short events = 0;

	if (read_from->begin == read_from->end && !read_from->over &&
		(!up || relay->allowance > 0))
		events |= POLLIN;
	if (write_to->begin < write_to->end)
		events |= POLLOUT;
	return events;
}

/* An end without a wish is left out: its hang-up would end each wait. */
static void
add(struct pollfd *polls, nfds_t *count, int fd, short events)
{
	if (events != 0)
		polls[(*count)++] = (struct pollfd){fd, events, 0};
}

void
relay_turn(struct relay *relay)
{
	struct pollfd polls[1 + 2 * RELAY_LINKS];
	nfds_t count = 0;
	double now = relay_now();

	relay->allowance += (now - relay->refilled) * relay->bytes_per_second;
	if (relay->allowance > 256 << 10)
		relay->allowance = 256 << 10;
	relay->refilled = now;
	add(polls, &count, relay->listener, POLLIN);
	for (int i = 0; i < RELAY_LINKS; i++) {
		struct relay_link *link = &relay->links[i];

		if (!link->used)
			continue;
		add(polls, &count, link->up.from,
			wanted(relay, &link->up, &link->down, true));
		add(polls, &count, link->up.to,
			wanted(relay, &link->down, &link->up, false));
	}
	poll(polls, count, TURN_MS);
	if (polls[0].revents != 0)
		accept_one(relay);
	for (int i = 0; i < RELAY_LINKS; i++)
		if (relay->links[i].used)
			carry(relay, &relay->links[i]);
}

bool
relay_is_warm(const struct relay *relay, uint64_t since, uint64_t bytes)
{
	for (unsigned i = 0; i < RELAY_LINKS; i++)
		if (relay->links[i].used && relay->links[i].number > since &&
			relay->links[i].up_bytes >= bytes)
			return true;
	return false;
}
