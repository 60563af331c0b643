#include "tests/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "common/own.h"
#include "convert/assess/luks-keys.h"

#define ONE "11111111-2222-4333-8444-555555555555"
#define OTHER "99999999-2222-4333-8444-555555555555"

static char folder[] = "/tmp/unrack-keys.XXXXXX";

static int
setup(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	return io_remove_tree(folder, NULL);
}

/* "PREFIXFILE", the file holding these bytes. */
static char *
spec(const char *prefix, const char *name, const void *data, size_t bytes)
{
	AUTO(freep) char *path = io_format("%s/%s", folder, name);
	struct error err = {0};

	assert_ok(io_write_file(path, data, bytes, 0600, &err), &err);
	return io_format("%s%s", prefix, path);
}

static void
a_passphrase_is_for_any_volume_or_for_one(void **state)
{
	AUTO(luks_keys_freep) struct luks_keys *keys = NULL;
	AUTO(freep) char *any = spec("", "any", "one word\n", 9);
	AUTO(freep) char *one = spec(ONE "=", "one", "x\n\n", 3);
	struct error err = {0};
	size_t index = 0;

	(void)state;
	assert_ok(luks_keys_read(&keys, any, &err), &err);
	assert_ok(luks_keys_read(&keys, one, &err), &err);
	assert_string_equal(luks_keys_next(keys, ONE, &index), "one word");
	assert_string_equal(luks_keys_next(keys, ONE, &index), "x\n");
	assert_null(luks_keys_next(keys, ONE, &index));
	index = 0;
	assert_string_equal(luks_keys_next(keys, OTHER, &index), "one word");
	assert_null(luks_keys_next(keys, OTHER, &index));
	assert_null(luks_keys_next(NULL, ONE, &index));
}

static void
refuse(const char *what, const void *data, size_t bytes)
{
	AUTO(luks_keys_freep) struct luks_keys *keys = NULL;
	AUTO(freep) char *file = spec("", what, data, bytes);
	struct error err = {0};
	size_t index = 0;

	assert_int_equal(luks_keys_read(&keys, file, &err), -1);
	assert_non_null(strstr(err.text, what));
	assert_null(luks_keys_next(keys, ONE, &index));
}

static void
what_is_no_passphrase_is_refused(void **state)
{
	static char long_one[8193];
	AUTO(luks_keys_freep) struct luks_keys *keys = NULL;
	struct error err = {0};

	(void)state;
	memset(long_one, 'x', sizeof long_one);
	refuse("empty", "", 0);
	refuse("newline", "\n", 1);
	refuse("binary", "a\0b", 3);
	refuse("long", long_one, sizeof long_one);
	assert_int_equal(luks_keys_read(&keys, "/nonexistent", &err), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_passphrase_is_for_any_volume_or_for_one),
		cmocka_unit_test(what_is_no_passphrase_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
