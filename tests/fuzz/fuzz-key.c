/* An enrolment file that is taken holds a safe name and a usable address. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "wire/key.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	char host[KEY_SERVER_BYTES], port[8];
	char *text = malloc(bytes + 1);
	struct enrolment enrolment;
	struct error err;

	if (text == NULL)
		return 0;
	memcpy(text, data, bytes);
	text[bytes] = '\0';
	key_split_server(text, host, port, &err);
	if (key_parse(&enrolment, text, "input", &err) == 0 &&
		(key_check_name(enrolment.machine, &err) == -1 ||
			strchr(enrolment.machine, '/') != NULL ||
			(enrolment.server[0] != '\0' &&
				key_split_server(enrolment.server, host, port,
					&err) == -1)))
		abort();
	free(text);
	return 0;
}
