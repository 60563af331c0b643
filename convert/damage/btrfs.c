/*
 * From sectors to files on btrfs, which spreads addresses of its own over
 * devices in chunks: the chunk that has the sector gives the address, and
 * btrfs' own tool the files.
 */
#include "convert/damage/loss.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "convert/damage/scene.h"
#include "drivers-inject/appliance.h"

enum {
	CHUNKS_LIMIT = 65536,
	UNIT_BYTES = 4096, /* no sector of btrfs is smaller */
	SUPERBLOCK = 0x10000,
	SUPER_BYTES = 4096
};

/* A stripe of a chunk on the device in question. */
struct chunk {
	uint64_t logical, physical, length;
	bool is_data, is_spread; /* over devices: no plain sum */
	char type[64];		 /* "DATA|single" */
};

struct btrfs {
	guestfs_h *g;
	const char *device;
	struct chunk *chunks;
	size_t count;
};

static int
read_device_id(const struct btrfs *btrfs, uint64_t *id_out, struct error *err)
{
	uint8_t super[SUPER_BYTES];

	if (scene_read(btrfs->g, btrfs->device, SUPERBLOCK, super,
		    sizeof super, err) == -1)
		return -1;
	if (memcmp(super + 64, "_BHRfS_M", 8) != 0)
		return error_set(err, 0, "its superblock is damaged");
	*id_out = 0;
	for (int i = 7; i >= 0; i--)
		*id_out = *id_out << 8 | super[0xc9 + i];
	return 0;
}

static void
take_stripe(struct btrfs *btrfs, const struct chunk *chunk, uint64_t physical)
{
	struct chunk *mine = &btrfs->chunks[btrfs->count];

	if (btrfs->count == CHUNKS_LIMIT)
		return;
	*mine = *chunk;
	mine->physical = physical;
	mine->is_data = strstr(chunk->type, "DATA") != NULL &&
		strstr(chunk->type, "METADATA") == NULL;
	mine->is_spread = strstr(chunk->type, "RAID0") != NULL ||
		strstr(chunk->type, "RAID10") != NULL ||
		strstr(chunk->type, "RAID5") != NULL ||
		strstr(chunk->type, "RAID6") != NULL;
	btrfs->count++;
}

/* "key (... CHUNK_ITEM LOGICAL)", "length N ... type T", "stripe I devid D offset P" */
static void
take_chunks(struct btrfs *btrfs, char *text, uint64_t id)
{
	struct chunk chunk = {0};
	char *line;

	while ((line = strsep(&text, "\n")) != NULL) {
		uintmax_t a, b, c;
		const char *at;

		if ((at = strstr(line, "CHUNK_ITEM ")) != NULL &&
			sscanf(at, "CHUNK_ITEM %ju", &a) == 1)
			chunk = (struct chunk){.logical = a};
		else if (sscanf(line, " length %ju owner %*u stripe_len %*u "
					"type %63s", &a, chunk.type) == 2)
			chunk.length = a;
		else if (sscanf(line, " stripe %ju devid %ju offset %ju", &a,
				 &b, &c) == 3 && b == id && chunk.length > 0)
			take_stripe(btrfs, &chunk, c);
	}
}

static const struct chunk *
chunk_at(const struct btrfs *btrfs, uint64_t physical)
{
	for (size_t i = 0; i < btrfs->count; i++)
		if (physical >= btrfs->chunks[i].physical &&
			physical - btrfs->chunks[i].physical <
				btrfs->chunks[i].length)
			return &btrfs->chunks[i];
	return NULL;
}

/* What of a unit is known without looking for files. */
static int
tell_plain(const struct btrfs *btrfs, struct loss *losses, size_t count,
	uint64_t unit, struct error *err)
{
	const struct chunk *chunk = chunk_at(btrfs, unit * UNIT_BYTES);
	bool has_copy = chunk != NULL && (strstr(chunk->type, "DUP") != NULL ||
		strstr(chunk->type, "RAID1") != NULL);
	enum loss_owner owner = LOSS_METADATA;
	char what[160];

	if (chunk == NULL) {
		owner = unit * UNIT_BYTES < (1 << 20) ? LOSS_METADATA : LOSS_FREE;
		snprintf(what, sizeof what, "%s", owner == LOSS_FREE
				? "in no chunk of the file system"
				: "the file system's first megabyte");
	} else if (chunk->is_spread) {
		owner = LOSS_UNKNOWN;
		snprintf(what, sizeof what, "btrfs, a chunk of %s",
			chunk->type);
	} else {
		owner = chunk->is_data ? LOSS_FREE : LOSS_METADATA;
		snprintf(what, sizeof what, "%s%s", chunk->is_data
				? "free space"
				: "the file system's records, or room for them",
			has_copy ? ", of which btrfs has a second copy" : "");
	}
	return loss_tell_unit(losses, count, UNIT_BYTES, unit, owner, what, err);
}

/* Lines "UNIT\tPATH". */
static int
take_files(struct loss *losses, size_t count, char *text, struct error *err)
{
	char *line, *path;

	while ((line = strsep(&text, "\n")) != NULL) {
		uintmax_t unit = strtoumax(line, &path, 10);

		if (path != line && *path == '\t' &&
			loss_tell_unit(losses, count, UNIT_BYTES, unit, LOSS_FILE,
				path + 1, err) == -1)
			return -1;
	}
	return 0;
}

/* Pairs "UNIT:ADDRESS" of units in chunks of data, as words. */
static char *
list_addresses(const struct btrfs *btrfs, const uint64_t *units, size_t count)
{
	char *words = malloc(count * 44 + 1);
	size_t used = 0;

	if (words == NULL)
		return NULL;
	words[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		uint64_t at = units[i] * UNIT_BYTES;
		const struct chunk *chunk = chunk_at(btrfs, at);

		if (chunk != NULL && chunk->is_data && !chunk->is_spread)
			used += (size_t)sprintf(words + used, " %ju:%ju",
				(uintmax_t)units[i], (uintmax_t)(chunk->logical +
					at - chunk->physical));
	}
	return words;
}

/*
 * "inode N offset O root R" of an address, then the path of the subvolume R and
 * that of the inode in it.
 */
static const char files_script[] =
	"i='btrfs inspect-internal'\n"
	"for w in%s; do\n"
	"  set -- $($i logical-resolve -P ${w##*:} /sysroot 2>/dev/null | head -n 1)\n"
	"  [ \"$1\" = inode ] || continue\n"
	"  s=\n"
	"  [ \"$6\" = 5 ] || s=/$($i subvolid-resolve $6 /sysroot 2>/dev/null)\n"
	"  p=$($i inode-resolve $2 \"/sysroot$s\" 2>/dev/null | head -n 1)\n"
	"  printf '%%s\\t%%.1000s\\n' ${w%%%%:*} \"${p#/sysroot}\"\n"
	"done | grep '\t/' | head -c 3000000\n:\n";

static int
find_files(const struct btrfs *btrfs, const uint64_t *units, size_t unit_count,
	struct loss *losses, size_t count, struct error *err)
{
	AUTO(freep) char *words = list_addresses(btrfs, units, unit_count);
	AUTO(freep) char *script =
		words == NULL ? NULL : io_format(files_script, words);
	AUTO(freep) char *output = NULL;

	if (script == NULL)
		return error_set(err, ENOMEM, "look for files");
	if (words[0] == '\0')
		return 0;
	if (scene_shell_mounted(btrfs->g, btrfs->device, "ro,subvolid=5",
		    script, &output, err) == -1)
		return -1;
	return take_files(losses, count, output, err);
}

static int
examine(struct btrfs *btrfs, struct loss *losses, size_t count,
	struct error *err)
{
	AUTO(freep) uint64_t *units = NULL;
	AUTO(freep) char *script = io_format("btrfs inspect-internal dump-tree "
		"-t chunk " SCENE_DEVICES "/%s 2>/dev/null | "
		"head -c 3000000\n",
		btrfs->device);
	AUTO(freep) char *output = NULL;
	size_t unit_count;
	uint64_t id;

	if (script == NULL)
		return error_set(err, ENOMEM, "read %s", btrfs->device);
	if (read_device_id(btrfs, &id, err) == -1 ||
		appliance_shell(btrfs->g, script, &output, err) == -1)
		return -1;
	take_chunks(btrfs, output, id);
	if (btrfs->count == 0)
		return error_set(err, 0, "its chunks cannot be read");
	if (loss_units(&units, &unit_count, losses, count, UNIT_BYTES,
		    LOSS_UNITS_LIMIT / 2, err) == -1 ||
		find_files(btrfs, units, unit_count, losses, count, err) == -1)
		return -1;
	for (size_t i = 0; i < unit_count; i++)
		if (tell_plain(btrfs, losses, count, units[i], err) == -1)
			return -1;
	return 0;
}

int
btrfs_examine(guestfs_h *g, const char *device, struct loss *losses,
	size_t count, struct error *err)
{
	struct btrfs btrfs = {.g = g, .device = device,
		.chunks = calloc(CHUNKS_LIMIT, sizeof(struct chunk))};
	int result;

	if (btrfs.chunks == NULL)
		return error_set(err, ENOMEM, "read %s", device);
	result = examine(&btrfs, losses, count, err);
	free(btrfs.chunks);
	return result;
}
