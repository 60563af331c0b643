/*
 * The ports that were declared to answer.  QEMU forwards a port of the host to
 * each, by the guest's own address, inside the isolated network.
 */
#include "convert/verify/expect.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/error.h"
#include "common/own.h"

/* A connection that the guest left unanswered for so long is begun anew. */
static const double patience_seconds = 8;

static struct sockaddr_in
local_port(unsigned port)
{
	struct sockaddr_in address = {.sin_family = AF_INET};

	address.sin_port = htons((uint16_t)port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return address;
}

/* A port that was free a moment ago; QEMU says so should it be taken since. */
static int
free_port(unsigned *port_out, struct error *err)
{
	struct sockaddr_in address = local_port(0);
	socklen_t length = sizeof address;
	AUTO(fd_closep) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1 ||
		bind(fd, (struct sockaddr *)&address, sizeof address) == -1 ||
		getsockname(fd, (struct sockaddr *)&address, &length) == -1)
		return error_set(err, errno, "find a free port");
	*port_out = ntohs(address.sin_port);
	return 0;
}

int
expect_port(unsigned *port_out, const char *text, struct error *err)
{
	unsigned long port = 0;
	char *end = NULL;

	if (strncmp(text, "tcp:", 4) == 0 && text[4] >= '0' && text[4] <= '9')
		port = strtoul(text + 4, &end, 10);
	if (port == 0 || port > 65535 || *end != '\0') {
		error_set(err, 0, "--expect %s: not tcp:PORT", text);
		return error_hint(err, "Write the port that has to answer, such "
			"as tcp:22.");
	}
	*port_out = (unsigned)port;
	return 0;
}

static int
parse_one(struct expectation *expectation, const char *text, struct error *err)
{
	*expectation = (struct expectation){.fd = -1};
	return expect_port(&expectation->port, text, err) == -1
		? -1
		: free_port(&expectation->host_port, err);
}

int
expect_parse(struct expectation *list, size_t *count_out,
	const char *const *texts, struct error *err)
{
	*count_out = 0;
	for (; texts != NULL && *texts != NULL; texts++) {
		if (*count_out == EXPECT_LIMIT)
			return error_set(err, E2BIG, "more than %d ports to try",
				EXPECT_LIMIT);
		if (parse_one(&list[*count_out], *texts, err) == -1)
			return -1;
		++*count_out;
	}
	return 0;
}

static void
hang_up(struct expectation *expectation)
{
	if (expectation->fd != -1)
		close(expectation->fd);
	expectation->fd = -1;
}

/* Whether the connection is still open; what it says is not kept. */
static bool
is_open(int fd)
{
	char ignored[512];
	ssize_t got = recv(fd, ignored, sizeof ignored, MSG_DONTWAIT);

	return got > 0 || (got == -1 && (errno == EAGAIN || errno == EINTR));
}

static void
knock(struct expectation *expectation, double seconds)
{
	struct sockaddr_in address = local_port(expectation->host_port);

	if (expectation->fd != -1 && is_open(expectation->fd) &&
		seconds - expectation->since < patience_seconds)
		return;
	if (seconds - expectation->since < 1 && expectation->since > 0)
		return;
	hang_up(expectation);
	expectation->since = seconds;
	expectation->fd = socket(AF_INET,
		SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (expectation->fd != -1 &&
		connect(expectation->fd, (struct sockaddr *)&address,
			sizeof address) == -1 &&
		errno != EINPROGRESS)
		hang_up(expectation);
}

void
expect_knock(struct expectation *list, size_t count, double seconds)
{
	for (size_t i = 0; i < count; i++)
		if (!list[i].answered)
			knock(&list[i], seconds);
}

void
expect_close(struct expectation *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		hang_up(&list[i]);
}
