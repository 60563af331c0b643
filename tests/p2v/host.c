/* See host.h. */
#include "tests/p2v/host.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/harness.h"

enum { SECONDS = 20 };

static uint64_t last_cookie = 7000;

void
host_open(struct host *host, struct enrolment *source_out)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t bytes = sizeof address;
	struct error err = {0};

	host->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(host->listener, (struct sockaddr *)&address,
		sizeof address), 0);
	assert_int_equal(listen(host->listener, 16), 0);
	getsockname(host->listener, (struct sockaddr *)&address, &bytes);
	assert_ok(key_make(&host->enrolment, "web1", NULL, &err), &err);
	*source_out = host->enrolment;
	snprintf(source_out->server, sizeof source_out->server, "127.0.0.1:%u",
		(unsigned)ntohs(address.sin_port));
}

void
host_close(struct host *host)
{
	close(host->listener);
}

struct channel *
host_accept(struct host *host)
{
	struct channel *channel = NULL;
	char machine[KEY_NAME_BYTES];
	struct error err = {0};
	int fd = accept(host->listener, NULL, NULL);

	assert_true(fd >= 0);
	assert_ok(channel_read_preamble(fd, machine, SECONDS, &err), &err);
	assert_string_equal(machine, host->enrolment.machine);
	if (channel_accept(&channel, fd, &host->enrolment, SECONDS, &err) == -1)
		return NULL;
	return channel;
}

void
host_hear(struct channel *channel, enum frame_type wanted,
	struct frame *frame_out, const uint8_t **payload_out)
{
	struct error err = {0};

	assert_ok(channel_receive(channel, frame_out, payload_out, SECONDS,
		&err), &err);
	assert_int_equal(frame_out->type, wanted);
	if (wanted != FRAME_HELLO)
		assert_int_equal(frame_out->cookie, last_cookie);
}

void
host_hear_hello(struct channel *channel, struct hello *hello_out)
{
	const uint8_t *payload;
	struct error err = {0};
	struct frame frame;

	host_hear(channel, FRAME_HELLO, &frame, &payload);
	assert_ok(hello_parse(hello_out, payload, frame.payload_bytes, &err),
		&err);
}

void
host_welcome(struct channel *channel, unsigned lanes)
{
	struct welcome welcome = {.version = FRAME_VERSION, .lanes = lanes,
		.codec = CODEC_ZSTD, .machine = "web1"};
	struct error err = {0};

	assert_ok(welcome_send(channel, &welcome, &err), &err);
}

void
host_ask(struct channel *channel, enum frame_type type, unsigned disk,
	uint64_t offset_bytes, uint32_t length)
{
	struct frame frame = {.type = type, .disk = (uint8_t)disk,
		.cookie = ++last_cookie, .offset_bytes = offset_bytes,
		.length = length};
	struct error err = {0};

	assert_ok(channel_send(channel, &frame, NULL, &err), &err);
}
