#ifndef WIRE_TEXT_H
#define WIRE_TEXT_H

#include <stddef.h>

/*
 * Copy a peer's text, with what could steer a terminal (C0 and C1 controls,
 * DEL) replaced by '?'.  Returns -1 when it was cut to fit, else 0.
 */
int text_copy(char *text_out, size_t room, const char *value);

#endif
