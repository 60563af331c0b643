/*
 * Memory that grows while an archive is put together.
 */
#include "drivers-inject/bytes.h"

#include <errno.h>
#include <string.h>

#include "common/error.h"

int
bytes_append(struct bytes *bytes, const void *data, size_t more,
	struct error *err)
{
	if (more > SIZE_MAX / 4 - bytes->used)
		return error_set(err, ENOMEM, "build an archive");
	if (bytes->used + more > bytes->room) {
		size_t room = (bytes->used + more) * 3 / 2 + 4096;
		uint8_t *larger = realloc(bytes->data, room);

		if (larger == NULL)
			return error_set(err, ENOMEM, "build an archive");
		bytes->data = larger;
		bytes->room = room;
	}
	if (more == 0)
		return 0;
	if (data == NULL)
		memset(bytes->data + bytes->used, 0, more);
	else
		memcpy(bytes->data + bytes->used, data, more);
	bytes->used += more;
	return 0;
}

int
bytes_align(struct bytes *bytes, size_t unit, struct error *err)
{
	size_t over = bytes->used % unit;

	return over == 0 ? 0 : bytes_append(bytes, NULL, unit - over, err);
}

int
bytes_append_u32(struct bytes *bytes, uint32_t value, struct error *err)
{
	const uint8_t encoded[4] = {(uint8_t)value, (uint8_t)(value >> 8),
		(uint8_t)(value >> 16), (uint8_t)(value >> 24)};

	return bytes_append(bytes, encoded, sizeof encoded, err);
}
