#ifndef CONVERT_ASSESS_GUEST_STREAM_H
#define CONVERT_ASSESS_GUEST_STREAM_H

#include <guestfs.h>
#include <stdbool.h>
#include <stddef.h>

struct error;

/*
 * What one call of libguestfs writes to a file, in memory and NUL-terminated,
 * freed by the caller.  `call` is given the file's name.  A guest chooses how
 * much that is: beyond `limit_bytes` the call is cancelled and *is_cut_out true.
 * On failure *data_out and *bytes_out are as they were.
 */
int guest_stream(char **data_out, size_t *bytes_out, bool *is_cut_out,
	guestfs_h *g, size_t limit_bytes,
	int (*call)(guestfs_h *g, const char *file, const void *cookie),
	const void *cookie, struct error *err);

#endif
