/*
 * What the maker wrote into the machine's firmware: names, serial numbers,
 * memory modules, the management controller.  Serial numbers and the table
 * itself are for root only.
 */
#include "p2v/smbios.h"

#include <string.h>

#include "common/bytes.h"
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
	TYPE_CONTROLLER = 38,	 /* the IPMI device */
	CONTROLLER_KIND_AT = 4,	 /* its interface */
	CONTROLLER_VERSION_AT = 5, /* of IPMI, two decimal digits */
	SIZE_AT = 0x0c,		 /* u16, MiB or with the top bit KiB */
	SIZE_EXTENDED_AT = 0x1c, /* u32, MiB, when SIZE is 0x7fff */
};

/* Bytes in one memory device; its formatted part is `bytes` long. */
static uint64_t
module_bytes(const uint8_t *device, unsigned bytes)
{
	uint64_t size;

	if (bytes < SIZE_AT + 2)
		return 0;
	size = bytes_little(device + SIZE_AT, 2);
	if (size == 0xffff)
		return 0; /* not known */
	if (size == 0x7fff)
		return bytes < SIZE_EXTENDED_AT + 4
			? 0
			: (bytes_little(device + SIZE_EXTENDED_AT, 4) &
				  0x7fffffff) << 20;
	return size & 0x8000 ? (size & 0x7fff) << 10 : size << 20;
}

/*
 * The next structure from *at on, and the length of its formatted part; NULL
 * behind the last one.  Structures follow each other: type, length, handle, and
 * behind the formatted part strings that an empty one ends.
 */
static const uint8_t *
next_structure(const uint8_t *table, size_t bytes, size_t *at,
	unsigned *length_out)
{
	const uint8_t *structure;

	if (bytes < 4 || *at > bytes - 4)
		return NULL;
	structure = table + *at;
	*length_out = structure[1];
	if (*length_out < 4 || *length_out > bytes - *at)
		return NULL;
	*at += *length_out;
	while (*at + 1 < bytes && (table[*at] | table[*at + 1]) != 0)
		++*at;
	*at += 2;
	return structure;
}

static uint64_t
table_memory_bytes(const uint8_t *table, size_t bytes)
{
	const uint8_t *structure;
	unsigned length;
	uint64_t sum = 0;

	for (size_t at = 0; (structure = next_structure(table, bytes, &at,
				     &length)) != NULL;)
		if (structure[0] == TYPE_MEMORY_DEVICE)
			sum += module_bytes(structure, length);
	return sum;
}

/* Freed by the caller; NULL when it cannot be read. */
static char *
read_table(const char *root, size_t *bytes_out)
{
	AUTO(freep) char *path = io_format("%s/sys/firmware/dmi/tables/DMI",
		root);
	AUTO(freep) char *table = NULL;

	*bytes_out = 0;
	if (path == NULL ||
		io_read_file(&table, bytes_out, path, TABLE_LIMIT, NULL) == -1)
		return NULL;
	return take(table);
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
	size_t bytes;
	AUTO(freep) char *table = read_table(root, &bytes);
	uint64_t sum = 0;

	if (table != NULL)
		sum = table_memory_bytes((const uint8_t *)table, bytes);
	if (sum == 0)
		sum = map_memory_bytes(root);
	if (sum == 0)
		sum = usable_memory_bytes(root);
	return sum == 0 ? -1 : (json_int_t)sum;
}

static json_t *
controller_facts(const uint8_t *structure, unsigned length)
{
	static const char *const interfaces[] = {NULL, "kcs", "smic", "bt",
		"ssif"};
	unsigned version, kind;

	if (length <= CONTROLLER_VERSION_AT)
		return json_null();
	kind = structure[CONTROLLER_KIND_AT];
	version = structure[CONTROLLER_VERSION_AT];
	return json_pack("{s:o, s:o}", "interface",
		fact_text(kind < sizeof interfaces / sizeof interfaces[0]
				? interfaces[kind]
				: NULL),
		"ipmi", json_sprintf("%u.%u", version >> 4, version & 15));
}

json_t *
smbios_controller(const char *root)
{
	size_t bytes;
	AUTO(freep) char *table = read_table(root, &bytes);
	const uint8_t *structure;
	unsigned length;

	for (size_t at = 0; table != NULL &&
		(structure = next_structure((const uint8_t *)table, bytes, &at,
			 &length)) != NULL;)
		if (structure[0] == TYPE_CONTROLLER)
			return controller_facts(structure, length);
	if (sysfs_exists("%s/sys/class/ipmi/ipmi0", root))
		return json_pack("{s:n, s:n}", "interface", "ipmi");
	return json_null();
}
