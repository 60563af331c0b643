/*
 * No header makes the readers look beyond it, or count more than they keep; none
 * passes that costs more than the limit.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "convert/assess/luks-cost.h"
#include "convert/assess/luks-header.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct luks_tokens tokens;
	unsigned seconds;

	luks_header_tokens(&tokens, data, bytes);
	if (tokens.count > LUKS_TOKEN_LIMIT)
		abort();
	for (size_t i = 0; i < tokens.count; i++)
		if (memchr(tokens.list[i].type, '\0',
			    sizeof tokens.list[i].type) == NULL)
			abort();
	if (luks_cost(&seconds, data, bytes, NULL) == 0 &&
		(seconds == 0 || seconds > LUKS_SECONDS_LIMIT + 1))
		abort();
	return 0;
}
