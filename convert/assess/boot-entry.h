#ifndef CONVERT_ASSESS_BOOT_ENTRY_H
#define CONVERT_ASSESS_BOOT_ENTRY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/load-option.h"

/* A boot entry of the old firmware, as the inventory has it. */
struct boot_entry {
	unsigned number; /* of its variable, Boot#### */
	struct load_option option;
	uint8_t *data; /* that `option` points into */
	size_t bytes;
	size_t next; /* in the boot order */
};

/*
 * The entries in the order in which the firmware tried them, each once, those
 * that cannot be read left out.  Begin with zeros; false at the end, when nothing
 * is left to release.
 */
bool boot_entry_next(struct boot_entry *entry, const json_t *inventory);

/* Release for AUTO, for who stops earlier. */
void boot_entry_release(struct boot_entry *entry);

#endif
