/*
 * From sectors to files on ext2, ext3 and ext4.  debugfs answers three
 * questions: icheck, which inode has a block; testb, whether a block is in use;
 * ncheck, which paths an inode has.  damage.c makes findings of it.
 */
#include "convert/capture/ext.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "common/process.h"
#include "convert/source/bad.h"

enum {
	BLOCKS_LIMIT = 4096, /* their numbers fit one argument */
	TIMEOUT_SECONDS = 600,
	SUPERBLOCK = 1024, /* where it is, and how long */
	INODE_ROOT = 2,
	INODE_FIRST = 11 /* those below are the file system's own */
};

/* A block of the file system with unreadable sectors. */
struct ext_block {
	uint64_t number, inode; /* inode 0: none has it */
	uint64_t offset_bytes, sectors;
	bool is_free, is_told;
};

struct ext {
	const char *image;
	char *device; /* as debugfs names it */
	const char *scratch;
	uint64_t start_bytes, block_bytes, block_count;
	struct ext_block blocks[BLOCKS_LIMIT];
	size_t count;
	uint64_t lost_offset, lost_sectors; /* beyond BLOCKS_LIMIT */
};

static uint32_t
get32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof value);
	return le32toh(value);
}

static int
read_superblock(struct ext *ext, struct error *err)
{
	AUTO(fd_closep) int fd = open(ext->image, O_RDONLY | O_CLOEXEC);
	uint8_t super[SUPERBLOCK];

	if (fd == -1)
		return error_set(err, errno, "open %s", ext->image);
	if (io_pread(fd, super, sizeof super, ext->start_bytes + SUPERBLOCK,
		    ext->image, err) == -1)
		return -1;
	if (super[56] != 0x53 || super[57] != 0xef || get32(super + 24) > 6)
		return error_set(err, 0, "its superblock is damaged");
	ext->block_bytes = (uint64_t)1024 << get32(super + 24);
	ext->block_count = get32(super + 4);
	if (get32(super + 96) & 0x80) /* 64bit */
		ext->block_count |= (uint64_t)get32(super + 0x150) << 32;
	return 0;
}

static void
add_sector(struct ext *ext, uint64_t offset)
{
	uint64_t number = (offset - ext->start_bytes) / ext->block_bytes;
	struct ext_block *last =
		ext->count > 0 ? &ext->blocks[ext->count - 1] : NULL;

	if (last != NULL && last->number == number) {
		last->sectors++;
	} else if (ext->count < BLOCKS_LIMIT) {
		ext->blocks[ext->count++] = (struct ext_block){
			.number = number, .offset_bytes = offset, .sectors = 1};
	} else {
		if (ext->lost_sectors++ == 0)
			ext->lost_offset = offset;
	}
}

/* The boot block and what lies behind the end are nothing that debugfs knows. */
static bool
is_inside(const struct ext *ext, const struct ext_block *block)
{
	return block->number > 0 && block->number < ext->block_count;
}

static struct ext_block *
find_block(struct ext *ext, uint64_t number)
{
	size_t low = 0, high = ext->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (ext->blocks[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < ext->count && ext->blocks[low].number == number
		? &ext->blocks[low]
		: NULL;
}

static int
run_debugfs(const struct ext *ext, const char *how, const char *what,
	char **output_out, struct error *err)
{
	const char *const argv[] = {"debugfs", how, what, ext->device, NULL};

	return process_run_confined(argv, output_out, TIMEOUT_SECONDS, err);
}

/* "icheck 12 13 ..."; the caller frees it. */
static char *
request_of(const char *verb, const uint64_t *numbers, size_t count)
{
	char *text = malloc(strlen(verb) + count * 21 + 1);
	size_t used;

	if (text == NULL)
		return NULL;
	used = (size_t)sprintf(text, "%s", verb);
	for (size_t i = 0; i < count; i++)
		used += (size_t)sprintf(text + used, " %ju",
			(uintmax_t)numbers[i]);
	return text;
}

/* Lines "BLOCK\tINODE"; without an inode it says so in words. */
static void
take_inodes(struct ext *ext, char *text)
{
	char *line;

	while ((line = strsep(&text, "\n")) != NULL) {
		struct ext_block *block;
		uintmax_t number, inode;

		if (sscanf(line, "%ju\t%ju", &number, &inode) == 2 &&
			(block = find_block(ext, number)) != NULL)
			block->inode = inode;
	}
}

static int
find_inodes(struct ext *ext, struct error *err)
{
	AUTO(freep) uint64_t *numbers = calloc(BLOCKS_LIMIT, sizeof *numbers);
	AUTO(freep) char *request = NULL, *output = NULL;
	size_t count = 0;

	if (numbers == NULL)
		return error_set(err, ENOMEM, "read %s", ext->image);
	for (size_t i = 0; i < ext->count; i++)
		if (is_inside(ext, &ext->blocks[i]))
			numbers[count++] = ext->blocks[i].number;
	if (count == 0)
		return 0;
	request = request_of("icheck", numbers, count);
	if (request == NULL)
		return error_set(err, ENOMEM, "read %s", ext->image);
	if (run_debugfs(ext, "-R", request, &output, err) == -1)
		return -1;
	/* A failed command leaves the status at 0: see that it answered. */
	if (strstr(output, "Block\tInode number") == NULL)
		return error_set(err, 0, "debugfs cannot read its records");
	take_inodes(ext, output);
	return 0;
}

/* Lines "Block N not in use" and "Block N marked in use". */
static int
take_use(struct ext *ext, char *text, struct error *err)
{
	size_t answers = 0, asked = 0;
	char *line;

	while ((line = strsep(&text, "\n")) != NULL) {
		struct ext_block *block;
		uintmax_t number;
		char word[8];

		if (sscanf(line, "Block %ju %7s", &number, word) != 2 ||
			(block = find_block(ext, number)) == NULL)
			continue;
		block->is_free = strcmp(word, "not") == 0;
		answers++;
	}
	for (size_t i = 0; i < ext->count; i++)
		asked += ext->blocks[i].inode == 0 &&
			is_inside(ext, &ext->blocks[i]);
	return answers == asked ? 0
				: error_set(err, 0, "debugfs cannot read its "
					  "block bitmap");
}

/* For the blocks that no inode has. */
static int
find_use(struct ext *ext, struct error *err)
{
	AUTO(freep) char *commands = malloc(BLOCKS_LIMIT * 32);
	AUTO(freep) char *output = NULL;
	size_t used = 0;
	int failed;

	if (commands == NULL)
		return error_set(err, ENOMEM, "read %s", ext->image);
	for (size_t i = 0; i < ext->count; i++)
		if (ext->blocks[i].inode == 0 && is_inside(ext, &ext->blocks[i]))
			used += (size_t)sprintf(commands + used, "testb %ju\n",
				(uintmax_t)ext->blocks[i].number);
	if (used == 0)
		return 0;
	if (io_write_file(ext->scratch, commands, used, 0600, err) == -1)
		return -1;
	failed = run_debugfs(ext, "-f", ext->scratch, &output, err);
	unlink(ext->scratch);
	return failed ? -1 : take_use(ext, output, err);
}

/* Everything that an inode lost, at its first block. */
static void
tell(struct ext *ext, uint64_t inode, enum ext_owner owner, const char *what,
	ext_found *found, void *context)
{
	uint64_t sectors = 0, offset = 0;

	for (size_t i = 0; i < ext->count; i++) {
		struct ext_block *block = &ext->blocks[i];

		if (block->inode != inode || block->is_told)
			continue;
		if (sectors == 0)
			offset = block->offset_bytes;
		sectors += block->sectors;
		block->is_told = true;
	}
	if (sectors > 0)
		found(context, owner, what, offset, sectors);
}

/* Lines "INODE\tPATH"; the first path of an inode counts. */
static void
tell_paths(struct ext *ext, char *text, ext_found *found, void *context)
{
	char *line, *path;

	while ((line = strsep(&text, "\n")) != NULL) {
		uintmax_t inode = strtoumax(line, &path, 10);

		if (path == line || *path != '\t' || inode < INODE_FIRST)
			continue;
		for (path++; path[0] == '/' && path[1] == '/';)
			path++;
		tell(ext, inode, EXT_FILE, path, found, context);
	}
}

static int
tell_files(struct ext *ext, ext_found *found, void *context, struct error *err)
{
	AUTO(freep) uint64_t *inodes = calloc(BLOCKS_LIMIT, sizeof *inodes);
	AUTO(freep) char *request = NULL, *output = NULL;
	size_t count = 0;

	if (inodes == NULL)
		return error_set(err, ENOMEM, "read %s", ext->image);
	for (size_t i = 0; i < ext->count; i++) {
		uint64_t inode = ext->blocks[i].inode;

		if (inode >= INODE_FIRST &&
			(count == 0 || inodes[count - 1] != inode))
			inodes[count++] = inode;
	}
	if (count == 0)
		return 0;
	request = request_of("ncheck", inodes, count);
	if (request == NULL)
		return error_set(err, ENOMEM, "read %s", ext->image);
	if (run_debugfs(ext, "-R", request, &output, err) == -1)
		return -1;
	tell_paths(ext, output, found, context);
	for (size_t i = 0; i < count; i++) {
		char name[64];

		snprintf(name, sizeof name, "inode %ju (no name was found)",
			(uintmax_t)inodes[i]);
		tell(ext, inodes[i], EXT_FILE, name, found, context);
	}
	return 0;
}

static void
tell_others(struct ext *ext, ext_found *found, void *context)
{
	for (size_t i = 0; i < ext->count; i++) {
		const struct ext_block *block = &ext->blocks[i];
		bool is_free = block->is_free ||
			block->number >= ext->block_count;
		char what[64];

		if (block->inode != 0 && block->inode != INODE_ROOT &&
			!block->is_told) {
			snprintf(what, sizeof what, "the file system's own "
				"inode %ju", (uintmax_t)block->inode);
			tell(ext, block->inode, EXT_METADATA, what, found,
				context);
		}
		if (block->inode == 0)
			found(context, is_free ? EXT_FREE : EXT_METADATA,
				is_free ? "free space" : "the file system's records",
				block->offset_bytes, block->sectors);
	}
	if (ext->lost_sectors > 0)
		found(context, EXT_UNKNOWN, "too many to look at each",
			ext->lost_offset, ext->lost_sectors);
}

int
ext_find(const char *image, uint64_t start_bytes,
	const struct bad_range *ranges, size_t count, const char *scratch,
	ext_found *found, void *context, struct error *err)
{
	AUTO(freep) struct ext *ext = calloc(1, sizeof *ext);
	AUTO(freep) char *device =
		io_format("%s?offset=%ju", image, (uintmax_t)start_bytes);

	if (ext == NULL || device == NULL)
		return error_set(err, ENOMEM, "read %s", image);
	if (strchr(image, '?') != NULL)
		return error_set(err, 0, "debugfs cannot open a path with a "
			"question mark: %s", image);
	ext->image = image;
	ext->device = device;
	ext->scratch = scratch;
	ext->start_bytes = start_bytes;
	if (read_superblock(ext, err) == -1)
		return -1;
	for (size_t i = 0; i < count; i++)
		for (uint64_t at = 0; at < ranges[i].length_bytes;
			at += BLOCK_SECTOR_BYTES)
			add_sector(ext, ranges[i].offset_bytes + at);
	if (find_inodes(ext, err) == -1 || find_use(ext, err) == -1 ||
		tell_files(ext, found, context, err) == -1)
		return -1;
	tell(ext, INODE_ROOT, EXT_FILE, "/", found, context);
	tell_others(ext, found, context);
	return 0;
}
