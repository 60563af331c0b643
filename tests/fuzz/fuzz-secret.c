/*
 * Any text loses its secrets and becomes no longer; what is left is not masked
 * again into something else than asterisks.
 */
#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "convert/assess/secret.h"
#include "tests/fuzz/fuzz.h"

/* Files in which places tell; the last has none. */
static void
mask_in_files(const char *text, size_t bytes)
{
	static const char *const paths[] = {"/root/.pgpass",
		"/etc/ppp/chap-secrets", "/etc/samba/credentials",
		"/etc/postfix/sasl_passwd", "/etc/passwd"};

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		AUTO(freep) char *copy = strdup(text);

		secret_mask_line(copy, paths[i]);
		if (strlen(copy) > bytes)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	AUTO(freep) char *text = malloc(bytes + 1);
	AUTO(freep) char *lines = malloc(bytes + 1);

	if (bytes > 0)
		memcpy(text, data, bytes);
	text[bytes] = '\0';
	memcpy(lines, text, strlen(text) + 1);
	mask_in_files(text, bytes);
	secret_mask(text);
	secret_mask_lines(lines, bytes % 2 ? "/etc/ppp/chap-secrets" : "/root/.env");
	if (strlen(text) > bytes || strlen(lines) > bytes)
		abort();
	return 0;
}
