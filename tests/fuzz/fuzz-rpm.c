/* No database makes a reader look beyond it, or find more than fits in it. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "convert/assess/packages.h"
#include "convert/assess/rpm.h"

static int
read_header(struct packages *packages, uint8_t *data, size_t bytes,
	const char *where, struct error *err)
{
	(void)err;
	rpm_header_read(packages, data, bytes, where);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static int (*const readers[])(struct packages *, uint8_t *, size_t,
		const char *, struct error *) = {
		read_header, rpm_bdb_read, rpm_ndb_read, rpm_sqlite_read};

	for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
		AUTO(packages_freep) struct packages *packages = packages_new();
		AUTO(freep) uint8_t *copy = malloc(bytes == 0 ? 1 : bytes);
		struct error err;

		if (packages == NULL || copy == NULL)
			return 0;
		memcpy(copy, data, bytes);
		readers[i](packages, copy, bytes, "/x", &err);
		if (packages_count(packages) > bytes)
			abort();
	}
	return 0;
}
