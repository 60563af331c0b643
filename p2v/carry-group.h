#ifndef P2V_CARRY_GROUP_H
#define P2V_CARRY_GROUP_H

#include <jansson.h>
#include <stdint.h>

#include "common/own.h"
#include "wire/carry-index.h"

struct carry_writer;
struct error;
struct screen;
struct source;

/* A disk as it is carried. */
struct carry_disk {
	struct source *source;
	const json_t *facts; /* of the inventory */
	uint8_t number;
};

/* Reads groups of a disk, hashes and packs them: buffers and counts. */
struct group_reader;
int group_reader_new(struct group_reader **reader_out, struct screen *screen,
	void (*progress)(void *context, uint64_t more_bytes), void *context,
	struct error *err);
void group_reader_free(struct group_reader *reader);
OWN_DEFINE(struct group_reader, group_reader_free)

/*
 * Write what of a group is not zeros and begin the entry that tells of it.
 * Contents of swap space are left out, as the host does it, but for its first
 * 64 KiB; hibernated systems are no swap space.
 */
int group_write(struct group_reader *reader, const struct carry_disk *disk,
	uint32_t group, struct carry_writer *writer,
	struct carry_entry *entry_out, struct error *err);

/* The group's hash, without writing. */
int group_hash(struct group_reader *reader, const struct carry_disk *disk,
	uint32_t group, uint8_t hash_out[HASH_BYTES], struct error *err);

/*
 * How many bytes the disk will take, from a block here and there: zeros and
 * what packs well weigh as they should.
 */
int group_estimate(struct group_reader *reader, const struct carry_disk *disk,
	uint64_t *bytes_out, struct error *err);

#endif
