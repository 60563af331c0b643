/* Options that several verbs share, checked before any work begins. */
#include "convert/request.h"

#include <errno.h>
#include <stdlib.h>

#include "common/error.h"
#include "convert/assess/luks-keys.h"

enum { TIMEOUT_LIMIT_SECONDS = 24 * 3600 };

int
request_number(unsigned *number_out, const char *option, const char *text,
	unsigned low, unsigned high, struct error *err)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' ||
		number < low || number > high)
		return error_set(err, 0, "--%s %s: not a number from %u to %u",
			option, text, low, high);
	*number_out = (unsigned)number;
	return 0;
}

static int
add_expectation(struct request *request, const char *text, struct error *err)
{
	unsigned port;

	if (request->expects == EXPECT_LIMIT)
		return error_set(err, 0, "--expect more than %d times",
			EXPECT_LIMIT);
	if (expect_port(&port, text, err) == -1)
		return error_add(err, "--expect");
	request->expect[request->expects++] = text;
	request->options.expect = request->expect;
	return 0;
}

static int
add_key(struct request *request, const char *text, struct error *err)
{
	int status = luks_keys_read(&request->luks_keys, text, err);

	request->options.luks_keys = request->luks_keys;
	return status;
}

int
request_read(struct request *request, int option, const char *text,
	struct error *err)
{
	switch (option) {
	case REQUEST_EXPECT:
		return add_expectation(request, text, err);
	case REQUEST_TIMEOUT:
		return request_number(&request->options.verify_timeout_seconds,
			"timeout", text, 1, TIMEOUT_LIMIT_SECONDS, err);
	case REQUEST_LUKS_KEY:
		return add_key(request, text, err);
	case REQUEST_NO_VERIFY:
		request->options.no_verify = true;
		return 0;
	case REQUEST_VIRTIO_WIN:
		request->options.virtio_win = text;
		return 0;
	case REQUEST_GUEST_AGENT:
		request->options.guest_agent = text;
		return 0;
	default:
		return -1;
	}
}

void
request_release(struct request *request)
{
	luks_keys_free(request->luks_keys);
	request->luks_keys = NULL;
}
