#include "tests/harness.h"

#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/assess/twins.h"
#include "convert/assess/volume.h"
#include "tests/assess/disks.h"

static const struct volumes none = {NULL, 0};

/* Two disks of one size: what else they are, as {"key", "value"...}. */
static json_t *
pair(const char *wwn, const char *other_wwn, const char *serial,
	const char *other_serial)
{
	json_t *json = json_pack(
		"{s[{ss sI ss ss ss} {ss sI ss ss ss}]}", "disks", "name",
		"old", "size_bytes", (json_int_t)1000, "model", "M", "wwn", wwn,
		"serial", serial, "name", "data", "size_bytes",
		(json_int_t)1000, "model", "M", "wwn", other_wwn, "serial",
		other_serial);

	assert_non_null(json);
	return json;
}

static bool
is_told(json_t *taken)
{
	AUTO(findings_freep) struct findings *findings = findings_new();

	assert_non_null(findings);
	twins_check(&none, taken, disk_names, 2, findings);
	json_decref(taken);
	return findings_have(findings, "storage.disk-twice");
}

static void
one_disk_over_two_paths_is_told(void **state)
{
	(void)state;
	assert_true(is_told(pair("0x600508b1001030363845313830300900",
		"0x600508b1001030363845313830300900", "", "")));
	assert_true(is_told(pair("", "", "5QM0XYZW", "5QM0XYZW")));
}

static void
two_disks_of_one_kind_are_two(void **state)
{
	(void)state;
	assert_false(is_told(pair("0x600508b1001030363845313830300900",
		"0x600508b1001030363845313830300901", "SAME12", "SAME12")));
	assert_false(is_told(pair("", "", "5QM0XYZW", "5QM0XYZX")));
	assert_false(is_told(pair("", "", "0000000000", "0000000000")));
	assert_false(is_told(pair("", "", "abc", "abc")));
	assert_false(is_told(NULL));
}

static bool
volumes_are_told(const struct volumes *volumes)
{
	AUTO(findings_freep) struct findings *findings = findings_new();

	assert_non_null(findings);
	twins_check(volumes, NULL, disk_names, 2, findings);
	return findings_have(findings, "storage.uuid-twice");
}

static void
volumes_with_one_uuid_are_told(void **state)
{
	static struct volume members[] = {
		{.type = "linux_raid_member", .uuid = MEMBER_UUID},
		{.type = "linux_raid_member", .uuid = MEMBER_UUID},
		{.type = "btrfs", .uuid = ROOT_UUID},
		{.type = "btrfs", .uuid = ROOT_UUID},
		{.type = "ext4"},
		{.type = "ext4"},
	};
	const struct volumes array = {members, 6};

	(void)state;
	assert_true(volumes_are_told(&clones));
	assert_false(volumes_are_told(&two_disks));
	assert_false(volumes_are_told(&array));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_disk_over_two_paths_is_told),
		cmocka_unit_test(two_disks_of_one_kind_are_two),
		cmocka_unit_test(volumes_with_one_uuid_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
