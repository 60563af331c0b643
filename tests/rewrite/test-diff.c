#include "tests/harness.h"

#include <stdio.h>
#include <string.h>

#include "common/own.h"
#include "convert/rewrite/diff.h"

static void
expect(const char *before, const char *after, const char *hunks)
{
	AUTO(freep) char *diff = NULL;
	struct error err = {0};
	static const char head[] = "--- a/f\n+++ b/f\n";

	assert_ok(diff_unified(&diff, "/f", before, after, &err), &err);
	assert_memory_equal(diff, head, strlen(head));
	assert_string_equal(diff + strlen(head), hunks);
}

static void
hunks_are_those_of_diff(void **state)
{
	(void)state;
	expect("a\n", "a\n", "");
	expect("", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b\n");
	expect("a\n", "", "@@ -1 +0,0 @@\n-a\n");
	expect("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nX\n6\n7\n8\n9\n",
		"@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+X\n 6\n 7\n 8\n");
	expect("a\nb\nc\n", "b\nc\nd\n",
		"@@ -1,3 +1,3 @@\n-a\n b\n c\n+d\n");
}

static void
changes_far_apart_get_hunks_of_their_own(void **state)
{
	(void)state;
	expect("a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
		"@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n"
		"@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n");
	expect("a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n",
		"@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n");
}

static void
a_missing_final_newline_is_told(void **state)
{
	(void)state;
	expect("a", "b",
		"@@ -1 +1 @@\n-a\n\\ No newline at end of file\n"
		"+b\n\\ No newline at end of file\n");
	expect("a\n", "a",
		"@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n");
}

static void
large_texts_count_as_replaced_between_their_ends(void **state)
{
	enum { LINES = 5000, ROOM = LINES * 8 };
	AUTO(freep) char *before = calloc(1, ROOM);
	AUTO(freep) char *after = calloc(1, ROOM);
	AUTO(freep) char *diff = NULL;
	struct error err = {0};
	size_t a = 0, b = 0;

	(void)state;
	for (int i = 0; i < LINES; i++) {
		a += (size_t)sprintf(before + a, "%d\n", i);
		b += (size_t)sprintf(after + b, "%d\n", LINES - i);
	}
	assert_ok(diff_unified(&diff, "/f", before, after, &err), &err);
	assert_non_null(strstr(diff, "@@ -1,5000 +1,5000 @@"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hunks_are_those_of_diff),
		cmocka_unit_test(changes_far_apart_get_hunks_of_their_own),
		cmocka_unit_test(a_missing_final_newline_is_told),
		cmocka_unit_test(
			large_texts_count_as_replaced_between_their_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
