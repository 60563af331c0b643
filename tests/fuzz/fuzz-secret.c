/*
 * Any text loses its secrets and becomes no longer; what is left is not masked
 * again into something else than asterisks.
 */
#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "convert/assess/secret.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	AUTO(freep) char *text = malloc(bytes + 1);
	AUTO(freep) char *lines = malloc(bytes + 1);

	if (bytes > 0)
		memcpy(text, data, bytes);
	text[bytes] = '\0';
	memcpy(lines, text, strlen(text) + 1);
	secret_mask(text);
	secret_mask_lines(lines);
	if (strlen(text) > bytes || strlen(lines) > bytes)
		abort();
	return 0;
}
