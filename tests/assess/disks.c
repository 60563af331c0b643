/* The disks of the tests for names and for what rewrites them. */
#include "tests/assess/disks.h"

#include <stdint.h>

#define PARTITION(d, n, dev, t, u, pu)                                         \
	{.kind = VOLUME_PARTITION, .disk = d, .partition = n, .device = dev,   \
		.source = dev,                                                 \
		.type = t, .uuid = u, .partition_uuid = pu}
#define DISK(d, dev)                                                           \
	{.kind = VOLUME_DISK, .disk = d, .device = dev, .source = dev}

static struct volume volumes[] = {
	DISK(0, "/dev/sda"),
	PARTITION(0, 1, "/dev/sda1", "ext4", ROOT_UUID, "0badcafe-01"),
	PARTITION(0, 2, "/dev/sda2", "swap", SWAP_UUID, "0badcafe-02"),
	{.kind = VOLUME_PARTITION, .disk = 0, .partition = 5,
		.device = "/dev/sda5", .type = "crypto_LUKS",
		.uuid = LUKS_UUID, .partition_uuid = "0badcafe-05",
		.is_open = true},
	PARTITION(0, 6, "/dev/sda6", "", "", "0badcafe-06"),
	PARTITION(0, 7, "/dev/sda7", "linux_raid_member", MEMBER_UUID,
		"0badcafe-07"),
	PARTITION(0, 8, "/dev/sda8", "LVM2_member",
		"Oxkd3X-0Kwp-7zTK-6fJY-wVLX-eGYb-n5BmJW", "0badcafe-08"),
	DISK(1, "/dev/sdb"),
	PARTITION(1, 1, "/dev/sdb1", "xfs", XFS_UUID, "5eed5eed-01"),
	PARTITION(1, 2, "/dev/sdb2", "ext4", HOME_UUID, "5eed5eed-02"),
	{.kind = VOLUME_LV, .disk = VOLUME_NO_DISK, .device = "/dev/vg-0/root",
		.type = "ext4", .uuid = "ffffffff-0000-4000-8000-000000000001",
		.lv_uuid = LV_UUID},
};

static struct volume cloned[] = {
	DISK(0, "/dev/sda"),
	PARTITION(0, 1, "/dev/sda1", "ext4", ROOT_UUID, "0badcafe-01"),
	DISK(1, "/dev/sdb"),
	PARTITION(1, 1, "/dev/sdb1", "ext4", ROOT_UUID, "5eed5eed-01"),
	PARTITION(1, 2, "/dev/sdb2", "swap", SWAP_UUID, "5eed5eed-02"),
};

static struct volume encrypted[] = {
	DISK(0, "/dev/sda"),
	PARTITION(0, 1, "/dev/sda1", "crypto_LUKS", LUKS_UUID, "0badcafe-01"),
};

#define ARRAY(dev, t, u)                                                       \
	{.kind = VOLUME_ARRAY, .disk = VOLUME_NO_DISK, .device = dev,          \
		.type = t, .uuid = u}

static struct volume arrays[] = {
	ARRAY("/dev/md127", "ext4", ROOT_UUID),
	ARRAY("/dev/md126", "ext4", HOME_UUID),
	ARRAY("/dev/md125", "swap", SWAP_UUID),
	ARRAY("/dev/md124", "swap", XFS_UUID),
};

/* The system of laptops; what is inside is open. */
static struct volume opened_list[] = {
	DISK(0, "/dev/sda"),
	PARTITION(0, 1, "/dev/sda1", "swap", SWAP_UUID, "0badcafe-01"),
	{.kind = VOLUME_PARTITION, .disk = 0, .partition = 2,
		.device = "/dev/sda2", .type = "crypto_LUKS",
		.uuid = LUKS_UUID, .partition_uuid = "0badcafe-02",
		.is_open = true},
	PARTITION(0, 3, "/dev/sda3", "", "", "0badcafe-03"),
	{.kind = VOLUME_CRYPT, .disk = VOLUME_NO_DISK,
		.device = "/dev/mapper/luks-" LUKS_UUID, .type = "ext4",
		.uuid = ROOT_UUID, .inside = LUKS_UUID},
};

/* One disk of a mirror that Intel's firmware made, and a plain one. */
static struct volume mirrored[] = {
	{.kind = VOLUME_DISK, .disk = 0, .device = "/dev/sda",
		.type = "isw_raid_member"},
	PARTITION(0, 1, "/dev/sda1", "ext4", ROOT_UUID, "0badcafe-01"),
	PARTITION(0, 2, "/dev/sda2", "swap", SWAP_UUID, "0badcafe-02"),
	DISK(1, "/dev/sdb"),
	PARTITION(1, 1, "/dev/sdb1", "ext4", HOME_UUID, "5eed5eed-01"),
};

const struct volumes one_disk = {volumes, 7};
const struct volumes two_disks = {volumes, 11};
const struct volumes clones = {cloned, 5};
const struct volumes locked = {encrypted, 2};
const struct volumes nameless = {arrays, 4};
const struct volumes opened = {opened_list, 5};
const struct volumes half_mirror = {mirrored, 5};
const char *const disk_names[] = {"old", "data"};
