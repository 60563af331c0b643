#ifndef CONVERT_ASSESS_FSTAB_H
#define CONVERT_ASSESS_FSTAB_H

#include <stdbool.h>
#include <stddef.h>

/* A field as it stands in the text. */
struct fstab_field {
	size_t offset, bytes;
};

/* A line of fstab or crypttab: up to four fields, octal escapes decoded. */
struct fstab_line {
	unsigned number; /* from 1 */
	size_t offset;	 /* of the line */
	struct fstab_field at[4];
	char field[4][1024]; /* empty when the line has fewer */
};

/* fstab's and crypttab's fields, as indexes. */
enum { FSTAB_SPEC, FSTAB_TARGET, FSTAB_TYPE, FSTAB_OPTIONS };
enum { CRYPTTAB_NAME, CRYPTTAB_SOURCE, CRYPTTAB_KEY, CRYPTTAB_OPTIONS };

/* Where fstab_next() is; begin with all zeros. */
struct fstab_place {
	size_t offset;
	unsigned number;
};

/*
 * The next line that is not blank or a comment.  False at the end.  Lines with
 * fields that are too long are passed over: mount would refuse them as well.
 */
bool fstab_next(const char *text, struct fstab_place *place,
	struct fstab_line *line_out);

/* A device that an option of a mount names: "logdev=/dev/sdb1". */
struct fstab_device {
	struct fstab_field at;
	char spec[256];
	const char *type; /* as a line's; "" when it may be any */
};

/*
 * The next device in the options of a line of this text.  Begin with all zeros;
 * false when there is none left.
 */
bool fstab_next_device(const char *text, const struct fstab_line *line,
	struct fstab_device *device);

/* Is it left to somebody to mount, who may never do so? */
bool fstab_is_noauto(const struct fstab_line *line);

/* Does it hold what starts the machine, mounted or not? */
bool fstab_is_boot(const struct fstab_line *line);

#endif
