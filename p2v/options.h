#ifndef P2V_OPTIONS_H
#define P2V_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct error;

enum { OPTION_WORDS = 32 };

/* The values of an option that can be given several times. */
struct words {
	const char *items[OPTION_WORDS];
	size_t count;
};

struct options {
	const char *server; /* HOST[:PORT]; NULL: the enrolment's */
	const char *key;    /* path of the enrolment; NULL: ask */
	const char *mode;   /* "capture" or "assess" */
	const char *finish; /* NULL: what the host says */
	const char *facts;
	struct words disks, screens, files;
	struct words to, continued; /* of a carry set, in place of a host */
	bool encrypt, inventory, live, assess, once;
	bool verbose, help, version;
	char *kernel_line; /* what the values of the kernel's line point into */
};

/*
 * Read the command line, and for what it does not say the kernel's in the file
 * `kernel_path`, where the same names begin with "unrack.".  A missing file is
 * an empty line.  Fails on an unknown option, one too many, or a value that is
 * none of the possible ones.  Values point into argv or kernel_line.
 */
int options_read(struct options *options_out, int argc, char *argv[],
	const char *kernel_path, struct error *err);
void options_release(struct options *options);

/* --help */
void options_print_help(FILE *out);

#endif
