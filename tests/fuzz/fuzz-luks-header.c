/* No header makes the reader look beyond it, or count more than it keeps. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "convert/assess/luks-header.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct luks_tokens tokens;

	luks_header_tokens(&tokens, data, bytes);
	if (tokens.count > LUKS_TOKEN_LIMIT)
		abort();
	for (size_t i = 0; i < tokens.count; i++)
		if (memchr(tokens.list[i].type, '\0',
			    sizeof tokens.list[i].type) == NULL)
			abort();
	return 0;
}
