#ifndef P2V_CARRY_PARTS_H
#define P2V_CARRY_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/carry-folder.h"
#include "wire/carry-writer.h"

struct carry_plan;
struct error;

enum { PARTS_DIR_BYTES = 512 };

/* The parts of a set, of which one is written. */
struct carry_parts {
	const struct carry_plan *plan;
	const uint8_t *key; /* NULL: not encrypted */
	struct carry_folder folder;  /* the part that is written */
	struct carry_writer *writer; /* to it */
	struct carry_index index;
	bool is_fresh; /* this part has no group of its own yet */
	int lock_fd;
	size_t next_to; /* of the plan's folders */
	char asked[PARTS_DIR_BYTES];
};

/* Go on with the set in the plan's folders, or begin one. */
int parts_open(struct carry_parts *parts, struct error *err);
void parts_release(struct carry_parts *parts);

/* Another reading of the disks begins. */
int parts_begin_pass(struct carry_parts *parts,
	const uint8_t session[CARRY_ID_BYTES], struct error *err);

int parts_commit(struct carry_parts *parts, const struct carry_entry *entry,
	struct error *err);

/* Whether a failure is that of a full disk: parts_next() may mend it. */
bool parts_is_full(const struct error *err);

/*
 * Leave what is full and begin the next part in the next folder.  Fails with
 * ENOSPC when there is none.
 */
int parts_next(struct carry_parts *parts, struct error *err);

#endif
