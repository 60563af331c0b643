#include "tests/harness.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "common/progress.h"

static void
text_in_any_encoding_becomes_utf8(void **state)
{
	AUTO(json_decrefpp) json_t *object = json_object();

	(void)state;
	json_set_text(object, "a", "Gr\xfc\xdf" "e \xc3\xa9");
	assert_string_equal(json_text(object, "a", ""), "Gr??e \xc3\xa9");
}

static void
a_member_of_another_type_is_as_good_as_missing(void **state)
{
	AUTO(json_decrefpp) json_t *object = json_pack("{s:s, s:i, s:i}", "a",
		"text", "b", -1, "c", 7);

	(void)state;
	assert_int_equal(json_number(object, "a", 5), 5);
	assert_int_equal(json_number(object, "b", 5), 5);
	assert_int_equal(json_number(object, "c", 5), 7);
	assert_string_equal(json_text(object, "c", "none"), "none");
	assert_int_equal(json_flag(NULL, "x", 1), 1);
}

static void
a_broken_file_is_named_with_its_line(void **state)
{
	char path[] = "/tmp/unrack-test-json.XXXXXX";
	json_t *json = NULL;
	struct error err = {0};
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd != -1 && write(fd, "{\n\"a\": }", 8) == 8);
	close(fd);
	assert_int_equal(json_file_read(&json, path, &err), -1);
	assert_non_null(strstr(err.text, "line 2"));
	unlink(path);
}

static void
bytes_read_as_disks_are_sold(void **state)
{
	char text[16];

	(void)state;
	assert_string_equal(progress_bytes(text, 0), "0 B");
	assert_string_equal(progress_bytes(text, 999), "999 B");
	assert_string_equal(progress_bytes(text, 1000), "1.0 kB");
	assert_string_equal(progress_bytes(text, 6442450944), "6.4 GB");
	assert_string_equal(progress_bytes(text, 999600000), "1.0 GB");
	assert_string_equal(progress_bytes(text, UINT64_MAX), "18.4 EB");
}

static void
a_line_of_progress_tells_rate_and_time_left(void **state)
{
	struct progress progress;
	char line[120];

	(void)state;
	progress_begin(&progress, "capture", 2000000000);
	progress_count(&progress, 500000000);
	progress_line(line, sizeof line, &progress, 10);
	assert_string_equal(line,
		"capture   500 MB of 2.0 GB  25 %  50.0 MB/s  0:30 left");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_in_any_encoding_becomes_utf8),
		cmocka_unit_test(a_member_of_another_type_is_as_good_as_missing),
		cmocka_unit_test(a_broken_file_is_named_with_its_line),
		cmocka_unit_test(bytes_read_as_disks_are_sold),
		cmocka_unit_test(a_line_of_progress_tells_rate_and_time_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
