#ifndef WIRE_CARRY_INDEX_H
#define WIRE_CARRY_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/carry.h"

struct error;

/*
 * What the entries of a part add up to; memory only.  A pass is one reading of
 * the disks, and its groups come in order: those of disk 0 from 0 on, then those
 * of disk 1.  Another pass begins when the source was booted again or its disks
 * changed; of the one before it stays known what was where, so that what is
 * still the same need not be written again.
 */
struct carry_stored_group {
	struct carry_place place;
	uint32_t group, blocks;
	uint8_t disk;
	uint8_t hash[HASH_BYTES];
};

struct carry_pass {
	uint8_t session[CARRY_ID_BYTES];
	struct carry_place inventory;
	uint8_t inventory_hash[HASH_BYTES];
	struct carry_stored_group *groups;
	size_t count, room;
};

struct carry_root {
	uint64_t size_bytes;
	uint8_t hash[HASH_BYTES];
};

struct carry_index {
	bool begun; /* `now` is one */
	struct carry_pass now, before;
	struct carry_root *roots; /* of the disks that are whole */
	size_t root_count;
	bool complete;
	uint32_t torn_chunk; /* the last one with a bad entry; 0: none */
};

void carry_index_release(struct carry_index *index);

/*
 * The next entry.  EBADMSG when it does not follow from those before it; the
 * index is then of no use.
 */
int carry_index_add(struct carry_index *index, const struct carry_entry *entry,
	struct error *err);

/* The entry that adds a group again. */
struct carry_entry carry_group_entry(const struct carry_stored_group *group);
/* The entry that begins a pass again. */
struct carry_entry carry_pass_entry(const struct carry_pass *pass);

/* The root hash of a disk from the groups of this pass. */
int carry_index_root(const struct carry_index *index, uint8_t disk,
	uint8_t hash_out[HASH_BYTES], struct error *err);

#endif
