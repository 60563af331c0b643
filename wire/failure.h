#ifndef WIRE_FAILURE_H
#define WIRE_FAILURE_H

#include <stdint.h>

struct error;

/*
 * The payload of an ERROR frame for a failure, freed by the caller; NULL when
 * out of memory.
 */
char *failure_encode(const struct error *why);

/*
 * The failure that the other side told us becomes ours: code EREMOTEIO with its
 * text and hint, or EBADMSG when the payload is none.  Returns -1.
 */
int failure_decode(const uint8_t *payload, uint32_t bytes, struct error *err);

#endif
