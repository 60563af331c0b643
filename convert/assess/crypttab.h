#ifndef CONVERT_ASSESS_CRYPTTAB_H
#define CONVERT_ASSESS_CRYPTTAB_H

#include <stdbool.h>

struct fstab_line;
struct reference;
struct references;

/* Is it encrypted with a new key at each boot?  What was on it is lost then. */
bool crypttab_is_made_anew(const struct fstab_line *line);

/* What the line's source means. */
void crypttab_source(struct references *references,
	const struct fstab_line *line, struct reference *source_out);

/*
 * Is every volume that was opened the source of a line of this text?  Else a line
 * whose source means nothing may be about one of them, and the root may be in it.
 */
bool crypttab_names_all_open(struct references *references, const char *text);

/* Does a boot go on without it, whatever mounts it? */
bool crypttab_may_be_absent(const struct fstab_line *line);

/*
 * Is what the line is about not in this machine, and not to be opened there?
 * `names_all_open` is of its text, `source` of the line.
 */
bool crypttab_is_lost(struct references *references,
	const struct fstab_line *line, const struct reference *source,
	bool names_all_open);

#endif
