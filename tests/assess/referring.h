#ifndef TESTS_ASSESS_REFERRING_H
#define TESTS_ASSESS_REFERRING_H

#include <jansson.h>

#include "convert/assess/reference.h"

/*
 * Over volumes of tests/assess/disks.h, whose disks the inventory calls "old" and
 * "data".  The caller frees it.
 */
struct references *make_references(const struct volumes *volumes,
	const json_t *inventory);

/* Fail unless `spec` means this.  `stable` NULL: however it is written. */
void expect_reference(struct references *references, const char *spec,
	const char *type, enum reference_state state, const char *stable);

#endif
