/*
 * From sectors to files on ext2, ext3 and ext4.  debugfs answers three
 * questions: icheck, which inode has a block; testb, whether a block is in use;
 * ncheck, which paths an inode has.
 */
#include "convert/damage/loss.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bytes.h"
#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "convert/damage/scene.h"
#include "drivers-inject/appliance.h"

enum {
	SUPERBLOCK = 1024, /* where it is, and how long */
	INODE_ROOT = 2,
	INODE_FIRST = 11 /* those below are the file system's own */
};

static const char not_read[] = "debugfs cannot read its records";

/* A block of the file system with unreadable sectors. */
struct ext_block {
	uint64_t number, inode; /* inode 0: none has it */
	bool is_free;
};

struct ext {
	guestfs_h *g;
	const char *device;
	uint64_t block_bytes, block_count;
	struct ext_block *blocks; /* sorted */
	size_t count;
	struct loss *losses;
	size_t loss_count;
};

static int
read_superblock(struct ext *ext, struct error *err)
{
	uint8_t super[SUPERBLOCK];

	if (scene_read(ext->g, ext->device, SUPERBLOCK, super, sizeof super,
		    err) == -1)
		return -1;
	if (super[56] != 0x53 || super[57] != 0xef ||
		bytes_little32(super + 24) > 6)
		return error_set(err, 0, "its superblock is damaged");
	ext->block_bytes = (uint64_t)1024 << bytes_little32(super + 24);
	ext->block_count = bytes_little32(super + 4);
	if (bytes_little32(super + 96) & 0x80) /* 64bit */
		ext->block_count |=
			(uint64_t)bytes_little32(super + 0x150) << 32;
	return 0;
}

/* Neither the boot block nor what lies behind the end is known to debugfs. */
static int
tell_outside(struct ext *ext, struct error *err)
{
	uint64_t end = ext->block_count * ext->block_bytes;

	for (size_t i = 0; i < ext->loss_count; i++) {
		struct loss *loss = &ext->losses[i];

		if (loss->offset_bytes >= end &&
			loss_tell(loss, LOSS_FREE,
				"behind the end of the file system", err) == -1)
			return -1;
		if (loss->offset_bytes < 2 * SUPERBLOCK &&
			loss_tell(loss, LOSS_METADATA,
				"the boot block or the superblock", err) == -1)
			return -1;
	}
	return 0;
}

static int
list_blocks(struct ext *ext, struct error *err)
{
	AUTO(freep) uint64_t *numbers = NULL;

	if (loss_units(&numbers, &ext->count, ext->losses, ext->loss_count,
		    ext->block_bytes, LOSS_UNITS_LIMIT, err) == -1)
		return -1;
	ext->blocks = calloc(ext->count + 1, sizeof *ext->blocks);
	if (ext->blocks == NULL)
		return error_set(err, ENOMEM, "read %s", ext->device);
	for (size_t i = 0; i < ext->count; i++)
		ext->blocks[i].number = numbers[i];
	return 0;
}

static struct ext_block *
find_block(struct ext *ext, uint64_t number)
{
	for (size_t i = 0; i < ext->count; i++)
		if (ext->blocks[i].number == number)
			return &ext->blocks[i];
	return NULL;
}

/* Run one command of debugfs on numbers; what is long is cut. */
static int
ask(const struct ext *ext, const char *verb, const uint64_t *numbers,
	size_t count, char **output_out, struct error *err)
{
	AUTO(freep) char *words = loss_words(numbers, count);
	AUTO(freep) char *script = words == NULL ? NULL
		: io_format("debugfs -R '%s%s' " SCENE_DEVICES
			"/%s 2>/dev/null | "
			"head -c 3000000\n", verb, words, ext->device);

	if (script == NULL)
		return error_set(err, ENOMEM, "read %s", ext->device);
	return appliance_shell(ext->g, script, output_out, err);
}

/* Lines "BLOCK\tINODE"; without an inode it says so in words. */
static int
find_inodes(struct ext *ext, struct error *err)
{
	AUTO(freep) uint64_t *numbers = calloc(ext->count + 1, sizeof *numbers);
	AUTO(freep) char *output = NULL;
	char *line, *rest;

	if (numbers == NULL)
		return error_set(err, ENOMEM, "read %s", ext->device);
	for (size_t i = 0; i < ext->count; i++)
		numbers[i] = ext->blocks[i].number;
	if (ask(ext, "icheck", numbers, ext->count, &output, err) == -1)
		return -1;
	/* A failed command leaves the status at 0: see that it answered. */
	if (strstr(output, "Block\tInode number") == NULL)
		return error_set(err, 0, not_read);
	for (rest = output; (line = strsep(&rest, "\n")) != NULL;) {
		struct ext_block *block;
		uintmax_t number, inode;

		if (sscanf(line, "%ju\t%ju", &number, &inode) == 2 &&
			(block = find_block(ext, number)) != NULL)
			block->inode = inode;
	}
	return 0;
}

/* Lines "Block N not in use" and "Block N marked in use". */
static int
take_use(struct ext *ext, char *text, size_t asked, struct error *err)
{
	size_t answers = 0;
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
	return answers == asked ? 0 : error_set(err, 0, not_read);
}

/* For the blocks that no inode has. */
static int
find_use(struct ext *ext, struct error *err)
{
	AUTO(freep) uint64_t *numbers = calloc(ext->count + 1, sizeof *numbers);
	AUTO(freep) char *words = NULL, *script = NULL, *output = NULL;
	size_t asked = 0;

	if (numbers == NULL)
		return error_set(err, ENOMEM, "read %s", ext->device);
	for (size_t i = 0; i < ext->count; i++)
		if (ext->blocks[i].inode == 0)
			numbers[asked++] = ext->blocks[i].number;
	if (asked == 0)
		return 0;
	/* It takes one number at a time, and commands from a file. */
	words = loss_words(numbers, asked);
	script = words == NULL ? NULL
		: io_format("for n in %s; do echo testb $n; done >/tmp/testb\n"
			"debugfs -f /tmp/testb " SCENE_DEVICES
			"/%s 2>/dev/null\n", words,
			ext->device);
	if (script == NULL)
		return error_set(err, ENOMEM, "read %s", ext->device);
	if (appliance_shell(ext->g, script, &output, err) == -1)
		return -1;
	return take_use(ext, output, asked, err);
}

/* Every block that an inode lost. */
static int
tell(struct ext *ext, uint64_t inode, enum loss_owner owner, const char *what,
	struct error *err)
{
	for (size_t i = 0; i < ext->count; i++)
		if (ext->blocks[i].inode == inode &&
			loss_tell_unit(ext->losses, ext->loss_count,
				ext->block_bytes, ext->blocks[i].number, owner,
				what, err) == -1)
			return -1;
	return 0;
}

/* Lines "INODE\tPATH"; the first path of an inode counts. */
static int
tell_paths(struct ext *ext, char *text, struct error *err)
{
	char *line, *path;

	while ((line = strsep(&text, "\n")) != NULL) {
		uintmax_t inode = strtoumax(line, &path, 10);

		if (path == line || *path != '\t' || inode < INODE_FIRST)
			continue;
		for (path++; path[0] == '/' && path[1] == '/';)
			path++;
		if (tell(ext, inode, LOSS_FILE, path, err) == -1)
			return -1;
	}
	return 0;
}

static int
tell_files(struct ext *ext, struct error *err)
{
	AUTO(freep) uint64_t *inodes = calloc(ext->count + 1, sizeof *inodes);
	AUTO(freep) char *output = NULL;
	size_t count = 0;

	if (inodes == NULL)
		return error_set(err, ENOMEM, "read %s", ext->device);
	for (size_t i = 0; i < ext->count; i++) {
		uint64_t inode = ext->blocks[i].inode;

		if (inode >= INODE_FIRST &&
			(count == 0 || inodes[count - 1] != inode))
			inodes[count++] = inode;
	}
	if (count == 0)
		return 0;
	if (ask(ext, "ncheck", inodes, count, &output, err) == -1 ||
		tell_paths(ext, output, err) == -1)
		return -1;
	for (size_t i = 0; i < count; i++) {
		char name[64];

		snprintf(name, sizeof name, "inode %ju (no name was found)",
			(uintmax_t)inodes[i]);
		if (tell(ext, inodes[i], LOSS_FILE, name, err) == -1)
			return -1;
	}
	return 0;
}

static int
tell_others(struct ext *ext, struct error *err)
{
	for (size_t i = 0; i < ext->count; i++) {
		const struct ext_block *block = &ext->blocks[i];
		char what[64];

		snprintf(what, sizeof what, "the file system's %s",
			block->inode == 8 ? "journal" : "records");
		if (loss_tell_unit(ext->losses, ext->loss_count,
			    ext->block_bytes, block->number,
			    block->is_free ? LOSS_FREE : LOSS_METADATA,
			    block->is_free ? "free space" : what, err) == -1)
			return -1;
	}
	return 0;
}

int
ext_examine(guestfs_h *g, const char *device, struct loss *losses,
	size_t count, struct error *err)
{
	struct ext ext = {.g = g, .device = device, .losses = losses,
		.loss_count = count};
	int result = -1;

	if (read_superblock(&ext, err) == -1 || tell_outside(&ext, err) == -1 ||
		list_blocks(&ext, err) == -1)
		return -1;
	if (ext.count == 0 ||
		(find_inodes(&ext, err) == 0 && find_use(&ext, err) == 0 &&
			tell_files(&ext, err) == 0 &&
			tell(&ext, INODE_ROOT, LOSS_FILE, "/", err) == 0 &&
			tell_others(&ext, err) == 0))
		result = 0;
	free(ext.blocks);
	return result;
}
