#ifndef WIRE_LOAD_OPTION_H
#define WIRE_LOAD_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * An EFI_LOAD_OPTION: the content of a firmware's variable Boot####, which says
 * what to boot.  The inventory carries it as it is.  Pointers are into the
 * bytes that were read.
 */
struct load_option {
	uint32_t attributes;
	const uint8_t *title, *path, *extra; /* title: UTF-16 with its NUL */
	size_t title_bytes, path_bytes, extra_bytes;
	const uint8_t *drive; /* where `path` names a partition; NULL: nowhere */
	size_t drive_bytes;   /* to the end of `path` */
	char partition[40];   /* its PARTUUID in lower case, or empty */
	char description[256]; /* the title in ASCII; the rest is '?' */
	char file[512];	       /* "\EFI\debian\shimx64.efi", or empty */
};

/* False when it is cut short or its lengths make no sense. */
bool load_option_read(struct load_option *option_out, const void *data,
	size_t bytes);

bool load_option_is_active(const struct load_option *option);

/*
 * The same option with a path that begins at the partition: what is before it
 * belongs to the machine that it was written on.  `data_out` has room for as
 * many bytes as the option had.  Returns its length; 0 when it names no partition.
 */
size_t load_option_shorten(const struct load_option *option, uint8_t *data_out);

#endif
