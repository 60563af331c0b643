#ifndef CONVERT_ASSESS_TWINS_H
#define CONVERT_ASSESS_TWINS_H

#include <jansson.h>
#include <stddef.h>

struct findings;
struct volumes;

/*
 * Findings about what is there twice: one disk that was captured over two
 * paths, and volumes with the same UUID.  `inventory` may be NULL.
 */
void twins_check(const struct volumes *volumes, const json_t *inventory,
	const char *const *disk_names, size_t disk_count,
	struct findings *findings);

#endif
