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

static inline uint32_t
bytes_little32(const uint8_t *at)
{
	return (uint32_t)bytes_little(at, 4);
}

static inline uint64_t
bytes_little64(const uint8_t *at)
{
	return bytes_little(at, 8);
}

static inline uint32_t
bytes_big32(const uint8_t *at)
{
	return (uint32_t)bytes_big(at, 4);
}

static inline uint64_t
bytes_big64(const uint8_t *at)
{
	return bytes_big(at, 8);
}

static inline void
bytes_put_little(uint8_t *at, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

static inline void
bytes_put_little32(uint8_t *at, uint32_t value)
{
	bytes_put_little(at, value, 4);
}

static inline void
bytes_put_little64(uint8_t *at, uint64_t value)
{
	bytes_put_little(at, value, 8);
}

#endif
