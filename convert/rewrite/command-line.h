#ifndef CONVERT_REWRITE_COMMAND_LINE_H
#define CONVERT_REWRITE_COMMAND_LINE_H

#include <stdbool.h>
#include <stddef.h>

struct edit;
struct references;
struct rewrite;
struct volume;

/*
 * The kernel's arguments in [at, end) of edit->text: those that name a disk
 * (root=, resume=, ...) get a name that survives.  Without an initramfs that is
 * the partition's, because the kernel itself knows no file system's UUID.
 */
void command_line_rewrite(struct edit *edit, size_t at, size_t end,
	bool has_initramfs, unsigned number, const struct rewrite *rewrite);

/*
 * Evidence in [at, end) of a text: what the arguments' names are used for;
 * root= means the volume `root` (NULL: not known).
 */
void command_line_learn(const char *text, size_t at, size_t end,
	struct references *references, const struct volume *root);

#endif
