/* What a call of libguestfs writes, whole, cut, or lost. */
#include "tests/harness.h"

#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "convert/assess/guest-stream.h"

/* Writes the text to the file, and fails if that is all. */
static int
call(guestfs_h *g, const char *file, const void *cookie)
{
	const char *const *texts = cookie;
	FILE *out = fopen(file, "w");

	(void)g;
	assert_non_null(out);
	fputs(texts[0], out);
	assert_int_equal(fclose(out), 0);
	return texts[1] == NULL ? -1 : 0;
}

static int
setup(void **state)
{
	*state = guestfs_create();
	return *state == NULL;
}

static int
teardown(void **state)
{
	guestfs_close(*state);
	return 0;
}

static int
read_texts(char **data, size_t *bytes, bool *is_cut, guestfs_h *g,
	size_t limit, const char *text, const char *end)
{
	const char *const texts[] = {text, end};
	struct error err;

	return guest_stream(data, bytes, is_cut, g, limit, call, texts, &err);
}

static void
a_whole_stream_is_kept(void **state)
{
	AUTO(freep) char *data = NULL;
	size_t bytes;
	bool is_cut;

	assert_int_equal(read_texts(&data, &bytes, &is_cut, *state, 100,
		"hello", "end"), 0);
	assert_int_equal(bytes, 5);
	assert_string_equal(data, "hello");
	assert_false(is_cut);
}

static void
no_more_than_the_limit_is_kept(void **state)
{
	AUTO(freep) char *data = NULL;
	size_t bytes;
	bool is_cut;

	assert_int_equal(read_texts(&data, &bytes, &is_cut, *state, 3,
		"hello", NULL), 0);
	assert_int_equal(bytes, 3);
	assert_string_equal(data, "hel");
	assert_true(is_cut);
}

/* As a file system does that is damaged. */
static void
a_stream_that_breaks_off_leaves_nothing(void **state)
{
	AUTO(freep) char *data = NULL;
	size_t bytes;
	bool is_cut;

	assert_int_equal(read_texts(&data, &bytes, &is_cut, *state, 100,
		"hello", NULL), -1);
	assert_null(data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_stream_is_kept),
		cmocka_unit_test(no_more_than_the_limit_is_kept),
		cmocka_unit_test(a_stream_that_breaks_off_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
