#include "tests/harness.h"

#include "convert/rewrite/rewriters.h"
#include "tests/rewrite/rewriting.h"

#define NOTHING                                                                \
	"#unrack: this machine has one path to each disk.  What was here:\n"   \
	"#unrack:   sed -i -n 's/^#was: //p' multipath.conf\n"                 \
	"blacklist {\n\tdevnode \".*\"\n}\n"

static void
no_disk_is_claimed_and_the_old_text_is_kept(void **state)
{
	static const struct rewriting table[] = {
		{"defaults {\n\tuser_friendly_names yes\n}\n"
		 "blacklist_exceptions {\n\tdevnode \"^sd\"\n}",
			NOTHING "#was: defaults {\n"
				"#was: \tuser_friendly_names yes\n#was: }\n"
				"#was: blacklist_exceptions {\n"
				"#was: \tdevnode \"^sd\"\n#was: }",
			"storage.multipath"},
		{"", NOTHING, "storage.multipath"},
		/* done before */
		{NOTHING "#was: defaults {\n#was: }\n", NULL, NULL},
	};

	(void)state;
	CHECK_ALL(multipath_rewrite, table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_disk_is_claimed_and_the_old_text_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
