#ifndef CONVERT_REWRITE_MENU_H
#define CONVERT_REWRITE_MENU_H

#include <stdbool.h>
#include <stddef.h>

struct error;

/* A file as GRUB finds it: on the file system of this UUID. */
struct menu_file {
	char uuid[64], path[256];
};

struct menu_entry {
	char title[128];
	struct menu_file kernel, initrd; /* the latter's path may be empty */
	const char *arguments;		 /* of the kernel */
	bool is_default;
	bool is_efi;
	bool is_chain; /* another system, at the start of kernel.uuid's partition */
};

/*
 * A configuration for GRUB 2 with these entries; freed by the caller.  Nothing
 * that a guest wrote can end a word or a line in it.
 */
int menu_make(char **text_out, const struct menu_entry *entries, size_t count,
	unsigned timeout_seconds, struct error *err);

#endif
