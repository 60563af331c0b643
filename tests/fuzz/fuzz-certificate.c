/* Texts and DER of a guest: each certificate is found once, in the text. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "convert/assess/certificate.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	AUTO(freep) char *text = strndup((const char *)data, bytes);
	struct certificate certificate;
	const char *at = text;
	unsigned line = 1;

	free(certificate_text((const char *)data, bytes));
	while (text != NULL && certificate_next(&certificate, &at, &line) == 0)
		if (at > text + strlen(text) || certificate.line > bytes)
			abort();
	return 0;
}
