/* hash.c: the published test vectors, files, and threads. */
#include "tests/harness.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "wire/hash.h"

static void
assert_hash(const char *data, const char *expected)
{
	uint8_t hash[HASH_BYTES];
	char hex[HASH_HEX_BYTES];
	struct error err;

	assert_ok(hash_block(data, strlen(data), hash, &err), &err);
	hash_hex(hash, hex);
	assert_string_equal(hex, expected);
}

static void
it_is_the_first_half_of_blake2b_512(void **state)
{
	(void)state;
	/* RFC 7693, appendix A */
	assert_hash("abc", "ba80a53f981c4d0d6a2797b69f12f6e9"
			   "4c212f14685ac4b74b12bb6fdbffa2d1");
	assert_hash("", "786a02f742015903c6c6fd852552d272"
			"912f4740e15847618a86e217f71f5419");
}

static void
a_file_has_the_hash_of_its_bytes(void **state)
{
	enum { BYTES = 700001 };
	char path[] = "/tmp/test-hash.XXXXXX";
	uint8_t *data = malloc(BYTES), of_file[HASH_BYTES], of_data[HASH_BYTES];
	int fd = mkstemp(path);
	struct error err;

	(void)state;
	for (size_t i = 0; i < BYTES; i++)
		data[i] = (uint8_t)(i * i >> 3);
	assert_ok(io_write(fd, data, BYTES, path, &err), &err);
	assert_ok(hash_file(path, of_file, &err), &err);
	assert_ok(hash_block(data, BYTES, of_data, &err), &err);
	assert_memory_equal(of_file, of_data, HASH_BYTES);
	close(fd);
	unlink(path);
	free(data);
}

static void
a_missing_file_is_named(void **state)
{
	uint8_t hash[HASH_BYTES];
	struct error err;

	(void)state;
	assert_int_equal(hash_file("/nowhere/x", hash, &err), -1);
	assert_int_equal(err.code, ENOENT);
	assert_non_null(strstr(err.text, "/nowhere/x"));
}

/* NULL when all hashes came out right. */
static void *
hash_often(void *argument)
{
	static const uint8_t expected[] = {0xba, 0x80, 0xa5, 0x3f};
	uint8_t hash[HASH_BYTES];

	for (int i = 0; i < 2000; i++)
		if (hash_block("abc", 3, hash, NULL) == -1 ||
			memcmp(hash, expected, sizeof expected) != 0)
			return argument;
	return NULL;
}

static void
threads_do_not_disturb_each_other(void **state)
{
	pthread_t threads[4];
	void *wrong;

	(void)state;
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, hash_often, threads);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], &wrong);
		assert_null(wrong);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_the_first_half_of_blake2b_512),
		cmocka_unit_test(a_file_has_the_hash_of_its_bytes),
		cmocka_unit_test(a_missing_file_is_named),
		cmocka_unit_test(threads_do_not_disturb_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
