#ifndef DRIVERS_INJECT_GENERATOR_H
#define DRIVERS_INJECT_GENERATOR_H

#include <stdbool.h>
#include <stddef.h>

struct bytes;
struct error;
struct initramfs;
struct names;

/* A file that names modules, of an image or of a guest; see generator-list.c. */
struct generator_list {
	const char *path; /* NULL: none */
	enum {
		GENERATOR_LINES,   /* one module per line */
		GENERATOR_VALUE,   /* the value of a variable: NAME="a b" */
		GENERATOR_ALIASES, /* alias NAMEn a */
	} syntax;
	const char *name; /* of the variable or alias */

	/*
	 * Around the words of a new line for a variable.  One with "+=" is added
	 * behind others; else the value of an older line is extended.
	 */
	const char *before, *after;
	bool only_there; /* nothing is added unless the line is there */
	const char *instead; /* a word of its own for all modules, or NULL */
};

/* A tool that makes initramfs images; how its images load modules. */
struct generator {
	const char *name; /* "initramfs-tools" */

	/* It made the image when one of these is there and holds the text. */
	struct generator_sign {
		const char *path, *text; /* text NULL: any content */
	} signs[4];

	enum {
		GENERATOR_LEFT,	   /* known, but such images are left alone */
		GENERATOR_INDEXED, /* modprobe by lib/modules/VERSION */
		GENERATOR_SCRIPT,  /* a script's insmod lines; see script.c */
	} loads;

	/* Files of the image that name what is to be loaded, beside udev. */
	struct generator_list triggers[2];

	/* The guest's file that tells the tool what to put into images. */
	struct generator_list tool;
	const char *tool_folder; /* where it is installed; NULL: nowhere else */
};

/* Who made this image; NULL when unknown. */
const struct generator *generator_of(const struct initramfs *initramfs);

/* Every generator that is known, for tools in the guest; ends with name NULL. */
extern const struct generator generators[];

/*
 * Append to *text_out `text` (of a list's file, may be NULL), extended by those
 * of `names` that it lacks.  *changed_out tells whether it lacked any.
 */
int generator_extend(struct bytes *text_out, const struct generator_list *list,
	const char *text, size_t bytes, const struct names *names,
	bool *changed_out, struct error *err);

#endif
