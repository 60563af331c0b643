#ifndef CONVERT_VERIFY_WATCH_H
#define CONVERT_VERIFY_WATCH_H

#include <stdbool.h>
#include <stddef.h>

/* Where text of a booting machine comes from. */
enum watch_source { WATCH_SERIAL, WATCH_FIRMWARE, WATCH_SCREEN,
	WATCH_SOURCE_COUNT };

/* What a boot passes on its way, in this order. */
enum watch_milestone { WATCH_LOADER, WATCH_KERNEL, WATCH_INITRAMFS, WATCH_INIT,
	WATCH_MULTI_USER, WATCH_LOGIN, WATCH_MILESTONE_COUNT };

enum { WATCH_LINE_BYTES = 1024 };

/* Lines as they come in; start with zeros. */
struct watch {
	struct watch_line {
		char text[WATCH_LINE_BYTES];
		size_t used;
		bool asks; /* it is known for a prompt already */
	} lines[WATCH_SOURCE_COUNT];
	bool reached[WATCH_MILESTONE_COUNT];
	double seconds[WATCH_MILESTONE_COUNT]; /* when, if reached */
	const char *failure;		       /* a literal, or NULL */
	char evidence[WATCH_LINE_BYTES];       /* the line that told it */
	double failed_seconds;
	size_t asked; /* prompts for a passphrase, on the serial port */
	size_t bytes;			       /* of text so far */
};

/*
 * Recognise milestones and failures in what arrived from a source `seconds`
 * after the start.  Pieces may be cut anywhere.  The first failure stays.
 */
void watch_feed(struct watch *watch, enum watch_source source,
	const char *data, size_t bytes, double seconds);

/* "kernel", "login", as proof.json calls it. */
const char *watch_name(enum watch_milestone milestone);

#endif
