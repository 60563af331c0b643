#ifndef CONVERT_SIZE_PROCESSOR_H
#define CONVERT_SIZE_PROCESSOR_H

#include <jansson.h>

enum { PROCESSOR_MISSING_BYTES = 160 };

struct processor {
	const char *model; /* QEMU's name of it; a literal */
	/* What the source's has and the host's has not: "avx2, aes"; or "". */
	char missing[PROCESSOR_MISSING_BYTES];
};

/*
 * Choose a model with a name, so that the VM can later move between hosts: the
 * least one that has all that the source's processor has, of those that the
 * host's can do; else the best of these.  Flags are lists of the names in
 * /proc/cpuinfo; `source_flags` may be NULL, then it is the best.  `models` is
 * what QEMU prints for -cpu help; NULL: all are known.
 */
void processor_choose(struct processor *processor_out, const char *host_vendor,
	const json_t *host_flags, const json_t *source_flags,
	const char *models);

#endif
