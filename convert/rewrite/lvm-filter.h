#ifndef CONVERT_REWRITE_LVM_FILTER_H
#define CONVERT_REWRITE_LVM_FILTER_H

#include <stdbool.h>
#include <stddef.h>

enum { LVM_NAME_BYTES = 64 };

/*
 * Does a filter of LVM, texts as "a|^/dev/sda|", let all of these devices pass?
 * Of each, the first pattern that fits decides; none: it passes.  A pattern that
 * is not understood, or would take long, lets nothing pass.
 */
bool lvm_filter_passes(const char *const *patterns, size_t pattern_count,
	const char (*devices)[LVM_NAME_BYTES], size_t device_count);

#endif
