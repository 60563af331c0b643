#ifndef P2V_SCREEN_H
#define P2V_SCREEN_H

#include <jansson.h>
#include <stddef.h>

#include "common/own.h"
#include "wire/message.h"

struct error;

/*
 * What the person at the machine sees: lines, and below them one status line
 * that is rewritten in place on a terminal.  Safe from several threads.  Text
 * from elsewhere is shown without anything that could steer a terminal.
 */
struct screen;

/*
 * Show on these terminals, or on stderr when there are none.  One that cannot
 * be opened is left out: a machine without a serial port is no failure.
 */
int screen_open(struct screen **screen_out, const char *const *ttys,
	size_t count, struct error *err);
void screen_close(struct screen *screen);
OWN_DEFINE(struct screen, screen_close)

void screen_line(struct screen *screen, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void screen_status(struct screen *screen, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A failure, and what to do about it. */
void screen_error(struct screen *screen, const struct error *err);

/* The machine and its disks. */
void screen_inventory(struct screen *screen, const json_t *inventory);

/* A notice of the host: a line, or progress. */
void screen_notice(struct screen *screen, const struct notice *notice);

/* The last word, large. */
void screen_verdict(struct screen *screen, const struct closing *closing);

#endif
