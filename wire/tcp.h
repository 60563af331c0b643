#ifndef WIRE_TCP_H
#define WIRE_TCP_H

#include <stddef.h>
#include <stdint.h>

struct error;

enum { TCP_PEER_BYTES = 96 };

/* A deadline: monotonic_ms() in `seconds` from now; 0 is never (-1). */
int64_t tcp_deadline_ms(unsigned seconds);

/*
 * Wait for POLLIN or POLLOUT.  Returns 1, 0 when the deadline passed, or -1
 * with errno.  An error or hang-up of the socket counts as ready: the next
 * transfer tells which.
 */
int tcp_wait(int fd, short events, int64_t deadline_ms);

/*
 * Connect to the first address that answers, `timeout_seconds` for each.  (How
 * long a name takes to resolve is the resolver's to say.)
 */
int tcp_connect(int *fd_out, const char *host, const char *port,
	unsigned timeout_seconds, struct error *err);

/*
 * Non-blocking, no delay of small frames, and a silent peer noticed within half
 * a minute.  Does what it can on a socket that is not TCP.
 */
void tcp_tune(int fd);

/*
 * Microseconds in which the kernel had bytes to send and the peer was willing to
 * take them: those that the wire took.  -1 where the kernel does not count them
 * (before Linux 4.10).
 */
int tcp_wire_us(int fd, uint64_t *microseconds_out);

/* The peer's "ADDRESS:PORT". */
void tcp_peer(int fd, char text_out[TCP_PEER_BYTES]);

/* Whole transfers on a socket, before there is TLS. */
int tcp_send(int fd, const void *data, size_t bytes, int64_t deadline_ms,
	struct error *err);
int tcp_receive(int fd, void *data, size_t bytes, int64_t deadline_ms,
	struct error *err);

#endif
