#ifndef COMMON_BYTES_H
#define COMMON_BYTES_H

#include <stdint.h>

/* Numbers of up to 8 bytes, as formats of disks and firmware store them. */

static inline uint64_t
bytes_little(const uint8_t *at, unsigned bytes)
{
	uint64_t value = 0;

	while (bytes-- > 0)
		value = value << 8 | at[bytes];
	return value;
}

static inline uint64_t
bytes_big(const uint8_t *at, unsigned bytes)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value = value << 8 | at[i];
	return value;
}

#endif
