/* Disks of arrays that a controller's firmware made. */
#include "tests/harness.h"

#include <string.h>

#include "common/own.h"
#include "convert/assess/fake-raid.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest.h"
#include "convert/assess/volume.h"

#define BLKID_UUID "3aaa0122-2982-7cfa-5331-ad66ca767371"
#define MDADM_UUID "3aaa0122:29827cfa:5331ad66:ca767371"
#define ARRAY(n)                                                               \
	{.kind = VOLUME_ARRAY, .device = "/dev/md0", .source = "/dev/md0",     \
		.array_uuid = MDADM_UUID, .array_level = "raid1",              \
		.array_devices = n}

/* What is said of these volumes, with the source's /dev/sda2 mounted or not. */
static struct findings *
check(struct volume *list, size_t count, bool is_mounted)
{
	AUTO(guest_freep) struct guest *guest = guest_new();
	struct findings *findings = findings_new();
	const struct volumes volumes = {list, count};

	assert_non_null(guest);
	assert_non_null(findings);
	if (is_mounted)
		strcpy(guest->mounts[guest->mount_count++].device,
			"/dev/sda2");
	for (size_t i = 0; i < count; i++)
		fake_raid_check(&volumes, guest, &list[i], findings);
	return findings;
}

#define FAKE(i, dev, t)                                                        \
	{.kind = VOLUME_DISK, .disk = i, .device = dev, .source = dev,         \
		.type = t, .size_bytes = 1000 << 20}
#define PARTITION(i, dev, t, u)                                                \
	{.kind = VOLUME_PARTITION, .disk = i, .partition = 2, .device = dev,   \
		.source = dev, .type = t, .uuid = u, .start_bytes = 1 << 20,   \
		.size_bytes = 900 << 20}
#define LOGICAL(dev)                                                           \
	{.kind = VOLUME_LV, .disk = VOLUME_NO_DISK, .device = dev,             \
		.source = dev, .type = "ext4"}

static const char *const verdicts[] = {"storage.fake-raid",
	"storage.fake-raid-mirror", "storage.fake-raid-members"};

/* This is said, and nothing else, of what a controller's firmware made. */
static void
assert_verdict(const struct findings *findings, const char *verdict)
{
	for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++)
		assert_int_equal(findings_have(findings, verdicts[i]),
			strcmp(verdicts[i], verdict) == 0);
}

static void
one_disk_of_a_mirror_is_used_by_itself(void **state)
{
	struct volume mirror[] = {FAKE(0, "/dev/sda", "isw_raid_member"),
		PARTITION(0, "/dev/sda2", "ext4", "a")};
	AUTO(guest_freep) struct guest *guest = guest_new();
	AUTO(findings_freep) struct findings *findings = check(mirror, 2, true);
	const struct volumes volumes = {mirror, 2};

	(void)state;
	assert_verdict(findings, "storage.fake-raid-mirror");
	strcpy(guest->mounts[guest->mount_count++].device, "/dev/sda2");
	assert_true(fake_raid_is_alone(&volumes, guest, &mirror[0]));
	assert_false(fake_raid_is_alone(&volumes, guest, &mirror[1]));
	mirror[0].type[0] = '\0';
	assert_false(fake_raid_is_alone(&volumes, guest, &mirror[0]));
}

/* In a partition, or in what a passphrase opened.  Of LVM elsewhere: no proof. */
static void
a_mirror_may_hold_lvm(void **state)
{
	struct volume lvm[] = {FAKE(0, "/dev/sda", "isw_raid_member"),
		PARTITION(0, "/dev/sda3", "LVM2_member", "a"),
		LOGICAL("/dev/sda2")};
	struct volume locked[] = {FAKE(0, "/dev/sda", "isw_raid_member"),
		PARTITION(0, "/dev/sda3", "crypto_LUKS", "a"),
		{.kind = VOLUME_CRYPT, .disk = VOLUME_NO_DISK,
			.type = "LVM2_member", .inside = "a"},
		LOGICAL("/dev/sda2")};
	struct volume split[] = {FAKE(0, "/dev/sda", "isw_raid_member"),
		PARTITION(0, "/dev/sda3", "LVM2_member", "a"),
		PARTITION(1, "/dev/sdb3", "LVM2_member", "b"),
		LOGICAL("/dev/sda2")};
	AUTO(findings_freep) struct findings *plain = check(lvm, 3, true);
	AUTO(findings_freep) struct findings *unused = check(lvm, 3, false);
	AUTO(findings_freep) struct findings *opened = check(locked, 4, true);
	AUTO(findings_freep) struct findings *unsure = check(split, 4, true);

	(void)state;
	assert_verdict(plain, "storage.fake-raid-mirror");
	assert_verdict(unused, "storage.fake-raid");
	assert_verdict(opened, "storage.fake-raid-mirror");
	assert_verdict(unsure, "storage.fake-raid");
}

/* One disk of each of two mirrors, with a volume group of its own. */
static void
a_group_of_lvm_speaks_for_its_own_disk(void **state)
{
	struct volume two[] = {FAKE(0, "/dev/sda", "isw_raid_member"),
		FAKE(1, "/dev/sdb", ""),
		PARTITION(0, "/dev/sda3", "LVM2_member", "a"),
		PARTITION(1, "/dev/sdb3", "LVM2_member", "b"),
		LOGICAL("/dev/sda2")};
	AUTO(findings_freep) struct findings *of_its_own = NULL;
	AUTO(findings_freep) struct findings *of_another = NULL;
	AUTO(findings_freep) struct findings *of_both = NULL;

	(void)state;
	strcpy(two[2].group, "vg0");
	strcpy(two[3].group, "vg1");
	strcpy(two[4].group, "vg0");
	of_its_own = check(two, 5, true);
	assert_verdict(of_its_own, "storage.fake-raid-mirror");
	strcpy(two[4].group, "vg1");
	of_another = check(two, 5, true);
	assert_verdict(of_another, "storage.fake-raid");
	strcpy(two[2].group, "vg1");
	of_both = check(two, 5, true);
	assert_verdict(of_both, "storage.fake-raid");
}

static void
both_disks_of_a_mirror_stop_the_migration(void **state)
{
	static const char *const types[] = {"ext4", "LVM2_member", "swap",
		"crypto_LUKS"};
	AUTO(guest_freep) struct guest *guest = guest_new();

	(void)state;
	strcpy(guest->mounts[guest->mount_count++].device, "/dev/sda2");
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		struct volume mirror[] = {FAKE(0, "/dev/sda", "isw_raid_member"),
			FAKE(1, "/dev/sdb", "isw_raid_member"),
			PARTITION(0, "/dev/sda2", "", "a"),
			PARTITION(1, "/dev/sdb2", "", "a")};
		AUTO(findings_freep) struct findings *findings = NULL;

		strcpy(mirror[2].type, types[i]);
		strcpy(mirror[3].type, types[i]);
		findings = check(mirror, 4, false);
		assert_verdict(findings, "storage.fake-raid-members");
		assert_false(fake_raid_is_alone(&(struct volumes){mirror, 4},
			guest, &mirror[0]));
		assert_int_equal(findings_count(findings, SEVERITY_BLOCKER), 1);
	}
}

/* Its disks had been a firmware's once, which left its marks. */
static void
a_mirror_of_md_is_none_of_a_firmware_s(void **state)
{
	struct volume plain[] = {FAKE(0, "/dev/sda", "ddf_raid_member"),
		FAKE(1, "/dev/sdb", "ddf_raid_member"),
		PARTITION(0, "/dev/sda3", "linux_raid_member", BLKID_UUID),
		PARTITION(1, "/dev/sdb3", "linux_raid_member", BLKID_UUID),
		ARRAY(2)};
	struct volume opened[] = {plain[0], plain[1], plain[2], plain[3],
		plain[4],
		{.kind = VOLUME_CRYPT, .disk = VOLUME_NO_DISK,
			.source = "/dev/sda2", .inside = "c"}};
	AUTO(findings_freep) struct findings *unused = check(plain, 5, true);
	AUTO(findings_freep) struct findings *mounted = NULL;
	AUTO(findings_freep) struct findings *locked = NULL;

	(void)state;
	assert_verdict(unused, "storage.fake-raid");
	strcpy(plain[4].source, "/dev/sda2");
	mounted = check(plain, 5, true);
	assert_verdict(mounted, "storage.fake-raid-mirror");
	strcpy(opened[4].uuid, "c");
	locked = check(opened, 6, true);
	assert_verdict(locked, "storage.fake-raid-mirror");
}

static void
a_stripe_stops_the_migration(void **state)
{
	struct volume stripe[] = {FAKE(0, "/dev/sda", "ddf_raid_member"),
		FAKE(1, "/dev/sdb", "ddf_raid_member"),
		PARTITION(0, "/dev/sda2", "ext4", "a")};
	AUTO(findings_freep) struct findings *unused = check(stripe, 3, false);
	AUTO(findings_freep) struct findings *beyond = NULL;

	(void)state;
	assert_verdict(unused, "storage.fake-raid");
	stripe[1].type[0] = '\0';
	stripe[2].size_bytes = 1000 << 20;
	beyond = check(stripe, 3, true);
	assert_verdict(beyond, "storage.fake-raid");
}

/* The disk that is well does not speak for another array's. */
static void
a_mirror_beside_a_stripe_does_not_excuse_it(void **state)
{
	struct volume both[] = {FAKE(0, "/dev/sda", "isw_raid_member"),
		PARTITION(0, "/dev/sda2", "ext4", "a"),
		FAKE(1, "/dev/sdb", "isw_raid_member"),
		FAKE(2, "/dev/sdc", "isw_raid_member"),
		PARTITION(1, "/dev/sdb2", "ext4", "b")};
	AUTO(findings_freep) struct findings *findings = check(both, 5, true);

	(void)state;
	assert_true(findings_have(findings, "storage.fake-raid-mirror"));
	assert_true(findings_have(findings, "storage.fake-raid"));
	assert_false(findings_have(findings, "storage.fake-raid-members"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_disk_of_a_mirror_is_used_by_itself),
		cmocka_unit_test(a_mirror_may_hold_lvm),
		cmocka_unit_test(a_group_of_lvm_speaks_for_its_own_disk),
		cmocka_unit_test(both_disks_of_a_mirror_stop_the_migration),
		cmocka_unit_test(a_mirror_of_md_is_none_of_a_firmware_s),
		cmocka_unit_test(a_stripe_stops_the_migration),
		cmocka_unit_test(a_mirror_beside_a_stripe_does_not_excuse_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
