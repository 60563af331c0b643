/*
 * What must hold of a machine after each fault and at the end: blocks, generations,
 * and how much crossed the wire.
 */
#include "tests/torture/life-parts.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "convert/source/image.h"
#include "convert/source/map.h"
#include "tests/torture/watch.h"

/* The entries of a map file, as another process would find them. */
static bool
read_map(struct life *life, char **bytes_out, const char *relative)
{
	struct map_header header;
	size_t bytes;

	if (io_read_file(bytes_out, &bytes, host_path(&life->host, relative),
		    1 << 20, NULL) == -1)
		return false;
	return bytes == map_entry_offset(life->disk.blocks) &&
		map_header_decode(&header, (uint8_t *)*bytes_out);
}

static bool
read_entry(const char *map, uint32_t block, struct map_entry *entry_out)
{
	return map_entry_decode(entry_out, block,
		(const uint8_t *)map + map_entry_offset(block));
}

/*
 * Whatever a map says is true, whoever died when.  `own` is the file of blocks
 * that are not the complete generation's.
 */
static void
check_image(struct life *life, const char *map, const char *own)
{
	AUTO(fd_closep) int raw = open(host_path(&life->host,
		"capture/sda.raw"), O_RDONLY | O_CLOEXEC);
	AUTO(fd_closep) int other = open(host_path(&life->host, own),
		O_RDONLY | O_CLOEXEC);
	uint8_t data[BLOCK_BYTES], hash[HASH_BYTES];
	struct map_entry entry;
	struct error err;

	for (uint32_t i = 0; i < life->disk.blocks; i++) {
		uint32_t bytes = disk_block_bytes(&life->disk, i);

		if (!read_entry(map, i, &entry))
			continue;
		watch_ok(io_pread(entry.flags & IMAGE_BASE ? raw : other, data,
			     bytes, (uint64_t)i * BLOCK_BYTES, "image", &err) ==
					0 &&
				hash_block(data, bytes, hash, &err) == 0 &&
				memcmp(hash, entry.hash, HASH_BYTES) == 0,
			"block %u of %s is what the map says", i, own);
	}
}

/* The disk's hash, by the rule that image.h states. */
static void
root_of(const struct life *life, const char *map, bool of_source,
	char hex_out[HASH_HEX_BYTES])
{
	static uint8_t hashes[DISK_BLOCKS_LIMIT][HASH_BYTES];
	static const uint8_t zeros[BLOCK_BYTES];
	uint8_t group[HASH_BYTES], root[HASH_BYTES];
	struct map_entry entry;

	for (uint32_t i = 0; i < life->disk.blocks; i++)
		if (read_entry(map, i, &entry))
			memcpy(hashes[i], of_source ? life->disk.hashes[i]
						    : entry.hash, HASH_BYTES);
		else
			hash_block(zeros, disk_block_bytes(&life->disk, i),
				hashes[i], NULL);
	hash_block(hashes, life->disk.blocks * HASH_BYTES, group, NULL);
	hash_block(group, HASH_BYTES, root, NULL);
	hash_hex(root, hex_out);
}

static bool
is_of_one_boot(const struct life *life, const char *map)
{
	struct map_entry entry;

	for (unsigned boot = 0; boot < life->boot_count; boot++) {
		uint32_t i = 0;

		while (i < life->disk.blocks && (!read_entry(map, i, &entry) ||
			memcmp(entry.hash, life->boots[boot][i], HASH_BYTES) ==
				0))
			i++;
		if (i == life->disk.blocks)
			return true;
	}
	return false;
}

/*
 * While the recorded generation is put in its place, the disk is still the one
 * before; which may have come and gone between two looks at it.
 */
static bool
is_the_one_before(const struct life *life, const char *map, const char *root,
	const struct host_generation *generation)
{
	if (generation->is_settled)
		return false;
	if (generation->number > life->last.number + 1)
		return is_of_one_boot(life, map);
	return strcmp(root, life->last.root) == 0;
}

/*
 * Where somebody could start the VM: it is all of one generation, which is the
 * recorded one once that is in its place.
 */
static void
check_vm(struct life *life, const char *map,
	const struct host_generation *generation)
{
	char vm[HASH_HEX_BYTES], report[HASH_HEX_BYTES], root[HASH_HEX_BYTES];

	host_label(&life->host, "vm/sda.qcow2", vm);
	host_label(&life->host, "report/guest.json", report);
	if (vm[0] == '\0' && !generation->is_settled) {
		life->tally->counts[TALLY_HALF]++;
		return; /* it cannot be started */
	}
	root_of(life, map, false, root);
	watch_ok(strcmp(vm, root) == 0, "the VM (%s) is of what its disk is "
		"(%s)", vm, root);
	watch_ok(strcmp(root, generation->root) == 0 ||
			is_the_one_before(life, map, root, generation),
		"generation %u has the root hash %s, and was %s",
		generation->number, root, generation->root);
	watch_ok(strcmp(report, root) == 0 || !generation->is_settled,
		"the report (%s) is of %s", report, root);
	check_image(life, map, "capture/sda.raw");
}

/* The last complete generation is there, whole; or one that came since. */
static void
check_generation(struct life *life, const char *map)
{
	struct host_generation now;

	host_generation(&life->host, &now);
	watch_ok(now.number >= life->last.number, "generation %u stays (%u)",
		life->last.number, now.number);
	if (now.number == 0)
		return;
	check_vm(life, map, &now);
	if (!now.is_settled)
		return;
	if (now.number == life->last.number) {
		watch_ok(strcmp(now.root, life->last.root) == 0,
			"generation %u is what it was", now.number);
		life->tally->counts[TALLY_KEPT]++;
	} else {
		watch_ok(is_of_one_boot(life, map), "generation %u is the "
			"source of one boot", now.number);
	}
	life->last = now;
}

static bool
is_held(const struct life *life, const char *map, uint32_t block)
{
	struct map_entry entry;

	return map != NULL && read_entry(map, block, &entry) &&
		memcmp(entry.hash, life->disk.hashes[block], HASH_BYTES) == 0 &&
		!!(entry.flags & IMAGE_BAD) == (life->disk.bad[block] > 0);
}

void
life_take_stock(struct life *life, bool still)
{
	AUTO(freep) char *next = NULL;
	AUTO(freep) char *map = NULL;
	struct host_generation now;
	unsigned before = life->last.number;

	if (!read_map(life, &next, "capture/sda.next-map"))
		free(take(next));
	if (!read_map(life, &map, "capture/sda.map"))
		free(take(map));
	host_generation(&life->host, &now);
	if (still && next != NULL)
		check_image(life, next, "capture/sda.next");
	if (still && map != NULL && now.number == 0)
		check_image(life, map, "capture/sda.raw");
	if (still && map != NULL)
		check_generation(life, map);
	for (uint32_t i = 0; i < life->disk.blocks; i++) {
		bool held = is_held(life, next, i) ||
			((now.is_settled || next == NULL) &&
				is_held(life, map, i));

		watch_ok(held || !life->held[i] || now.number != before,
			"durable block %u stays until the source changes it", i);
		life->held[i] = held;
	}
}

void
life_check_capture(struct life *life, const struct capture_count *count)
{
	AUTO(freep) char *map = NULL;
	char root[HASH_HEX_BYTES];
	struct map_entry entry;
	uint64_t bad = 0, present = 0;

	watch_ok(read_map(life, &map, "capture/sda.map"), "there is a map");
	check_image(life, map, "capture/sda.raw");
	check_generation(life, map);
	for (uint32_t i = 0; i < life->disk.blocks; i++) {
		bool is_present = read_entry(map, i, &entry);

		watch_ok(is_present || !life->disk.wanted[i],
			"wanted block %u was captured", i);
		if (!is_present)
			continue;
		watch_ok(memcmp(entry.hash, life->disk.hashes[i],
				HASH_BYTES) == 0,
			"block %u is the source's of now", i);
		bad += life->disk.bad[i];
		present += disk_block_bytes(&life->disk, i);
	}
	root_of(life, map, true, root);
	watch_ok(strcmp(root, count->root_hash) == 0, "the root hash is %s, "
		"and was %s", root, count->root_hash);
	watch_ok(count->bad_sectors == bad, "%ju sectors are bad, and %ju "
		"were said to be", (uintmax_t)bad,
		(uintmax_t)count->bad_sectors);
	watch_ok(count->captured_bytes == present, "the count is of %ju bytes, "
		"and was %ju", (uintmax_t)present,
		(uintmax_t)count->captured_bytes);
	watch_ok(count->read_bytes <= life->session_missing, "the last session "
		"read %ju bytes of %ju missing ones",
		(uintmax_t)count->read_bytes,
		(uintmax_t)life->session_missing);
}
