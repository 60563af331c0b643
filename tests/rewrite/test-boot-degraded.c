/* storage.array-stops-boot: Ubuntu's setting, with an array whole or not. */
#include "tests/harness.h"

#include <stdlib.h>

#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/assess/reference.h"
#include "convert/rewrite/rewriters.h"
#include "tests/assess/disks.h"

/* One member of a mirror that should have this many. */
static void
check(unsigned devices, const char *before, const char *after)
{
	struct volume list[] = {
		{.kind = VOLUME_PARTITION, .device = "/dev/sda1",
			.type = "linux_raid_member", .uuid = MEMBER_UUID},
		{.kind = VOLUME_ARRAY, .device = "/dev/md0",
			.array_uuid = MEMBER_MDADM, .array_devices = devices},
	};
	const struct volumes volumes = {list, 2};
	AUTO(references_freep) struct references *references =
		references_new(&volumes, NULL, disk_names, 1);
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(freep) char *text = NULL;
	const struct rewrite how = {"/a/file", references, findings};
	struct error err = {0};

	assert_non_null(references);
	assert_non_null(findings);
	assert_ok(boot_degraded_rewrite(&text, before, &how, &err), &err);
	if (after == NULL)
		assert_null(text);
	else if (text == NULL)
		fail_msg("unchanged: <%s>", before);
	else
		assert_string_equal(text, after);
	assert_int_equal(findings_have(findings, "storage.array-stops-boot"),
		after != NULL);
}

static void
a_mirror_that_lacks_a_member_starts_without_it(void **state)
{
	(void)state;
	check(2, "# BOOT_DEGRADED:\n# Do you want to?\nBOOT_DEGRADED=false\n",
		"# BOOT_DEGRADED:\n# Do you want to?\nBOOT_DEGRADED=true\n");
	check(2, "BOOT_DEGRADED=\"no\" # never\nX=1",
		"BOOT_DEGRADED=true # never\nX=1");
}

static void
all_else_stays(void **state)
{
	static const char *const texts[] = {"", "BOOT_DEGRADED=true\n",
		"BOOT_DEGRADED=\n", "BOOT_DEGRADED=falsely\n",
		"#BOOT_DEGRADED=false\n", "NO_BOOT_DEGRADED=false\n",
		"BOOT_DEGRADED", "BOOT_DEGRADED=\"", "RESUME=none\n"};

	(void)state;
	check(1, "BOOT_DEGRADED=false\n", NULL);
	check(0, "BOOT_DEGRADED=false\n", NULL);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		check(2, texts[i], NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mirror_that_lacks_a_member_starts_without_it),
		cmocka_unit_test(all_else_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
