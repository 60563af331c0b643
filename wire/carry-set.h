#ifndef WIRE_CARRY_SET_H
#define WIRE_CARRY_SET_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "common/own.h"
#include "wire/carry-folder.h"

struct error;

/*
 * A whole carry set: its parts and what the last of them tells.  Reading one
 * needs the parts that hold blocks of the last pass, and the last one.
 */
struct carry_set;

/*
 * The parts in these folders, without looking at blocks or keys: the machine's,
 * or the only ones there, whose they may be (`machine` may be NULL).  Fails when
 * they are of several sets, or one part is there twice.
 */
int carry_set_open(struct carry_set **set_out, const char *const *dirs,
	size_t count, const char *machine, struct error *err);
void carry_set_close(struct carry_set *set);
OWN_DEFINE(struct carry_set, carry_set_close)

/* What its last part says in the clear. */
const struct carry_part *carry_set_part(const struct carry_set *set);

/*
 * Read the index of the last part.  `key` is borrowed and only needed for an
 * encrypted set.  Fails with EACCES when it is the wrong one, with ENODATA when
 * the set is not complete, with ENOENT when parts are missing, naming them.
 */
int carry_set_load(struct carry_set *set, const uint8_t *key,
	struct error *err);
const struct carry_index *carry_set_index(const struct carry_set *set);

/* What the source said it is: a JSON object of any content. */
int carry_set_inventory(struct carry_set *set, json_t **inventory_out,
	struct error *err);

/*
 * Yield a group's stored blocks, then check its hash.  `group` is scratch and
 * holds the hash of every block afterwards.
 */
int carry_set_read(struct carry_set *set,
	const struct carry_stored_group *stored, uint64_t disk_bytes,
	struct carry_group *group, carry_stored *block, void *context,
	struct error *err);

#endif
