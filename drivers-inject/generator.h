#ifndef DRIVERS_INJECT_GENERATOR_H
#define DRIVERS_INJECT_GENERATOR_H

#include <stdbool.h>
#include <stddef.h>

struct bytes;
struct error;
struct initramfs;
struct names;

/* A tool that makes initramfs images; how its images load modules. */
struct generator {
	const char *name; /* "initramfs-tools" */

	/* It made the image when one of these is there and holds the text. */
	struct generator_sign {
		const char *path, *text; /* text NULL: any content */
	} signs[3];

	/*
	 * A file of the image with one module per line, all of which are loaded
	 * at boot.  NULL: not supported yet, such images are left as they are.
	 */
	const char *load_list;

	/* The same for the tool itself, a file of the guest, or NULL. */
	const char *tool_list;
	const char *tool_folder; /* is there when the tool is installed */
};

/* Who made this image; NULL when unknown. */
const struct generator *generator_of(const struct initramfs *initramfs);

/* Every generator that is known, for tools in the guest; ends with name NULL. */
extern const struct generator generators[];

/*
 * Append to *list_out `text` (bytes of a load list, may be NULL) and a line for
 * each of `names` that it lacks, under a comment.  *changed_out tells whether
 * any was lacking.
 */
int generator_extend(struct bytes *list_out, const char *text, size_t bytes,
	const struct names *names, bool *changed_out, struct error *err);

#endif
