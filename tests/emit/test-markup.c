/* What escapes, and what cannot get through. */
#include "tests/harness.h"

#include <stdio.h>
#include <stdlib.h>

#include "convert/emit/markup.h"

static void
check(const char *text, const char *want)
{
	char *got = NULL;
	size_t bytes;
	FILE *out = open_memstream(&got, &bytes);

	assert_non_null(out);
	markup_text(out, text);
	fclose(out);
	assert_string_equal(got, want);
	free(got);
}

static void
markup_characters_become_text(void **state)
{
	(void)state;
	check("<a href='x' t=\"y\">&</a>",
		"&lt;a href=&#39;x&#39; t=&quot;y&quot;&gt;&amp;&lt;/a&gt;");
	check("tab\tline\n", "tab\tline\n");
	check("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\xa7",
		"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\xa7");
}

static void
forbidden_characters_become_question_marks(void **state)
{
	(void)state;
	check("\x01\x1b[2J\x7f", "??[2J?");
	check("cut \xe2\x82", "cut ??");
	check("latin \xfc!", "latin ?!");
	check("overlong \xc0\xbc", "overlong ??");
	check("overlong \xe0\x80\xbc", "overlong ???");
	check("surrogate \xed\xa0\x80", "surrogate ???");
	check("\xef\xbf\xbe", "???");
	check("\xef\xbf\xbd", "\xef\xbf\xbd");
	check("\xf4\x90\x80\x80", "????");
}

static void
formatted_values_are_escaped_and_the_format_is_not(void **state)
{
	char *got = NULL;
	size_t bytes;
	FILE *out = open_memstream(&got, &bytes);

	(void)state;
	assert_non_null(out);
	markup_print(out, "<a n='%u' b='%ju'>%s</a> 100%%", 7u,
		(uintmax_t)1 << 40, "<b>");
	fclose(out);
	assert_string_equal(got,
		"<a n='7' b='1099511627776'>&lt;b&gt;</a> 100%");
	free(got);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(markup_characters_become_text),
		cmocka_unit_test(forbidden_characters_become_question_marks),
		cmocka_unit_test(
			formatted_values_are_escaped_and_the_format_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
