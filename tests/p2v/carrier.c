#include "tests/p2v/carrier.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "p2v/carry.h"
#include "p2v/screen.h"
#include "p2v/source.h"
#include "tests/harness.h"
#include "tests/p2v/fixture.h"
#include "wire/carry-set.h"
#include "wire/codec.h"

struct memory {
	struct carrier *carrier;
	unsigned disk;
};

static int
memory_read(void *context, void *data, size_t bytes, uint64_t offset_bytes,
	int careful)
{
	const struct memory *memory = context;
	struct carrier *carrier = memory->carrier;
	uint64_t bad = carrier->bad_offset;

	(void)careful;
	if (memory->disk == 0 && bad != 0 && offset_bytes <= bad &&
		bad < offset_bytes + bytes)
		return EIO;
	memcpy(data, carrier->disks[memory->disk] + offset_bytes, bytes);
	carrier->read_bytes += bytes;
	return 0;
}

static const struct source_ops memory_ops = {memory_read, free};

void
carrier_make(struct carrier *carrier)
{
	struct error err;

	*carrier = (struct carrier){.folder = fixture_folder()};
	assert_ok(key_make(&carrier->enrolment, "web1", NULL, &err), &err);
	for (unsigned i = 0; i < CARRIER_DIRS; i++) {
		carrier->dirs[i] = io_format("%s/usb%u", carrier->folder, i);
		assert_non_null(carrier->dirs[i]);
		assert_int_equal(mkdir(carrier->dirs[i], 0700), 0);
	}
}

void
carrier_remove(struct carrier *carrier)
{
	for (unsigned i = 0; i < CARRIER_DIRS; i++)
		free(carrier->dirs[i]);
	for (unsigned i = 0; i < CARRIER_DISKS; i++)
		free(carrier->disks[i]);
	fixture_remove(carrier->folder);
}

void
carrier_fill(uint8_t *data, size_t bytes, unsigned seed)
{
	uint64_t state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;

	for (size_t i = 0; i < bytes; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		data[i] = (uint8_t)state;
	}
}

void
carrier_add_disk(struct carrier *carrier, uint64_t bytes, unsigned seed)
{
	uint8_t *data = calloc(1, bytes);

	assert_non_null(data);
	for (uint64_t at = 0; at < bytes; at += BLOCK_BYTES) {
		size_t piece = bytes - at < BLOCK_BYTES ? bytes - at
							: BLOCK_BYTES;

		if (at / BLOCK_BYTES % 3 == 0)
			carrier_fill(data + at, piece, seed + (unsigned)at);
		else if (at / BLOCK_BYTES % 3 == 1)
			memset(data + at, 'a' + (int)seed % 20, piece);
	}
	carrier->bytes[carrier->count] = bytes;
	carrier->disks[carrier->count++] = data;
}

static char *
make_root(const struct carrier *carrier)
{
	char *root = io_format("%s/root%u", carrier->folder, carrier->boot);
	AUTO(freep) char *random = io_format("%s/proc/sys/kernel/random", root);
	AUTO(freep) char *path = io_format("%s/boot_id", random);
	AUTO(freep) char *id = io_format("boot %u", carrier->boot);
	struct error err;

	assert_ok(io_make_folders(random, &err), &err);
	assert_ok(io_write_file(path, id, strlen(id), 0600, &err), &err);
	return root;
}

static json_t *
make_inventory(const struct carrier *carrier)
{
	json_t *disks = json_array();

	for (unsigned i = 0; i < carrier->count; i++) {
		char name[] = {'s', 'd', (char)('a' + i), '\0'};

		json_array_append_new(disks, json_pack("{s:s, s:I, s:b}", "name",
			name, "size_bytes", (json_int_t)carrier->bytes[i],
			"offered", 1));
	}
	return json_pack("{s:{s:s}, s:o}", "system", "uuid", "0815", "disks",
		disks);
}

static void
open_sources(struct carrier *carrier, struct source *sources[CARRIER_DISKS])
{
	struct error err;

	for (unsigned i = 0; i < carrier->count; i++) {
		struct memory *memory = malloc(sizeof *memory);

		assert_non_null(memory);
		*memory = (struct memory){carrier, i};
		assert_ok(source_new(&sources[i], "a disk in memory",
			carrier->bytes[i], 512, &memory_ops, memory, &err),
			&err);
	}
}

int
carrier_run(struct carrier *carrier, unsigned first, unsigned count,
	const char *from, struct error *err)
{
	AUTO(screen_closep) struct screen *screen = NULL;
	AUTO(freep) char *root = make_root(carrier);
	json_t *inventory = carrier->is_strange ? json_array()
						: make_inventory(carrier);
	const char *const silent = "/dev/null";
	struct source *sources[CARRIER_DISKS];
	struct enrolment nobody = {0};
	struct closing closing;
	struct carry_plan plan = {.root = root,
		.to = (const char *const *)carrier->dirs + first,
		.to_count = count, .continued = &from,
		.continued_count = from != NULL,
		.enrolment = carrier->enrolment.machine[0] == '\0'
			? &nobody : &carrier->enrolment,
		.encrypt = carrier->encrypt, .inventory = inventory,
		.sources = sources, .count = carrier->count};
	int result;

	open_sources(carrier, sources);
	assert_ok(screen_open(&screen, &silent, 1, err), err);
	plan.screen = screen;
	result = carry_run(&plan, &closing, err);
	for (unsigned i = 0; i < carrier->count; i++)
		source_close(sources[i]);
	json_decref(inventory);
	return result;
}

/* Where the blocks of a group go. */
struct reading {
	struct codec_context *codec;
	uint8_t *data; /* of the disk */
	uint64_t bytes;
	uint32_t group;
};

static int
read_block(void *context, uint32_t index, const struct block_record *record,
	struct error *err)
{
	const struct reading *reading = context;
	uint64_t block = (uint64_t)reading->group * CARRY_GROUP_BLOCKS + index;

	return block_unpack(reading->codec, record,
		reading->data + block * BLOCK_BYTES,
		carry_block_bytes(reading->bytes, reading->group, index), err);
}

static int
read_disk(struct carrier *carrier, struct carry_set *set, unsigned disk,
	struct carry_group *group, struct reading *reading, struct error *err)
{
	const struct carry_index *index = carry_set_index(set);
	uint8_t root[HASH_BYTES];
	uint32_t groups = 0;

	for (size_t i = 0; i < index->now.count; i++) {
		if (index->now.groups[i].disk != disk)
			continue;
		reading->group = groups++;
		if (carry_set_read(set, &index->now.groups[i],
			    carrier->bytes[disk], group, read_block, reading,
			    err) == -1)
			return -1;
	}
	assert_int_equal(groups, carry_groups(carrier->bytes[disk]));
	assert_ok(carry_index_root(index, (uint8_t)disk, root, err), err);
	assert_memory_equal(root, index->roots[disk].hash, sizeof root);
	return 0;
}

static int
check_disk(struct carrier *carrier, struct carry_set *set, unsigned disk,
	struct error *err)
{
	AUTO(freep) struct carry_group *group = malloc(sizeof *group);
	AUTO(freep) uint8_t *data = calloc(1, carrier->bytes[disk]);
	struct reading reading = {NULL, data, carrier->bytes[disk], 0};
	int result = -1;

	assert_non_null(group);
	assert_non_null(data);
	if (codec_new(&reading.codec, err) == 0)
		result = read_disk(carrier, set, disk, group, &reading, err);
	codec_free(reading.codec);
	if (result == -1)
		return -1;
	if (disk == 0 && carrier->bad_offset != 0)
		memcpy(data + carrier->bad_offset,
			carrier->disks[0] + carrier->bad_offset, 512);
	return memcmp(data, carrier->disks[disk], carrier->bytes[disk]) == 0
		? 0
		: error_set(err, 0, "disk %u is another one", disk);
}

int
carrier_check(struct carrier *carrier, unsigned first, unsigned count,
	struct error *err)
{
	AUTO(carry_set_closep) struct carry_set *set = NULL;
	AUTO(json_decrefpp) json_t *inventory = NULL;

	if (carry_set_open(&set, (const char *const *)carrier->dirs + first,
		    count, NULL, err) == -1 ||
		carry_set_load(set, carrier->enrolment.key, err) == -1 ||
		carry_set_inventory(set, &inventory, err) == -1)
		return -1;
	assert_int_equal(carry_set_index(set)->root_count, carrier->count);
	for (unsigned i = 0; i < carrier->count; i++)
		if (check_disk(carrier, set, i, err) == -1)
			return -1;
	return 0;
}
