#ifndef CONVERT_CAPTURE_GENERATION_H
#define CONVERT_CAPTURE_GENERATION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct error;
struct machine;

/*
 * Generations of a machine: all of its disks as they were at one time, with the
 * VM and the report that were made of them.  capture/generation.json names the
 * last complete one; it is replaced atomically, and that is the moment at which
 * the next one is the machine's.  While that one is being made, its blocks are
 * in capture/NAME.next (source/image.h), everything else is in next/.
 */
struct generation {
	unsigned number;  /* of the last complete one; 0: none is */
	bool is_settled;  /* everything of it is in its place */
	json_t *disks;	  /* name, size_bytes, captured_bytes, root_hash */
};
int generation_read(struct generation *generation_out,
	const struct machine *machine, struct error *err);
void generation_release(struct generation *generation);

/*
 * A place for what will belong to the next generation: next/ with the folders of
 * a machine, empty.  The caller closes it as a machine.
 */
int generation_stage(struct machine **place_out, const struct machine *machine,
	struct error *err);

/*
 * Generation `number` is complete: make that so.  `disks` are those of
 * report/session.json.  Whatever fails before the record is written leaves the
 * last generation as it was; EBUSY when its VM runs.  Ends with
 * generation_settle().
 */
int generation_commit(const struct machine *machine, unsigned number,
	const json_t *disks, struct error *err);

/*
 * Put everything of a generation that was recorded in its place, when a crash
 * came between.  Whoever works on a machine calls this first, with its lock.
 */
int generation_settle(const struct machine *machine, struct error *err);
/* The same for one who has no lock: takes it, when there is something to do. */
int generation_recover(struct machine *machine, struct error *err);
/* ... of every machine; what cannot be done now is only told. */
void generation_recover_all(const char *state);

/* Bytes of the next one that are here, *any_out false when none is begun. */
int generation_next_bytes(uint64_t *bytes_out, bool *any_out,
	const struct machine *machine, struct error *err);

#endif
