/* Arrays of md, encrypted volumes, and that a firmware's arrays are judged. */
#include "tests/harness.h"

#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest.h"
#include "convert/assess/storage.h"
#include "convert/assess/volume.h"

#define BLKID_UUID "3aaa0122-2982-7cfa-5331-ad66ca767371"
#define MDADM_UUID "3aaa0122:29827cfa:5331ad66:ca767371"
#define MEMBER(dev)                                                            \
	{.kind = VOLUME_PARTITION, .device = dev, .source = dev,               \
		.type = "linux_raid_member", .uuid = BLKID_UUID}
#define ARRAY(n)                                                               \
	{.kind = VOLUME_ARRAY, .device = "/dev/md0", .source = "/dev/md0",     \
		.array_uuid = MDADM_UUID, .array_level = "raid1",              \
		.array_devices = n}

static struct findings *
check(struct volume *list, size_t count)
{
	AUTO(guest_freep) struct guest *guest = guest_new();
	struct findings *findings = findings_new();

	assert_non_null(guest);
	assert_non_null(findings);
	storage_check(&(struct volumes){list, count}, guest, findings);
	return findings;
}

static void
a_whole_array_is_nothing_to_tell(void **state)
{
	struct volume whole[] = {MEMBER("/dev/sda1"), MEMBER("/dev/sdb1"),
		ARRAY(2)};
	AUTO(findings_freep) struct findings *findings = check(whole, 3);

	(void)state;
	assert_int_equal(findings_count(findings, SEVERITY_WARNING), 0);
	assert_int_equal(findings_count(findings, SEVERITY_BLOCKER), 0);
}

static void
an_array_that_lacks_a_member_is_told(void **state)
{
	struct volume one[] = {MEMBER("/dev/sda1"), ARRAY(2)};
	AUTO(findings_freep) struct findings *findings = check(one, 2);

	(void)state;
	assert_true(findings_have(findings, "storage.array-degraded"));
	assert_false(findings_have(findings, "storage.array-incomplete"));
}

static void
members_without_their_array_stop_the_migration(void **state)
{
	struct volume lost[] = {MEMBER("/dev/sda1"), MEMBER("/dev/sdb1")};
	AUTO(findings_freep) struct findings *findings = check(lost, 2);

	(void)state;
	assert_true(findings_have(findings, "storage.array-incomplete"));
}

#define ENCRYPTED(dev, open)                                                   \
	{.kind = VOLUME_PARTITION, .device = dev, .source = dev,               \
		.type = "crypto_LUKS", .uuid = "cccccccc", .is_open = open}

static void
what_is_locked_and_what_was_opened_are_told_apart(void **state)
{
	struct volume one[] = {ENCRYPTED("/dev/sda2", false)};
	struct volume other[] = {ENCRYPTED("/dev/sda2", true)};
	AUTO(findings_freep) struct findings *locked = check(one, 1);
	AUTO(findings_freep) struct findings *opened = check(other, 1);

	(void)state;
	assert_true(findings_have(locked, "storage.encrypted"));
	assert_false(findings_have(locked, "storage.encrypted-opened"));
	assert_true(findings_have(opened, "storage.encrypted-opened"));
	assert_false(findings_have(opened, "storage.encrypted"));
}

/* How these are judged: test-fake-raid.c. */
static void
an_array_of_a_firmware_is_told(void **state)
{
	struct volume stripe[] = {{.kind = VOLUME_DISK, .device = "/dev/sda",
		.source = "/dev/sda", .type = "ddf_raid_member"}};
	AUTO(findings_freep) struct findings *findings = check(stripe, 1);

	(void)state;
	assert_true(findings_have(findings, "storage.fake-raid"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_array_is_nothing_to_tell),
		cmocka_unit_test(an_array_that_lacks_a_member_is_told),
		cmocka_unit_test(
			members_without_their_array_stop_the_migration),
		cmocka_unit_test(
			what_is_locked_and_what_was_opened_are_told_apart),
		cmocka_unit_test(an_array_of_a_firmware_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
