#ifndef DRIVERS_INJECT_BYTES_H
#define DRIVERS_INJECT_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

struct error;

/* A growing piece of memory; {0} is an empty one. */
struct bytes {
	uint8_t *data;
	size_t used, room;
};

/* Append a copy, or zero bytes when `data` is NULL. */
int bytes_append(struct bytes *bytes, const void *data, size_t more,
	struct error *err);

/* Append zeros until `used` is a multiple of `unit`. */
int bytes_align(struct bytes *bytes, size_t unit, struct error *err);

/* Append a little-endian 32-bit number. */
int bytes_append_u32(struct bytes *bytes, uint32_t value, struct error *err);

/* Release for AUTO. */
static inline void
bytes_freep(struct bytes *bytes)
{
	free(bytes->data);
	*bytes = (struct bytes){NULL, 0, 0};
}

#endif
