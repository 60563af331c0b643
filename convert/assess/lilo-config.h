#ifndef CONVERT_ASSESS_LILO_CONFIG_H
#define CONVERT_ASSESS_LILO_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

struct error;

enum { LILO_IMAGES = 32, LILO_ARGUMENTS = 1024 };

/* What one entry of the menu starts. */
struct lilo_image {
	char label[128]; /* never empty */
	char path[256];	 /* of the kernel; of a device when it is another system */
	char initrd[256], root[256];
	char arguments[LILO_ARGUMENTS];
	char vga[16];
	bool read_only, read_write; /* neither: as the kernel was built */
	bool is_other;		    /* a boot sector, not a kernel */
	bool is_optional;	    /* may be missing */
	bool is_default;
};

struct lilo_config {
	char boot[256], map[256];
	unsigned timeout_seconds; /* 0: none is set */
	bool asks_password;
	struct lilo_image images[LILO_IMAGES];
	size_t count;
};

/*
 * lilo.conf or elilo.conf, with what is said for all entries put into each.
 * Fails only without memory; what cannot be read is passed by.
 */
int lilo_config_read(struct lilo_config **config_out, const char *text,
	struct error *err);

/* The entry that starts by itself; NULL when there is none. */
const struct lilo_image *lilo_config_default(const struct lilo_config *config);

#endif
