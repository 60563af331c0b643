/*
 * Any bytes as each of the files that tell what names mean, and its lines as names:
 * whatever they say, a name that means something means a volume that is there.
 */
#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "convert/assess/evidence.h"
#include "convert/assess/reference.h"
#include "convert/assess/volume.h"
#include "tests/assess/disks.h"
#include "tests/fuzz/fuzz.h"

enum { NAMES = 64 };

static void
resolve(struct references *references, const char *name)
{
	struct reference reference;

	reference_resolve(references, name, "ext4", &reference);
	if (reference.volume != NULL &&
		(reference.volume < two_disks.list ||
			reference.volume >= two_disks.list + two_disks.count))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	AUTO(references_freep) struct references *references =
		references_new(&two_disks, NULL, disk_names, 2);
	AUTO(freep) char *text = strndup((const char *)data, bytes);
	char *line, *rest = text;

	if (references == NULL || text == NULL)
		abort();
	evidence_of_multipath(references, text);
	evidence_of_bindings(references, text);
	evidence_of_mdadm(references, text);
	evidence_of_crypttab(references, text, &two_disks);
	evidence_of_fstab(references, text, &two_disks.list[1], NULL);
	for (size_t i = 0; i < NAMES && rest != NULL; i++) {
		line = strsep(&rest, "\n");
		resolve(references, line);
	}
	return 0;
}
