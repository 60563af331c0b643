/* The records of a guest's XFS or FAT, wherever a sector is asked about. */
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <string.h>

#include "common/error.h"
#include "convert/damage/free.h"

struct input {
	const uint8_t *data;
	size_t bytes;
};

static int
read_input(void *context, uint64_t offset_bytes, void *data, size_t bytes,
	struct error *err)
{
	const struct input *input = context;

	if (offset_bytes > input->bytes || bytes > input->bytes - offset_bytes)
		return error_set(err, EIO, "ends early");
	memcpy(data, input->data + offset_bytes, bytes);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct input input = {data, bytes};
	const struct free_reader reader = {read_input, &input};
	enum free_answer answer;

	for (uint64_t at = 0; at < (1 << 20); at += 50000) {
		free_ask_xfs(&reader, at, &answer, NULL);
		free_ask_fat(&reader, at, &answer, NULL);
	}
	return 0;
}
