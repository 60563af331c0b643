/* The JSON payloads; the first byte chooses whose. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "wire/failure.h"
#include "wire/message.h"

static void
parse_hello(const uint8_t *payload, uint32_t bytes)
{
	struct hello hello;
	struct error err;

	if (hello_parse(&hello, payload, bytes, &err) == -1)
		return;
	if ((hello.lane == 0) != (hello.inventory != NULL) ||
		hello.lane >= MESSAGE_LANES_LIMIT || hello.cores == 0)
		abort();
	hello_release(&hello);
}

static void
parse_welcome(const uint8_t *payload, uint32_t bytes)
{
	struct welcome welcome;
	struct error err;

	if (welcome_parse(&welcome, payload, bytes, &err) == 0 &&
		(welcome.lanes == 0 || welcome.lanes > MESSAGE_LANES_LIMIT ||
			(unsigned)welcome.codec >= CODEC_COUNT))
		abort();
}

static void
parse_notice(const uint8_t *payload, uint32_t bytes)
{
	struct notice notice;
	struct error err;

	if (notice_parse(&notice, payload, bytes, &err) == 0 &&
		(strpbrk(notice.text, "\033\n\r\177") != NULL ||
			!(notice.seconds >= 0)))
		abort();
}

static void
parse_closing(const uint8_t *payload, uint32_t bytes)
{
	struct closing closing;
	struct error err;

	if (closing_parse(&closing, payload, bytes, &err) == 0 &&
		strpbrk(closing.verdict, "\033\n\r\177") != NULL)
		abort();
}

static void
parse_failure(const uint8_t *payload, uint32_t bytes)
{
	struct error err;

	if (failure_decode(payload, bytes, &err) != -1 || err.text[0] == '\0')
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static void (*const parsers[])(const uint8_t *, uint32_t) = {
		parse_hello, parse_welcome, parse_notice, parse_closing,
		parse_failure};

	if (bytes == 0 || bytes > UINT32_MAX)
		return 0;
	parsers[data[0] % (sizeof parsers / sizeof parsers[0])](data + 1,
		(uint32_t)bytes - 1);
	return 0;
}
