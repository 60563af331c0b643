#ifndef WIRE_CARRY_H
#define WIRE_CARRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/block.h"
#include "wire/key.h"
#include "wire/seal.h"

struct error;

/*
 * The bytes of a carry set: the disks of one machine as files on removable
 * disks.  docs/carry.md draws them; no files here.
 */
enum {
	CARRY_ID_BYTES = 16,
	CARRY_PART_BYTES = 160,
	CARRY_CHUNK_BYTES = 64,
	CARRY_ENTRY_BYTES = 128,
	CARRY_HEAD_BYTES = 24,	    /* of a frame, in front of its payload */
	CARRY_GROUP_BLOCKS = 4096,  /* as in a root hash */
	CARRY_FRAME_BLOCKS = 16,
	CARRY_CHUNK_LIMIT = 1 << 30 /* bytes of one data file */
};

/* What a part (one removable disk) says in the clear: its file "part". */
struct carry_part {
	bool encrypted;
	uint8_t set[CARRY_ID_BYTES]; /* random */
	uint32_t number;	     /* from 1 */
	char machine[KEY_NAME_BYTES];	/* empty when no key was given */
	uint8_t proof[SEAL_TAG_BYTES];	/* of the key; zeros without */
};
void carry_part_encode(const struct carry_part *part,
	uint8_t bytes[CARRY_PART_BYTES]);
int carry_part_decode(struct carry_part *part_out,
	const uint8_t bytes[CARRY_PART_BYTES], struct error *err);

/* Whether it is the key that the set was encrypted with (EACCES if not). */
int carry_part_prove(struct carry_part *part, const uint8_t key[KEY_BYTES],
	struct error *err);
int carry_part_check_key(const struct carry_part *part,
	const uint8_t key[KEY_BYTES], struct error *err);

/*
 * The head of an index file.  Each run of the writer begins a chunk (an index
 * and a data file) with a salt of its own, and appends to no other.
 */
void carry_chunk_encode(const struct carry_part *part, uint32_t chunk,
	const uint8_t salt[SEAL_SALT_BYTES], uint8_t bytes[CARRY_CHUNK_BYTES]);
int carry_chunk_decode(const struct carry_part *part, uint32_t chunk,
	uint8_t salt_out[SEAL_SALT_BYTES],
	const uint8_t bytes[CARRY_CHUNK_BYTES], struct error *err);

/* The seal of a chunk's index ('i') or data ('d').  `key` as of the set. */
int carry_seal(struct seal **seal_out, const struct carry_part *part,
	uint32_t chunk, char what, const uint8_t salt[SEAL_SALT_BYTES],
	const uint8_t *key, struct error *err);

/* Where frames lie: `bytes` of a data file from `offset` on. */
struct carry_place {
	uint32_t part, chunk, offset, bytes;
};

enum carry_type {
	CARRY_PASS = 1, /* a reading of the disks begins; the inventory's place */
	CARRY_GROUP = 2, /* 256 MiB of a disk: the next one of the pass */
	CARRY_DISK = 3,	 /* all groups of a disk are there: its root hash */
	CARRY_END = 4	 /* and all disks: the set is complete */
};

/* An entry of an index file. */
struct carry_entry {
	enum carry_type type;
	uint8_t disk;	 /* END: how many */
	uint32_t group;	 /* of the disk */
	uint32_t blocks; /* GROUP: that are stored; others are zeros */
	struct carry_place place;
	uint64_t size_bytes;	      /* DISK */
	uint8_t hash[HASH_BYTES];     /* of the group, the disk, the inventory */
	uint8_t session[CARRY_ID_BYTES]; /* PASS: of the source's boot */
};
int carry_entry_encode(const struct carry_entry *entry, struct seal *seal,
	uint64_t position, uint8_t bytes[CARRY_ENTRY_BYTES], struct error *err);
int carry_entry_decode(struct carry_entry *entry_out, struct seal *seal,
	uint64_t position, const uint8_t bytes[CARRY_ENTRY_BYTES],
	struct error *err);

/* Frames: a head, which tells the payload's length, and a sealed payload. */
enum {
	CARRY_PAYLOAD_HEAD_BYTES = 16,
	CARRY_RECORD_LIMIT = 2 + BLOCK_RECORD_BYTES + BLOCK_BAD_MAP_BYTES +
		BLOCK_BYTES,
	CARRY_INVENTORY_LIMIT = 2 << 20,
	CARRY_PAYLOAD_LIMIT = CARRY_PAYLOAD_HEAD_BYTES + CARRY_INVENTORY_LIMIT
};
/* The longest that a group can become. */
#define CARRY_GROUP_LIMIT                                                      \
	((uint32_t)CARRY_GROUP_BLOCKS * (CARRY_RECORD_LIMIT + CARRY_HEAD_BYTES + \
						CARRY_PAYLOAD_HEAD_BYTES))

/* Seal the payload behind the head; the frame lies at `offset` of its file. */
int carry_frame_close(uint8_t *frame, uint32_t payload_bytes,
	struct seal *seal, uint32_t offset, struct error *err);
/* The length of the payload that a head tells, checked. */
int carry_frame_length(const uint8_t head[CARRY_HEAD_BYTES],
	uint32_t *payload_bytes_out, struct error *err);
int carry_frame_open(uint8_t *frame, struct seal *seal, uint32_t offset,
	struct error *err);

enum carry_kind { CARRY_BLOCKS = 1, CARRY_INVENTORY = 2 };

/* The first bytes of a payload: what it is of. */
struct carry_payload {
	enum carry_kind kind;
	uint8_t disk;
	uint16_t count; /* of blocks */
	uint32_t group;
};
void carry_payload_encode(const struct carry_payload *payload,
	uint8_t bytes[CARRY_PAYLOAD_HEAD_BYTES]);
int carry_payload_decode(struct carry_payload *payload_out,
	const uint8_t *bytes, size_t length, struct error *err);

/* The number of blocks in a group of a disk, and of groups in a disk. */
uint32_t carry_group_blocks(uint64_t disk_bytes, uint32_t group);
uint32_t carry_groups(uint64_t disk_bytes);
/* Bytes of block `index` of the group. */
uint32_t carry_block_bytes(uint64_t disk_bytes, uint32_t group, uint32_t index);

/*
 * A group that is read back: `hashes` of its blocks, all of zeros at first, take
 * those of the stored ones.
 */
struct carry_group {
	uint64_t disk_bytes;
	uint8_t disk;
	uint32_t number;
	uint32_t blocks; /* stored ones so far */
	uint32_t next;	 /* lowest index that may come */
	uint8_t hashes[CARRY_GROUP_BLOCKS][HASH_BYTES];
};
int carry_group_begin(struct carry_group *group, uint64_t disk_bytes,
	uint8_t disk, uint32_t number, struct error *err);

/*
 * The blocks of a payload, checked but not unpacked, one after the other; a
 * failure of `stored` ends it.
 */
typedef int carry_stored(void *context, uint32_t index,
	const struct block_record *record, struct error *err);
int carry_group_read(struct carry_group *group, const uint8_t *payload,
	size_t length, carry_stored *stored, void *context, struct error *err);

/* The hash over the group's blocks. */
int carry_group_hash(const struct carry_group *group,
	uint8_t hash_out[HASH_BYTES], struct error *err);

#endif
