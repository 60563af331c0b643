/* A configuration of LILO's, whatever it is, leaves terminated texts. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "convert/assess/lilo-config.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	char *text = malloc(bytes + 1);
	struct lilo_config *config = NULL;
	struct error err;

	if (text == NULL)
		return 0;
	memcpy(text, data, bytes);
	text[bytes] = '\0';
	if (lilo_config_read(&config, text, &err) == 0 &&
		(config->count > LILO_IMAGES ||
			(lilo_config_default(config) == NULL) !=
				(config->count == 0)))
		abort();
	free(config);
	free(text);
	return 0;
}
