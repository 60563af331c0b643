/*
 * The VM's UEFI variables.  OVMF keeps them in a flash image: a firmware volume
 * with one store, in which variables follow each other and erased bytes are
 * 0xff (edk2, MdeModulePkg/Include/Guid/VariableFormat.h).  Appending to the
 * template is all that is done here.
 */
#include "convert/emit/variables.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/error.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/assess/boot-entry.h"
#include "convert/emit/vm.h"

enum {
	VOLUME_SIGNATURE_AT = 40,
	VOLUME_LENGTH_AT = 48, /* u16: bytes of the volume's header */
	STORE_BYTES = 28,      /* GUID, u32 bytes in all, format, state */
	VARIABLE_BYTES = 60,
	VARIABLE_START = 0x55aa,
	VARIABLE_ADDED = 0x3f,
	ATTRIBUTES = 7, /* non-volatile, for boot services and at run time */
	NAME_AT = 36,	/* in a variable: u32 bytes of name, of data, GUID */
	ENTRY_LIMIT = 64,
};

/* gEfiAuthenticatedVariableGuid; EFI_GLOBAL_VARIABLE */
static const uint8_t store_guid[16] = {0x78, 0x2c, 0xf3, 0xaa, 0x7b, 0x94, 0x9a,
	0x43, 0xa1, 0x80, 0x2e, 0x14, 0x4e, 0xc3, 0x77, 0x92};
static const uint8_t global_guid[16] = {0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2,
	0x11, 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c};

/* The rest of the store, from where variables may be appended. */
struct store {
	uint8_t *next;
	size_t room;
};

static uint32_t
u32_at(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
		(uint32_t)at[3] << 24;
}

static void
set_u32(uint8_t *at, size_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static size_t
aligned(size_t bytes)
{
	return (bytes + 3) & ~(size_t)3;
}

/* Behind the variables that the template has. */
static int
store_open(struct store *store, uint8_t *data, size_t bytes, struct error *err)
{
	size_t at, end, used;

	if (bytes < VOLUME_LENGTH_AT + 2 ||
		memcmp(data + VOLUME_SIGNATURE_AT, "_FVH", 4) != 0)
		return error_set(err, 0, "it is no firmware volume");
	at = data[VOLUME_LENGTH_AT] | (size_t)data[VOLUME_LENGTH_AT + 1] << 8;
	if (at + STORE_BYTES > bytes || memcmp(data + at, store_guid, 16) != 0)
		return error_set(err, 0, "its variables are of another form");
	end = u32_at(data + at + 16);
	if (end < STORE_BYTES || end > bytes - at)
		return error_set(err, 0, "its store of variables is cut short");
	end += at;
	at += STORE_BYTES;
	while (at + VARIABLE_BYTES <= end &&
		(data[at] | data[at + 1] << 8) == VARIABLE_START) {
		size_t name = u32_at(data + at + NAME_AT);
		size_t value = u32_at(data + at + NAME_AT + 4);

		if (name > end - at || value > end - at)
			break;
		used = aligned(VARIABLE_BYTES + name + value);
		if (used > end - at)
			break;
		at += used;
	}
	*store = (struct store){data + at, end - at};
	return 0;
}

static int
store_add(struct store *store, const char *name, const void *data, size_t bytes,
	struct error *err)
{
	size_t name_bytes = 2 * (strlen(name) + 1);
	size_t needed = aligned(VARIABLE_BYTES + name_bytes + bytes);
	uint8_t *at = store->next;

	/* The firmware wants half of its store free to tidy it up. */
	if (needed > store->room / 2)
		return error_set(err, ENOSPC, "no room for the variable %s",
			name);
	memset(at, 0, VARIABLE_BYTES + name_bytes);
	at[0] = VARIABLE_START & 0xff;
	at[1] = VARIABLE_START >> 8;
	at[2] = VARIABLE_ADDED;
	at[4] = ATTRIBUTES;
	set_u32(at + NAME_AT, name_bytes);
	set_u32(at + NAME_AT + 4, bytes);
	memcpy(at + NAME_AT + 8, global_guid, sizeof global_guid);
	for (size_t i = 0; name[i] != '\0'; i++)
		at[VARIABLE_BYTES + 2 * i] = (uint8_t)name[i];
	memcpy(at + VARIABLE_BYTES + name_bytes, data, bytes);
	store->next += needed;
	store->room -= needed;
	return 0;
}

static bool
has_partition(const struct vm *vm, const char *uuid)
{
	const json_t *disk, *partition;
	size_t i, j;

	json_array_foreach(json_object_get(vm->inventory, "disks"), i, disk) {
		bool is_here = false;

		for (size_t d = 0; d < vm->disk_count; d++)
			is_here |= strcmp(vm->disks[d].name,
				json_text(disk, "name", "")) == 0;
		json_array_foreach(json_object_get(disk, "partitions"), j,
			partition)
			if (is_here && strcasecmp(uuid,
				json_text(partition, "uuid", "")) == 0)
				return true;
	}
	return false;
}

/* 1 when the entry holds and was added. */
static int
add_entry(struct store *store, const struct vm *vm,
	const struct boot_entry *entry, struct error *err)
{
	AUTO(freep) uint8_t *shorter = malloc(entry->bytes);
	char name[16];

	if (shorter == NULL)
		return error_set(err, ENOMEM, "keep a boot entry");
	if (entry->option.partition[0] == '\0' ||
		!has_partition(vm, entry->option.partition))
		return 0;
	snprintf(name, sizeof name, "Boot%04X", entry->number);
	if (store_add(store, name, shorter,
		    load_option_shorten(&entry->option, shorter), err) == -1)
		return -1;
	return 1;
}

int
variables_fill(uint8_t *data, size_t bytes, const struct vm *vm,
	struct error *err)
{
	AUTO(boot_entry_release) struct boot_entry entry = {.number = 0};
	uint8_t order[2 * ENTRY_LIMIT];
	struct store store;
	size_t count = 0;
	int added;

	if (store_open(&store, data, bytes, err) == -1)
		return -1;
	while (count < ENTRY_LIMIT && boot_entry_next(&entry, vm->inventory)) {
		added = add_entry(&store, vm, &entry, err);
		if (added == -1)
			return -1;
		if (added == 0)
			continue;
		order[2 * count] = (uint8_t)entry.number;
		order[2 * count + 1] = (uint8_t)(entry.number >> 8);
		count++;
	}
	return count == 0 ? 0
		: store_add(&store, "BootOrder", order, 2 * count, err);
}
