/* Hashing side by side, against libcrypto. */
#include "tests/harness.h"

#include <openssl/evp.h>

#include "wire/blake2b.h"

enum { LONGEST = 4096 };

static void
assert_as_libcrypto(const struct blake2b_way *way, size_t bytes)
{
	static uint8_t data[BLAKE2B_WIDTH_LIMIT][LONGEST];
	const uint8_t *messages[BLAKE2B_WIDTH_LIMIT];
	uint8_t digests[BLAKE2B_WIDTH_LIMIT][BLAKE2B_BYTES];
	uint8_t wanted[BLAKE2B_BYTES];

	for (unsigned i = 0; i < way->width; i++) {
		for (size_t at = 0; at < bytes; at++)
			data[i][at] = (uint8_t)((at + i * 77 + bytes) *
				2654435761u >> 11);
		messages[i] = data[i];
	}
	way->hash(messages, bytes, digests);
	for (unsigned i = 0; i < way->width; i++) {
		assert_int_equal(EVP_Digest(data[i], bytes, wanted, NULL,
			EVP_blake2b512(), NULL), 1);
		assert_memory_equal(digests[i], wanted, BLAKE2B_BYTES);
	}
}

static void
every_message_has_the_digest_that_libcrypto_gives_it(void **state)
{
	(void)state;
	for (size_t count = 1; count <= BLAKE2B_WIDTH_LIMIT; count++) {
		const struct blake2b_way *way = blake2b_find(count);

		if (way == NULL)
			continue;
		assert_true(way->width <= count);
		for (size_t bytes = BLAKE2B_CHUNK_BYTES; bytes <= LONGEST;
			bytes += BLAKE2B_CHUNK_BYTES)
			assert_as_libcrypto(way, bytes);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_message_has_the_digest_that_libcrypto_gives_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
