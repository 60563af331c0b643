#ifndef CONVERT_ASSESS_CERTIFICATE_H
#define CONVERT_ASSESS_CERTIFICATE_H

#include <stddef.h>

/* The largest file and the most certificates in it that are looked at. */
enum { CERTIFICATE_FILE_LIMIT = 64 << 10, CERTIFICATE_COUNT_LIMIT = 8 };

struct certificate {
	char subject[128]; /* its common name, else all of the subject's */
	char ends[16];	   /* "2026-01-31" */
	unsigned line;	   /* where it begins in the text, from 1 */
};

/*
 * The next certificate of a PEM text from *text on, which is moved behind it;
 * -1 at the end.  What is no certificate, private keys above all, is passed
 * over unread.
 */
int certificate_next(struct certificate *certificate, const char **text,
	unsigned *line);

/* A certificate in DER as PEM text, freed by the caller; NULL: it is none. */
char *certificate_text(const char *data, size_t bytes);

/* From one day to another ("2026-01-31"); negative when it is earlier. */
long certificate_days(const char *from, const char *to);

#endif
