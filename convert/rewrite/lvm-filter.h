#ifndef CONVERT_REWRITE_LVM_FILTER_H
#define CONVERT_REWRITE_LVM_FILTER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Does a filter of LVM, `count` texts as "a|^/dev/sda|", let this device pass?
 * The first pattern that fits decides; none: it passes.  A pattern that is not
 * understood lets nothing pass.
 */
bool lvm_filter_passes(const char *const *patterns, size_t count,
	const char *device);

#endif
