/* When the mark of a firmware's mirror may go: a disk of names. */
#include "tests/harness.h"

#include <string.h>

#include "common/json.h"
#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest.h"
#include "convert/assess/volume.h"
#include "convert/rewrite/change-list.h"
#include "convert/rewrite/raid-erase.h"

#define RULE "storage.fake-raid-mirror"

static struct volume list[] = {
	{.kind = VOLUME_DISK, .device = "/dev/sda", .source = "sda",
		.type = "isw_raid_member", .has_raid_mark = true,
		.size_bytes = 1000 << 20},
	{.kind = VOLUME_PARTITION, .partition = 2, .device = "/dev/sda2",
		.source = "sda2", .type = "ext4", .uuid = "a",
		.start_bytes = 1 << 20, .size_bytes = 900 << 20},
};
static const struct volumes volumes = {list, 2};

/* The text of what is done with the disk; "" for nothing. */
static void
assert_done(const struct findings *findings, const char *done)
{
	AUTO(json_decrefpp) json_t *json = findings_to_json(findings, "m",
		true);
	const json_t *finding = json_array_get(
		json_object_get(json, "findings"), 0);

	assert_string_equal(json_text(finding, "rule", ""), RULE);
	assert_string_equal(json_text(finding, "done", ""), done);
	assert_int_equal(json_array_size(json_object_get(finding, "evidence")),
		1);
}

static void
a_mark_goes_only_when_all_texts_are_rewritten(void **state)
{
	static const struct {
		bool has_root, is_partial, may_erase;
	} cases[] = {
		{true, false, true},
		{true, true, false},
		{false, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		AUTO(guest_freep) struct guest *guest = guest_new();
		AUTO(findings_freep) struct findings *findings = findings_new();
		struct changes changes = {.is_partial = cases[i].is_partial};

		strcpy(guest->mounts[guest->mount_count++].device, "sda2");
		finding_add(findings, RULE, "sda", 0, "Intel", "Erased.");
		for (int twice = 0; twice < 2; twice++)
			assert_int_equal(raid_check(guest, &volumes,
						 cases[i].has_root ? &list[1]
								   : NULL,
						 &changes, findings),
				cases[i].may_erase);
		assert_done(findings, cases[i].may_erase ? "Erased." : "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mark_goes_only_when_all_texts_are_rewritten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
