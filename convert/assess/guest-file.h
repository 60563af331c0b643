#ifndef CONVERT_ASSESS_GUEST_FILE_H
#define CONVERT_ASSESS_GUEST_FILE_H

#include <guestfs.h>
#include <stdbool.h>
#include <stddef.h>

struct findings;

/* A larger file of configuration is refused. */
enum { GUEST_FILE_LIMIT = 1 << 20 };

/*
 * A configuration file of the guest, freed by the caller; NULL when it is not
 * there.  One that is too large, holds no text or is no regular file is
 * refused: NULL and a finding; /dev/null, which masks a file, is not there.  That
 * it is empty is a finding.  Symlinks are
 * followed inside the guest.
 */
char *guest_file_text(guestfs_h *g, const char *path,
	struct findings *findings);

/*
 * The first bytes of a file of any size, freed by the caller; NULL when it is
 * not there, no regular file or not readable.  At most 2 MiB.
 */
char *guest_file_head(guestfs_h *g, const char *path, size_t limit_bytes,
	size_t *bytes_out);

bool guest_file_is_there(guestfs_h *g, const char *path);
bool guest_folder_is_there(guestfs_h *g, const char *path);

/*
 * The paths of the files in a folder whose names end with `ending`, sorted, as
 * a NULL-terminated list; empty when there is no such folder.  At most 1000.
 * NULL when out of memory.
 */
char **guest_folder_files(guestfs_h *g, const char *folder,
	const char *ending);

/*
 * What a pattern of glob(7) leads to, through links, as the guest sees it, but
 * for folders NAME.d, whose parts have patterns of their own: a NULL-terminated
 * list of at most 1000, with what cannot be resolved for other reasons than that it
 * is not there as it is.  NULL when out of memory.
 */
char **guest_files(guestfs_h *g, const char *pattern);

#endif
