#ifndef CONVERT_VERIFY_EXPECT_H
#define CONVERT_VERIFY_EXPECT_H

#include <stdbool.h>
#include <stddef.h>

struct error;

/* A port of the guest that has to answer, and the way there. */
struct expectation {
	unsigned port;	    /* of the guest, TCP */
	unsigned host_port; /* of 127.0.0.1 */
	int fd;		    /* the connection that is being tried, or -1 */
	double since;	    /* when that was begun */
	bool answered;
};

enum { EXPECT_LIMIT = 32 };

/* The port of "tcp:PORT", as --expect has it. */
int expect_port(unsigned *port_out, const char *text, struct error *err);

/*
 * Understand several of them, NULL-terminated (or NULL), and choose a free port of
 * the host for each.  `list` has room for EXPECT_LIMIT.
 */
int expect_parse(struct expectation *list, size_t *count_out,
	const char *const *texts, struct error *err);

/*
 * Keep one connection to each port under way that has not answered, so that the
 * guest is asked again and again.  That QEMU accepts one means nothing: whether
 * the guest did shows in its packets (pcap.h).
 */
void expect_knock(struct expectation *list, size_t count, double seconds);

void expect_close(struct expectation *list, size_t count);

#endif
