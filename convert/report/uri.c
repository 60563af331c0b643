/* Paths in links (fleet-page.c) and in SARIF (sarif.c). */
#include "convert/report/uri.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

char *
uri_encode(const char *path, size_t bytes)
{
	static const char digits[] = "0123456789ABCDEF";
	char *uri = malloc(3 * bytes + 1);
	size_t used = 0;

	for (size_t i = 0; uri != NULL && i < bytes; i++) {
		unsigned char c = (unsigned char)path[i];

		if (c < 0x80 && (isalnum(c) || strchr("/-._~", c) != NULL)) {
			uri[used++] = (char)c;
			continue;
		}
		uri[used++] = '%';
		uri[used++] = digits[c >> 4];
		uri[used++] = digits[c & 15];
	}
	if (uri != NULL)
		uri[used] = '\0';
	return uri;
}
