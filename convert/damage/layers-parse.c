/*
 * The table of layers from the lines that scene.c has the appliance
 * print.  The kernel there wrote most of them, but from a guest's disks.
 */
#include "convert/damage/layers.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/strings.h"

enum { FIELDS = 160, SECTOR = 512, KIB = 1024 };

struct parse {
	struct layers *layers;
	bool is_full; /* something exceeded its limit */
};

/* Decimal, and small enough to count in bytes of `unit`. */
static bool
take_number(uint64_t *out, const char *text, uint64_t unit)
{
	char *end;
	uintmax_t value;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	value = strtoumax(text, &end, 10);
	if (*end != '\0' || errno != 0 || value > INT64_MAX / 4 / unit)
		return false;
	*out = value * unit;
	return true;
}

static bool
take_small(unsigned *out, const char *text)
{
	uint64_t value;

	if (!take_number(&value, text, 1) || value > INT32_MAX)
		return false;
	*out = (unsigned)value;
	return true;
}

static struct layer_device *
find_device(const struct layers *layers, const char *name)
{
	for (size_t i = 0; i < layers->device_count; i++)
		if (strcmp(layers->devices[i].name, name) == 0)
			return &layers->devices[i];
	return NULL;
}

static unsigned
index_of(const struct layers *layers, const struct layer_device *device)
{
	return (unsigned)(device - layers->devices);
}

static struct layer_device *
find_number(const struct layers *layers, const char *text)
{
	unsigned major, minor;

	if (sscanf(text, "%u:%u", &major, &minor) != 2)
		return NULL;
	for (size_t i = 0; i < layers->device_count; i++)
		if (layers->devices[i].major == major &&
			layers->devices[i].minor == minor)
			return &layers->devices[i];
	return NULL;
}

static void
add_span(struct parse *parse, const struct layer_span *span)
{
	struct layers *layers = parse->layers;

	if (span->length == 0)
		return;
	if (layers->span_count == LAYERS_SPANS)
		parse->is_full = true;
	else
		layers->spans[layers->span_count++] = *span;
}

/* libguestfs attaches disks as sda, sdb, ... sdz, sdaa. */
static int
disk_index(const char *name)
{
	int index = 0;

	if (!string_starts(name, "sd") || strlen(name) > 5)
		return LAYERS_NOWHERE;
	for (name += 2; *name != '\0'; name++) {
		if (*name < 'a' || *name > 'z')
			return LAYERS_NOWHERE;
		index = index * 26 + (*name - 'a' + 1);
	}
	return index - 1;
}

/* B NAME MAJOR:MINOR SECTORS */
static void
take_device(struct parse *parse, char *const field[], size_t count)
{
	struct layers *layers = parse->layers;
	struct layer_device device = {.partition_of = LAYERS_NOWHERE};

	if (count < 4 || strlen(field[1]) >= sizeof device.name ||
		find_device(layers, field[1]) != NULL ||
		sscanf(field[2], "%u:%u", &device.major, &device.minor) != 2 ||
		!take_number(&device.size_bytes, field[3], SECTOR))
		return;
	if (layers->device_count == LAYERS_DEVICES) {
		parse->is_full = true;
		return;
	}
	snprintf(device.name, sizeof device.name, "%s", field[1]);
	snprintf(device.title, sizeof device.title, "%s%s",
		string_starts(field[1], "md") ? "RAID " : "", field[1]);
	device.disk = disk_index(field[1]);
	layers->devices[layers->device_count++] = device;
}

/* N NAME VG-LV: hyphens within a name are doubled. */
static void
take_volume_name(struct parse *parse, char *const field[], size_t count)
{
	struct layer_device *device =
		count < 3 ? NULL : find_device(parse->layers, field[1]);
	size_t used = 0;

	if (device == NULL)
		return;
	for (const char *at = field[2];
		*at != '\0' && used + 1 < sizeof device->title; at++) {
		bool is_double = at[0] == '-' && at[1] == '-';

		/* What LVM appends to its own devices stays: "pool-tpool". */
		bool ends_group = *at == '-' && !is_double &&
			memchr(device->title, '/', used) == NULL;

		device->title[used++] = ends_group ? '/' : *at;
		at += is_double;
	}
	device->title[used] = '\0';
}

/* L NAME TITLE */
static void
take_array_name(struct parse *parse, char *const field[], size_t count)
{
	struct layer_device *device =
		count < 3 ? NULL : find_device(parse->layers, field[1]);

	if (device != NULL)
		snprintf(device->title, sizeof device->title, "RAID %.100s",
			field[2]);
}

static void
keep(char *room, size_t size, const char *text, const char *key)
{
	if (string_starts(text, key))
		snprintf(room, size, "%s", text + strlen(key));
}

/* F NAME KEY=VALUE */
static void
take_fact(struct parse *parse, char *const field[], size_t count)
{
	struct layer_device *device =
		count < 3 ? NULL : find_device(parse->layers, field[1]);

	if (device == NULL)
		return;
	keep(device->type, sizeof device->type, field[2], "TYPE=");
	keep(device->table, sizeof device->table, field[2], "PTTYPE=");
	keep(device->partition_type, sizeof device->partition_type, field[2],
		"PART_ENTRY_TYPE=");
	if (string_starts(field[2], "PART_ENTRY_NUMBER="))
		take_small(&device->partition, field[2] + 18);
	/* The kernel gives an extended one two sectors. */
	if (string_starts(field[2], "PART_ENTRY_SIZE="))
		take_number(&device->size_bytes, field[2] + 16, SECTOR);
}

/* A NAME LEVEL MEMBERS CHUNK LAYOUT RESYNC */
static void
take_array(struct parse *parse, char *const field[], size_t count)
{
	struct layer_device *device =
		count < 7 ? NULL : find_device(parse->layers, field[1]);
	uint64_t chunk;

	if (device == NULL || !take_small(&device->members, field[3]) ||
		!take_number(&chunk, field[4], 1))
		return;
	snprintf(device->level, sizeof device->level, "%s", field[2]);
	device->chunk_bytes = chunk;
	device->layout = (unsigned)strtoul(field[5], NULL, 10);
	device->is_in_sync = strcmp(field[6], "none") == 0;
}

/* P NAME PARENT START */
static void
take_partition(struct parse *parse, char *const field[], size_t count)
{
	struct layers *layers = parse->layers;
	struct layer_device *device =
		count < 4 ? NULL : find_device(layers, field[1]);
	struct layer_device *parent =
		count < 4 ? NULL : find_device(layers, field[2]);
	struct layer_span span = {.way = LAYER_PLAIN};

	if (device == NULL || parent == NULL || parent == device ||
		device->partition_of != LAYERS_NOWHERE ||
		!take_number(&span.lower_start, field[3], SECTOR))
		return;
	span.lower = index_of(layers, parent);
	span.upper = index_of(layers, device);
	span.length = device->size_bytes;
	device->partition_of = (int)span.lower;
	add_span(parse, &span);
}

static enum layer_way
way_of(const struct layer_device *array)
{
	bool is_spread = array->chunk_bytes >= SECTOR && array->members > 0;

	if (strcmp(array->level, "raid1") == 0)
		return LAYER_MIRROR;
	if (strcmp(array->level, "linear") == 0)
		return LAYER_PLAIN;
	if (strcmp(array->level, "raid0") == 0 && is_spread)
		return LAYER_STRIPED;
	if (strcmp(array->level, "raid5") == 0 && is_spread &&
		array->members > 1 && array->layout < 4)
		return LAYER_RAID5;
	if (strcmp(array->level, "raid10") == 0 && is_spread &&
		array->layout >> 8 == 1 && (array->layout & 0xff) > 0 &&
		(array->layout & 0xff) <= array->members)
		return LAYER_RAID10;
	return LAYER_OPAQUE;
}

/* M ARRAY MEMBER SLOT OFFSET KIB STATE */
static void
take_member(struct parse *parse, char *const field[], size_t count)
{
	struct layers *layers = parse->layers;
	struct layer_device *array =
		count < 7 ? NULL : find_device(layers, field[1]);
	struct layer_device *member =
		count < 7 ? NULL : find_device(layers, field[2]);
	struct layer_span span = {0};

	if (array == NULL || member == NULL || array == member ||
		!take_small(&span.slot, field[3]) ||
		span.slot >= array->members ||
		!take_number(&span.lower_start, field[4], SECTOR) ||
		!take_number(&span.length, field[5], KIB))
		return;
	span.way = way_of(array);
	span.lower = index_of(layers, member);
	span.upper = index_of(layers, array);
	span.count = array->members;
	span.chunk_bytes = array->chunk_bytes;
	span.layout = array->layout;
	span.is_in_sync = strstr(field[6], "in_sync") != NULL;
	snprintf(span.what, sizeof span.what, "%s", array->level);
	add_span(parse, &span);
}

/* A span over all of a device. */
static void
add_whole(struct parse *parse, enum layer_way way, const char *number,
	const struct layer_device *upper, const char *what, unsigned slot,
	unsigned count)
{
	struct layers *layers = parse->layers;
	struct layer_device *lower = find_number(layers, number);
	struct layer_span span = {.way = way, .slot = slot, .count = count};

	if (lower == NULL || lower == upper)
		return;
	span.lower = index_of(layers, lower);
	span.upper = index_of(layers, upper);
	span.length = lower->size_bytes;
	snprintf(span.what, sizeof span.what, "%s", what);
	add_span(parse, &span);
}

/* linear DEVICE START, or striped COUNT CHUNK and such pairs. */
static void
take_stripes(struct parse *parse, const struct layer_device *upper,
	uint64_t start, uint64_t length, char *const field[], size_t count)
{
	struct layers *layers = parse->layers;
	struct layer_span span = {.way = LAYER_PLAIN, .upper_start = start,
		.length = length, .count = 1,
		.upper = index_of(layers, upper)};
	bool is_striped = strcmp(field[0], "striped") == 0;
	char *const *pair = field + (is_striped ? 3 : 1);

	if (is_striped && (count < 3 || !take_small(&span.count, field[1]) ||
				  !take_number(&span.chunk_bytes, field[2],
					  SECTOR) ||
				  span.count == 0 || span.chunk_bytes == 0))
		return;
	if (is_striped)
		span.way = LAYER_STRIPED;
	span.length /= span.count;
	for (; span.slot < span.count && pair + 1 < field + count;
		span.slot++, pair += 2) {
		struct layer_device *lower = find_number(layers, pair[0]);

		if (lower == NULL || lower == upper ||
			!take_number(&span.lower_start, pair[1], SECTOR))
			continue;
		span.lower = index_of(layers, lower);
		add_span(parse, &span);
	}
}

/* raid TYPE COUNT ... COUNT META DATA ..., the devices in pairs. */
static void
take_lvm_raid(struct parse *parse, const struct layer_device *upper,
	char *const field[], size_t count)
{
	unsigned skip, members;
	char *const *pair;

	if (count < 4 || !take_small(&skip, field[2]) || skip > count ||
		4 + skip > count || !take_small(&members, field[3 + skip]))
		return;
	pair = field + 4 + skip;
	for (unsigned i = 0; i < members && pair + 1 < field + count;
		i++, pair += 2) {
		add_whole(parse, LAYER_OPAQUE, pair[0], upper, field[1], i,
			members);
		add_whole(parse, strcmp(field[1], "raid1") == 0 ? LAYER_MIRROR
								: LAYER_OPAQUE,
			pair[1], upper, field[1], i, members);
	}
}

/* T NAME: START LENGTH TARGET ..., of "dmsetup table" */
static void
take_table(struct parse *parse, char *const field[], size_t count)
{
	struct layer_device *upper = NULL;
	uint64_t start, length;

	if (count < 5 || !take_number(&start, field[2], SECTOR) ||
		!take_number(&length, field[3], SECTOR))
		return;
	upper = find_device(parse->layers, field[1]);
	if (upper == NULL)
		return;
	if (strcmp(field[4], "linear") == 0 || strcmp(field[4], "striped") == 0)
		take_stripes(parse, upper, start, length, field + 4, count - 4);
	else if (strcmp(field[4], "raid") == 0)
		take_lvm_raid(parse, upper, field + 4, count - 4);
	else
		for (size_t i = 5; i < count; i++)
			add_whole(parse, strcmp(field[4], "snapshot-origin") == 0
					? LAYER_PLAIN
					: LAYER_OPAQUE,
				field[i], upper, field[4], 0, 1);
}

/* S MAJOR|MINOR|FIRST|EXTENT|START|COUNT|VG|LV|TYPE, of "pvs --segments" */
static void
take_extent(struct parse *parse, char *const field[], size_t count)
{
	struct layers *layers = parse->layers;
	struct layer_extent extent = {0};
	struct layer_device *device = NULL;
	uint64_t unit, start;
	char number[24];

	if (count < 10)
		return;
	snprintf(number, sizeof number, "%.9s:%.9s", field[1], field[2]);
	device = find_number(layers, number);
	if (device == NULL || !take_number(&extent.first_bytes, field[3], 1) ||
		!take_number(&unit, field[4], 1) || unit == 0 ||
		!take_number(&start, field[5], unit) ||
		!take_number(&extent.length, field[6], unit))
		return;
	if (layers->extent_count == LAYERS_EXTENTS) {
		parse->is_full = true;
		return;
	}
	extent.device = index_of(layers, device);
	extent.start_bytes = extent.first_bytes + start;
	if (field[8][0] != '\0')
		snprintf(extent.volume, sizeof extent.volume, "%.70s/%.80s",
			field[7], field[8]);
	snprintf(extent.type, sizeof extent.type, "%s", field[9]);
	layers->extents[layers->extent_count++] = extent;
}

/* Arrays of members that differ in size. */
static void
settle_sizes(struct parse *parse)
{
	struct layers *layers = parse->layers;
	size_t count = layers->span_count;

	for (size_t i = 0; i < count; i++) {
		struct layer_span *span = &layers->spans[i], rest = *span;
		const struct layer_device *array = &layers->devices[span->upper];
		uint64_t least = span->length, before = 0;

		for (size_t j = 0; j < count; j++) {
			const struct layer_span *other = &layers->spans[j];

			if (other->upper != span->upper)
				continue;
			if (other->length < least)
				least = other->length;
			if (other->slot < span->slot)
				before += other->length;
		}
		if (strcmp(array->level, "linear") == 0)
			span->upper_start = before;
		if (strcmp(array->level, "raid0") != 0 || least == span->length)
			continue;
		span->length = least;
		rest.way = LAYER_OPAQUE;
		rest.lower_start += least;
		rest.length -= least;
		add_span(parse, &rest);
	}
}

static const struct {
	char letter, separator;
	int pass;
	void (*take)(struct parse *parse, char *const field[], size_t count);
} lines[] = {
	{'B', ' ', 0, take_device},	 {'N', ' ', 1, take_volume_name},
	{'L', ' ', 1, take_array_name}, {'F', ' ', 1, take_fact},
	{'A', ' ', 1, take_array},	 {'P', ' ', 2, take_partition},
	{'M', ' ', 2, take_member},	 {'T', ' ', 2, take_table},
	{'S', '|', 2, take_extent},
};

static void
take_line(struct parse *parse, const char *line, size_t bytes, int pass)
{
	char copy[4096], *field[FIELDS], *rest = copy;
	size_t count = 0, i;

	for (i = 0; i < sizeof lines / sizeof *lines; i++)
		if (bytes > 0 && lines[i].letter == line[0] &&
			lines[i].pass == pass)
			break;
	if (i == sizeof lines / sizeof *lines || bytes >= sizeof copy)
		return;
	memcpy(copy, line, bytes);
	copy[bytes] = '\0';
	while (rest != NULL && count < FIELDS) {
		const char separators[] = {lines[i].separator, '\0'};

		field[count++] = strsep(&rest, separators);
	}
	lines[i].take(parse, field, count);
}

int
layers_parse(struct layers *layers_out, char *text, struct error *err)
{
	struct parse parse = {layers_out, false};

	*layers_out = (struct layers){
		.devices = calloc(LAYERS_DEVICES, sizeof(struct layer_device)),
		.spans = calloc(LAYERS_SPANS, sizeof(struct layer_span)),
		.extents = calloc(LAYERS_EXTENTS, sizeof(struct layer_extent)),
	};
	if (layers_out->devices == NULL || layers_out->spans == NULL ||
		layers_out->extents == NULL)
		return error_set(err, ENOMEM, "look at the disks' layers");
	for (int pass = 0; pass < 3; pass++)
		for (const char *at = text; *at != '\0';) {
			size_t bytes = strcspn(at, "\n");

			take_line(&parse, at, bytes, pass);
			at += bytes + (at[bytes] == '\n');
		}
	settle_sizes(&parse);
	return parse.is_full ? error_set(err, E2BIG, "more volumes than can be "
				       "looked at")
			     : 0;
}
