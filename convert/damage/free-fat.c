/*
 * Is a cluster of a FAT file system free?  Its entry in the allocation table,
 * of 12, 16 or 32 bits, is zero then.
 */
#include "convert/damage/free.h"

#include <string.h>

#include "common/error.h"

enum { CLUSTERS_12 = 4085, CLUSTERS_16 = 65525, FIRST_CLUSTER = 2 };

struct fat {
	uint32_t sector_bytes, cluster_sectors, reserved, data_sector;
	uint64_t clusters;
};

static uint32_t
le16(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8;
}

static uint32_t
le32(const uint8_t *at)
{
	return le16(at) | le16(at + 2) << 16;
}

static int
take_boot_sector(struct fat *fat, const uint8_t boot[512], struct error *err)
{
	uint64_t table = le16(boot + 22) != 0 ? le16(boot + 22) : le32(boot + 36);
	uint64_t total = le16(boot + 19) != 0 ? le16(boot + 19) : le32(boot + 32);
	uint64_t data;

	fat->sector_bytes = le16(boot + 11);
	fat->cluster_sectors = boot[13];
	fat->reserved = le16(boot + 14);
	if (boot[510] != 0x55 || boot[511] != 0xaa || fat->sector_bytes < 512 ||
		fat->sector_bytes > 4096 || fat->cluster_sectors == 0)
		return error_set(err, 0, "its boot sector is damaged");
	data = fat->reserved + boot[16] * table +
		(le16(boot + 17) * UINT64_C(32) + fat->sector_bytes - 1) /
			fat->sector_bytes;
	if (data > UINT32_MAX || data >= total)
		return error_set(err, 0, "its boot sector is damaged");
	fat->data_sector = (uint32_t)data;
	fat->clusters = (total - data) / fat->cluster_sectors;
	return 0;
}

static int
read_entry(const struct free_reader *reader, const struct fat *fat,
	uint64_t cluster, uint32_t *entry_out, struct error *err)
{
	uint64_t table = (uint64_t)fat->reserved * fat->sector_bytes;
	uint8_t bytes[4] = {0};
	size_t length = fat->clusters < CLUSTERS_16 ? 2 : 4;
	uint64_t at = fat->clusters < CLUSTERS_12 ? cluster * 3 / 2
						  : cluster * length;

	if (reader->read(reader->context, table + at, bytes, length, err) == -1)
		return -1;
	*entry_out = le32(bytes);
	if (fat->clusters < CLUSTERS_12)
		*entry_out = cluster % 2 == 1 ? *entry_out >> 4
					      : *entry_out & 0xfff;
	else if (length == 4)
		*entry_out &= 0x0fffffff;
	return 0;
}

int
free_ask_fat(const struct free_reader *reader, uint64_t offset_bytes,
	enum free_answer *answer_out, struct error *err)
{
	struct fat fat = {0};
	uint8_t boot[512];
	uint64_t sector, cluster;
	uint32_t entry;

	if (reader->read(reader->context, 0, boot, sizeof boot, err) == -1 ||
		take_boot_sector(&fat, boot, err) == -1)
		return -1;
	sector = offset_bytes / fat.sector_bytes;
	*answer_out = FREE_RECORDS;
	if (sector < fat.data_sector)
		return 0;
	cluster = (sector - fat.data_sector) / fat.cluster_sectors;
	*answer_out = FREE_OUTSIDE;
	if (cluster >= fat.clusters)
		return 0;
	if (read_entry(reader, &fat, cluster + FIRST_CLUSTER, &entry, err) == -1)
		return -1;
	*answer_out = entry == 0 ? FREE_YES : FREE_RECORDS;
	return 0;
}
