/* A boot entry's parts lie within it, and a shortened one reads the same. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "wire/load-option.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct load_option option, again;
	uint8_t *shorter = malloc(bytes + 1);
	size_t length;

	if (shorter != NULL && load_option_read(&option, data, bytes)) {
		length = load_option_shorten(&option, shorter);
		if (length > bytes || (option.drive == NULL) != (length == 0))
			abort();
		if (length > 0 && (!load_option_read(&again, shorter, length) ||
			strcmp(again.partition, option.partition) != 0 ||
			strcmp(again.description, option.description) != 0))
			abort();
	}
	free(shorter);
	return 0;
}
