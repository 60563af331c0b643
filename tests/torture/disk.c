/* The server's disk; see disk.h.  life.c changes it between two boots. */
#include "tests/torture/disk.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/torture/watch.h"

enum { SECTORS = BLOCK_BYTES / BLOCK_SECTOR_BYTES };

static void
write_noise(uint8_t *data, uint32_t bytes, struct dice *dice)
{
	for (uint32_t i = 0; i < bytes; i += 8) {
		uint64_t n = dice_next(dice);

		memcpy(data + i, &n, 8);
	}
}

static void
write_words(uint8_t *data, uint32_t bytes, struct dice *dice)
{
	static const char *const words[] = {"the ", "old ", "server ", "that ",
		"nobody ", "dares ", "to ", "reboot ", "since ", "1999\n"};

	for (uint32_t at = 0; at < bytes;) {
		const char *word = words[dice_below(dice, 10)];

		for (; *word != '\0' && at < bytes; word++)
			data[at++] = (uint8_t)*word;
	}
}

static void
write_block(struct disk *disk, uint32_t block, struct dice *dice)
{
	uint32_t bytes = disk_block_bytes(disk, block);
	uint8_t *data = disk->data + (uint64_t)block * BLOCK_BYTES;
	unsigned kind = (unsigned)dice_below(dice, 100);

	memset(data, 0, bytes);
	if (kind < 55)
		write_noise(data, bytes, dice);
	else if (kind < 75)
		write_words(data, bytes, dice);
	else if (kind < 85)
		write_noise(data + bytes / 2, 512, dice);
}

static void
choose_extents(struct disk *disk, struct dice *dice)
{
	uint64_t at = dice_below(dice, 64) * 4096;

	disk->extent_count = 0;
	while (disk->extent_count < DISK_EXTENTS && at < disk->bytes) {
		uint64_t length = (1 + dice_below(dice, 4096)) * 4096;

		if (length > disk->bytes - at)
			length = disk->bytes - at;
		disk->extents[disk->extent_count++] =
			(struct extent){at, length};
		at += length + (1 + dice_below(dice, 256)) * 4096;
	}
}

uint32_t
disk_block_bytes(const struct disk *disk, uint32_t block)
{
	uint64_t left = disk->bytes - (uint64_t)block * BLOCK_BYTES;

	return left < BLOCK_BYTES ? (uint32_t)left : BLOCK_BYTES;
}

void
disk_read(const struct disk *disk, uint32_t block, uint8_t *data_out)
{
	uint32_t bytes = disk_block_bytes(disk, block);

	memcpy(data_out, disk->data + (uint64_t)block * BLOCK_BYTES, bytes);
	for (uint32_t i = 0; i < bytes / BLOCK_SECTOR_BYTES; i++)
		if (fault_is_bad(disk->sick, (uint64_t)block * SECTORS + i))
			memset(data_out + i * BLOCK_SECTOR_BYTES, 0,
				BLOCK_SECTOR_BYTES);
}

void
disk_survey(struct disk *disk)
{
	static const uint8_t zeros[BLOCK_BYTES];
	uint8_t data[BLOCK_BYTES];

	memset(disk->wanted, 0, sizeof disk->wanted);
	for (size_t i = 0; i < disk->extent_count; i++) {
		const struct extent *extent = &disk->extents[i];

		for (uint64_t at = extent->offset_bytes / BLOCK_BYTES;
			at * BLOCK_BYTES < extent->offset_bytes +
				extent->length_bytes; at++)
			disk->wanted[at] = true;
	}
	for (uint32_t i = 0; i < disk->blocks; i++) {
		uint32_t bytes = disk_block_bytes(disk, i);

		disk_read(disk, i, data);
		disk->is_zero[i] = memcmp(data, zeros, bytes) == 0;
		watch_ok(hash_block(data, bytes, disk->hashes[i], NULL) == 0,
			"hash a block");
		disk->bad[i] = 0;
		for (uint32_t n = 0; n < bytes / BLOCK_SECTOR_BYTES; n++)
			disk->bad[i] += fault_is_bad(disk->sick,
				(uint64_t)i * SECTORS + n);
	}
}

void
disk_make(struct disk *disk, const char *path, struct dice *dice)
{
	int fd;

	disk->blocks = (uint32_t)(512 + dice_below(dice,
		DISK_BLOCKS_LIMIT - 512 + 1));
	disk->bytes = (uint64_t)disk->blocks * BLOCK_BYTES -
		dice_below(dice, 128) * 512;
	disk->sick = 0;
	snprintf(disk->path, sizeof disk->path, "%s", path);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	watch_ok(fd != -1 && ftruncate(fd, (off_t)disk->bytes) == 0,
		"make %s", path);
	disk->data = mmap(NULL, disk->bytes, PROT_READ | PROT_WRITE,
		MAP_SHARED, fd, 0);
	watch_ok(disk->data != MAP_FAILED, "map %s", path);
	close(fd);
	for (uint32_t i = 0; i < disk->blocks; i++)
		write_block(disk, i, dice);
	choose_extents(disk, dice);
	disk_survey(disk);
}

void
disk_remove(struct disk *disk)
{
	munmap(disk->data, disk->bytes);
	unlink(disk->path);
}

void
disk_change(struct disk *disk, struct dice *dice)
{
	uint64_t count = dice_below(dice, disk->blocks / 3);

	while (count-- > 0) {
		uint32_t block = (uint32_t)dice_below(dice, disk->blocks);
		uint32_t from = (uint32_t)dice_below(dice, disk->blocks - 1);
		uint64_t at = (uint64_t)block * BLOCK_BYTES;

		if (dice_percent(dice, 50))
			write_block(disk, block, dice);
		else if (dice_percent(dice, 50)) /* one sector of it */
			write_noise(disk->data + at, 512, dice);
		else /* a file was copied */
			memmove(disk->data + at,
				disk->data + (uint64_t)from * BLOCK_BYTES,
				disk_block_bytes(disk, block));
	}
	if (dice_percent(dice, 50))
		choose_extents(disk, dice);
	disk_survey(disk);
}
