/*
 * What the old UEFI firmware booted.  rewrite/fallback.c looks for the loaders
 * that are named here, emit/variables.c gives the entries to the VM.
 */
#include "convert/assess/boot-entry.h"

#include <stdlib.h>
#include <string.h>

#include "common/json.h"

enum { OPTION_LIMIT = 64 << 10, ORDER_LIMIT = 256 };

void
boot_entry_release(struct boot_entry *entry)
{
	free(entry->data);
	entry->data = NULL;
}

/* From base64; what is none leaves no bytes. */
static void
decode(struct boot_entry *entry, const char *text)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t length = strcspn(text, "=");
	uint32_t bits = 0;

	boot_entry_release(entry);
	entry->bytes = 0;
	if (length > 2 * OPTION_LIMIT ||
		(entry->data = malloc(length + 1)) == NULL)
		return;
	for (size_t i = 0; i < length; i++) {
		const char *digit = strchr(digits, text[i]);

		if (digit == NULL) {
			entry->bytes = 0;
			return;
		}
		bits = bits << 6 | (uint32_t)(digit - digits);
		if (i % 4 != 0)
			entry->data[entry->bytes++] =
				(uint8_t)(bits >> (6 - 2 * (i % 4)));
	}
}

/* The number that the order has there; false when it is none. */
static bool
number_at(const json_t *order, size_t index, unsigned *number_out)
{
	const json_t *id = json_array_get(order, index);
	const char *text = json_is_string(id) ? json_string_value(id) : "";

	if (strlen(text) != 4 ||
		strspn(text, "0123456789ABCDEFabcdef") != 4)
		return false;
	*number_out = (unsigned)strtoul(text, NULL, 16);
	return true;
}

static bool
was_before(const json_t *order, size_t index, unsigned number)
{
	unsigned other;

	for (size_t i = 0; i < index; i++)
		if (number_at(order, i, &other) && other == number)
			return true;
	return false;
}

static bool
read_entry(struct boot_entry *entry, const json_t *entries)
{
	const json_t *json;
	size_t i;

	json_array_foreach(entries, i, json) {
		const char *id = json_text(json, "id", "");

		if (strlen(id) != 4 || strtoul(id, NULL, 16) != entry->number)
			continue;
		decode(entry, json_text(json, "data", ""));
		return load_option_read(&entry->option, entry->data,
			entry->bytes);
	}
	return false;
}

bool
boot_entry_next(struct boot_entry *entry, const json_t *inventory)
{
	const json_t *firmware = json_object_get(inventory, "firmware");
	const json_t *order = json_object_get(firmware, "boot_order");
	size_t count = json_array_size(order);

	while (entry->next < count && entry->next < ORDER_LIMIT) {
		size_t index = entry->next++;

		if (number_at(order, index, &entry->number) &&
			!was_before(order, index, entry->number) &&
			read_entry(entry, json_object_get(firmware,
				"boot_entries")))
			return true;
	}
	boot_entry_release(entry);
	return false;
}
