/*
 * BIOS or UEFI, and for UEFI what it boots.  Variables are read from efivarfs,
 * where 4 bytes of attributes stand before the content.
 */
#include "p2v/firmware.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <string.h>

#include "common/io.h"
#include "common/own.h"
#include "p2v/sysfs.h"
#include "wire/load-option.h"

#define EFI_GLOBAL "8be4df61-93ca-11d2-aa0d-00e098032b8c"

enum { VARIABLE_LIMIT = 64 << 10, ATTRIBUTE_BYTES = 4 };

struct variable {
	uint8_t *data; /* behind the attributes */
	size_t bytes;
	char *memory;
};

static void
variable_release(struct variable *variable)
{
	free(variable->memory);
}

static int
variable_read(struct variable *variable, const char *root, const char *name)
{
	AUTO(freep) char *path = io_format(
		"%s/sys/firmware/efi/efivars/%s-" EFI_GLOBAL, root, name);
	size_t bytes;

	if (path == NULL || io_read_file(&variable->memory, &bytes, path,
				    VARIABLE_LIMIT, NULL) == -1)
		return -1;
	if (bytes <= ATTRIBUTE_BYTES)
		return -1;
	variable->data = (uint8_t *)variable->memory + ATTRIBUTE_BYTES;
	variable->bytes = bytes - ATTRIBUTE_BYTES;
	return 0;
}

static unsigned
u16_at(const uint8_t *at)
{
	return at[0] | (unsigned)at[1] << 8;
}

static json_t *
base64(const uint8_t *data, size_t bytes)
{
	AUTO(freep) char *text = malloc(4 * (bytes / 3 + 1) + 1);

	if (text == NULL)
		return NULL;
	EVP_EncodeBlock((unsigned char *)text, data, (int)bytes);
	return json_string(text);
}

static json_t *
boot_entry(const char *id, const uint8_t *data, size_t bytes)
{
	struct load_option option;

	if (!load_option_read(&option, data, bytes))
		return NULL;
	return json_pack("{s:s, s:o, s:b, s:o, s:o}", "id", id,
		"description", fact_text(option.description),
		"active", load_option_is_active(&option),
		"path", fact_text(option.file),
		"data", base64(data, bytes));
}

/* The four hex digits of a variable "Boot0001-GUID", else -1. */
static int
entry_id(char id[5], const char *name)
{
	if (strncmp(name, "Boot", 4) != 0 || strlen(name) < 9 ||
		strcmp(name + 8, "-" EFI_GLOBAL) != 0)
		return -1;
	for (int i = 0; i < 4; i++)
		if (!isxdigit((unsigned char)name[4 + i]))
			return -1;
	memcpy(id, name + 4, 4);
	id[4] = '\0';
	return 0;
}

static json_t *
boot_entries(const char *root)
{
	AUTO(names_freep) struct names *names = sysfs_list(
		"%s/sys/firmware/efi/efivars", root);
	json_t *entries = json_array();

	for (size_t i = 0; names != NULL && i < names->count; i++) {
		AUTO(variable_release) struct variable option = {0};
		char id[5], name[9];

		if (entry_id(id, names->items[i]) == -1)
			continue;
		snprintf(name, sizeof name, "Boot%s", id);
		if (variable_read(&option, root, name) == 0)
			json_array_append_new(entries, boot_entry(id,
				option.data, option.bytes));
	}
	return entries;
}

static json_t *
boot_order(const char *root)
{
	AUTO(variable_release) struct variable order = {0};
	json_t *ids = json_array();

	if (variable_read(&order, root, "BootOrder") == -1)
		return ids;
	for (size_t i = 0; i + 1 < order.bytes; i += 2) {
		char id[5];

		snprintf(id, sizeof id, "%04X", u16_at(order.data + i));
		json_array_append_new(ids, json_string(id));
	}
	return ids;
}

static json_t *
secure_boot(const char *root)
{
	AUTO(variable_release) struct variable state = {0};

	if (variable_read(&state, root, "SecureBoot") == -1)
		return json_null();
	return json_boolean(state.data[0] == 1);
}

/* Tables by which a maker licenses Windows; the keys in them are left there. */
static json_t *
licences(const char *root)
{
	static const char *const tables[] = {"MSDM", "SLIC"};
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
		if (sysfs_exists("%s/sys/firmware/acpi/tables/%s", root,
			    tables[i]))
			json_array_append_new(list, json_string(tables[i]));
	return list;
}

json_t *
firmware_facts(const char *root)
{
	if (!sysfs_exists("%s/sys/firmware/efi", root))
		return json_pack("{s:s, s:b, s:o, s:[], s:[]}", "type", "bios",
			"secure_boot", 0, "licences", licences(root),
			"boot_order", "boot_entries");
	return json_pack("{s:s, s:o, s:o, s:o, s:o}", "type", "uefi",
		"licences", licences(root),
		"secure_boot", secure_boot(root),
		"boot_order", boot_order(root),
		"boot_entries", boot_entries(root));
}
