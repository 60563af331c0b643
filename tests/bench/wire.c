/*
 * A long, slow wire between two network name spaces, for bench-capture: a TUN
 * device in each, and every packet arrives after the time that its bytes take at
 * the rate, and the delay.  What does not fit in the queue is lost, as in a
 * router.  The kernel's netem would do it, but many kernels come without.
 *
 *	bench-wire NAMESPACE NAMESPACE BITS_A_SECOND DELAY_MS
 *
 * It makes the devices "wire", says "ready", and runs until it is ended.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum {
	PACKET_BYTES = 2048,
	SLOTS = 4096,
	QUEUE_MS = 50, /* of the rate: a router of ordinary size */
	FRAME_BYTES = 14 /* Ethernet's, which TUN has not */
};

struct packet {
	int64_t due_ns;
	size_t bytes;
	char data[PACKET_BYTES];
};

/* One direction. */
struct way {
	int from, to;
	int64_t free_ns; /* when the wire has sent all it holds */
	unsigned first, count;
	struct packet packets[SLOTS];
};

static double ns_per_byte;
static int64_t delay_ns;
static struct way ways[2];

static void
fail(const char *what)
{
	fprintf(stderr, "bench-wire: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int
open_end(const char *name_space)
{
	struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	char path[256];
	int space, fd;

	snprintf(path, sizeof path, "/run/netns/%s", name_space);
	space = open(path, O_RDONLY | O_CLOEXEC);
	if (space == -1 || setns(space, CLONE_NEWNET) == -1)
		fail(path);
	close(space);
	strcpy(request.ifr_name, "wire");
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1 || ioctl(fd, TUNSETIFF, &request) == -1)
		fail("make a TUN device");
	return fd;
}

static void
take_packets(struct way *way)
{
	struct packet lost, *packet;
	ssize_t bytes;
	int64_t now;

	for (;;) {
		packet = way->count == SLOTS
			? &lost
			: &way->packets[(way->first + way->count) % SLOTS];
		bytes = read(way->from, packet->data, PACKET_BYTES);
		if (bytes <= 0)
			return;
		now = now_ns();
		if (way->free_ns < now)
			way->free_ns = now;
		if (packet == &lost ||
			way->free_ns - now > QUEUE_MS * INT64_C(1000000))
			continue;
		way->free_ns += (int64_t)((double)(bytes + FRAME_BYTES) *
			ns_per_byte);
		packet->bytes = (size_t)bytes;
		packet->due_ns = way->free_ns + delay_ns;
		way->count++;
	}
}

/* Yields when the next one is due, or -1. */
static int64_t
deliver(struct way *way)
{
	while (way->count > 0) {
		struct packet *packet = &way->packets[way->first];

		if (packet->due_ns > now_ns())
			return packet->due_ns;
		/* A device that is not up yet loses it; so do wires. */
		if (write(way->to, packet->data, packet->bytes) == -1 &&
			errno != EIO && errno != EAGAIN)
			fail("deliver");
		way->first = (way->first + 1) % SLOTS;
		way->count--;
	}
	return -1;
}

static void
run(void)
{
	for (;;) {
		struct pollfd polls[] = {{ways[0].from, POLLIN, 0},
			{ways[1].from, POLLIN, 0}};
		int64_t next = -1;
		struct timespec wait;

		for (int i = 0; i < 2; i++) {
			int64_t due = deliver(&ways[i]);

			if (due != -1 && (next == -1 || due < next))
				next = due;
		}
		if (next != -1) {
			next -= now_ns();
			next = next < 0 ? 0 : next;
			wait.tv_sec = next / 1000000000;
			wait.tv_nsec = next % 1000000000;
		}
		if (ppoll(polls, 2, next == -1 ? NULL : &wait, NULL) == -1)
			fail("wait");
		for (int i = 0; i < 2; i++)
			take_packets(&ways[i]);
	}
}

int
main(int argc, char *argv[])
{
	if (argc != 5) {
		fputs("usage: bench-wire NAMESPACE NAMESPACE BITS_A_SECOND "
		      "DELAY_MS\n", stderr);
		return 1;
	}
	ns_per_byte = 8e9 / strtod(argv[3], NULL);
	delay_ns = (int64_t)(strtod(argv[4], NULL) * 1e6);
	ways[0].from = ways[1].to = open_end(argv[1]);
	ways[1].from = ways[0].to = open_end(argv[2]);
	puts("ready");
	fflush(stdout);
	run();
}
