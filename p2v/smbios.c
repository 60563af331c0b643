/*
 * What the maker wrote into the machine's firmware: names, serial numbers and
 * memory modules.  Serial numbers and the table itself are for root only.
 */
#include "p2v/smbios.h"

#include <string.h>

#include "common/io.h"
#include "common/own.h"
#include "p2v/sysfs.h"

static const struct {
	const char *key, *file;
} names[] = {
	{"manufacturer", "sys_vendor"},
	{"product", "product_name"},
	{"version", "product_version"},
	{"serial", "product_serial"},
	{"uuid", "product_uuid"},
	{"sku", "product_sku"},
	{"family", "product_family"},
	{"bios_vendor", "bios_vendor"},
	{"bios_version", "bios_version"},
	{"bios_date", "bios_date"},
	{"board_manufacturer", "board_vendor"},
	{"board_product", "board_name"},
	{"board_serial", "board_serial"},
};

json_t *
smbios_system(const char *root)
{
	json_t *system = json_object();
	int failed = 0;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		AUTO(freep) char *text = sysfs_text("%s/sys/class/dmi/id/%s",
			root, names[i].file);

		failed |= json_object_set_new(system, names[i].key,
			fact_text(text));
	}
	failed |= json_object_set_new(system, "chassis_type",
		fact_number(sysfs_number(-1, "%s/sys/class/dmi/id/chassis_type",
			root)));
	if (failed == 0)
		return system;
	json_decref(system);
	return NULL;
}

enum {
	TABLE_LIMIT = 1 << 20,
	TYPE_MEMORY_DEVICE = 17,
	SIZE_AT = 0x0c,		 /* u16, MiB or with the top bit KiB */
	SIZE_EXTENDED_AT = 0x1c, /* u32, MiB, when SIZE is 0x7fff */
};

static uint64_t
little_endian(const uint8_t *at, unsigned bytes)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value |= (uint64_t)at[i] << 8 * i;
	return value;
}

/* Bytes in one memory device; its formatted part is `bytes` long. */
static uint64_t
module_bytes(const uint8_t *device, unsigned bytes)
{
	uint64_t size;

	if (bytes < SIZE_AT + 2)
		return 0;
	size = little_endian(device + SIZE_AT, 2);
	if (size == 0xffff)
		return 0; /* not known */
	if (size == 0x7fff)
		return bytes < SIZE_EXTENDED_AT + 4
			? 0
			: (little_endian(device + SIZE_EXTENDED_AT, 4) &
				  0x7fffffff) << 20;
	return size & 0x8000 ? (size & 0x7fff) << 10 : size << 20;
}

/*
 * Structures follow each other: type, length of the formatted part, handle, and
 * behind the formatted part strings that an empty one ends.
 */
static uint64_t
table_memory_bytes(const uint8_t *table, size_t bytes)
{
	uint64_t sum = 0;
	size_t at = 0;

	while (at + 4 <= bytes) {
		unsigned length = table[at + 1];

		if (length < 4 || length > bytes - at)
			break;
		if (table[at] == TYPE_MEMORY_DEVICE)
			sum += module_bytes(table + at, length);
		at += length;
		while (at + 1 < bytes && (table[at] | table[at + 1]) != 0)
			at++;
		at += 2;
	}
	return sum;
}

static uint64_t
map_memory_bytes(const char *root)
{
	AUTO(names_freep) struct names *ranges = sysfs_list(
		"%s/sys/firmware/memmap", root);
	uint64_t sum = 0;

	for (size_t i = 0; ranges != NULL && i < ranges->count; i++) {
		const char *range = ranges->items[i];
		AUTO(freep) char *type = sysfs_text(
			"%s/sys/firmware/memmap/%s/type", root, range);
		int64_t start = sysfs_number(-1,
			"%s/sys/firmware/memmap/%s/start", root, range);
		int64_t end = sysfs_number(-1, "%s/sys/firmware/memmap/%s/end",
			root, range);

		if (type != NULL && strcmp(type, "System RAM") == 0 &&
			start >= 0 && end > start)
			sum += (uint64_t)(end - start) + 1;
	}
	/* The firmware keeps some pieces back: modules come in whole MiB. */
	return (sum + (1 << 20) - 1) >> 20 << 20;
}

static uint64_t
usable_memory_bytes(const char *root)
{
	AUTO(freep) char *text = sysfs_text("%s/proc/meminfo", root);
	uint64_t kib = 0;

	if (text != NULL && sscanf(text, "MemTotal: %ju kB", &kib) != 1)
		kib = 0;
	return kib << 10;
}

json_int_t
smbios_memory_bytes(const char *root)
{
	AUTO(freep) char *path = io_format("%s/sys/firmware/dmi/tables/DMI",
		root);
	AUTO(freep) char *table = NULL;
	size_t bytes = 0;
	uint64_t sum = 0;

	if (path != NULL &&
		io_read_file(&table, &bytes, path, TABLE_LIMIT, NULL) == 0)
		sum = table_memory_bytes((const uint8_t *)table, bytes);
	if (sum == 0)
		sum = map_memory_bytes(root);
	if (sum == 0)
		sum = usable_memory_bytes(root);
	return sum == 0 ? -1 : (json_int_t)sum;
}
