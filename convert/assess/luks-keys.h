#ifndef CONVERT_ASSESS_LUKS_KEYS_H
#define CONVERT_ASSESS_LUKS_KEYS_H

#include <stddef.h>

struct error;
struct luks_keys;

enum { LUKS_KEY_BYTES = 8192 }; /* of the longest, without a NUL */

/*
 * Read a passphrase from a file: "FILE", for any encrypted volume, or
 * "UUID=FILE".  One newline at the end does not count.  It joins *keys, which
 * is made when it is NULL; the caller frees it, also after a failure.
 * Passphrases reach nothing but cryptsetup in the appliance: no log, no command line, no
 * report.
 */
int luks_keys_read(struct luks_keys **keys, const char *spec,
	struct error *err);

/*
 * The next passphrase from *index on that may open the volume with this UUID,
 * borrowed; moves *index behind it.  NULL at the end, and when `keys` is.
 */
const char *luks_keys_next(const struct luks_keys *keys, const char *uuid,
	size_t *index);

/* The same whichever volume it is for: all of them, in turn. */
const char *luks_keys_each(const struct luks_keys *keys, size_t *index);

/* Overwrite each of them in a text by asterisks. */
void luks_keys_mask(const struct luks_keys *keys, char *text);

/* Overwrites them first.  Does nothing to NULL. */
void luks_keys_free(struct luks_keys *keys);

static inline void
luks_keys_freep(struct luks_keys **keys)
{
	luks_keys_free(*keys);
}

#endif
