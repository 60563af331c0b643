/* A header that is taken is exactly what encoding it gives again. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "wire/frame.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	uint8_t header[FRAME_BYTES], again[FRAME_BYTES];
	struct frame frame;
	struct error err;

	if (bytes < FRAME_BYTES)
		return 0;
	memcpy(header, data, FRAME_BYTES);
	if (frame_decode(&frame, header, &err) == -1)
		return 0;
	frame_encode(&frame, again);
	if (memcmp(header, again, FRAME_BYTES) != 0 ||
		frame.payload_bytes > FRAME_PAYLOAD_LIMIT ||
		frame.length > FRAME_HASH_LIMIT)
		abort();
	return 0;
}
