/*
 * Text from the other side ends up on consoles and in logs: it must not be able
 * to do more there than to be read.
 */
#include "wire/text.h"

#include <stdbool.h>
#include <string.h>

static bool
is_control(const unsigned char *at)
{
	return at[0] < 0x20 || at[0] == 0x7f ||
		(at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0);
}

int
text_copy(char *text_out, size_t room, const char *value)
{
	size_t bytes = strlen(value), end = bytes < room ? bytes : room - 1;
	unsigned char *at = (unsigned char *)text_out;

	/* Do not cut inside a UTF-8 sequence. */
	while (end < bytes && end > 0 && (value[end] & 0xc0) == 0x80)
		end--;
	memcpy(text_out, value, end);
	text_out[end] = '\0';
	for (; *at != '\0'; at++) {
		if (!is_control(at))
			continue;
		if (*at == 0xc2)
			*at++ = '?';
		*at = '?';
	}
	return end == bytes ? 0 : -1;
}
