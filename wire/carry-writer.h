#ifndef WIRE_CARRY_WRITER_H
#define WIRE_CARRY_WRITER_H

#include <stdint.h>

#include "common/own.h"
#include "wire/carry-folder.h"

struct error;

/*
 * Appends to a part.  A writer begins chunks of its own, so that no byte and no
 * nonce of an earlier run is ever used again; after a failure only
 * carry_writer_abandon() and carry_writer_close() make sense.
 */
struct carry_writer;

/* `folder` and `key` are borrowed; `chunk` as carry_folder_load() said. */
int carry_writer_open(struct carry_writer **writer_out,
	const struct carry_folder *folder, const uint8_t *key, uint32_t chunk,
	struct error *err);
void carry_writer_close(struct carry_writer *writer);
OWN_DEFINE(struct carry_writer, carry_writer_close)

/* Frames from here on belong together and stay in one file. */
int carry_writer_begin(struct carry_writer *writer, struct error *err);

/* Seal and append a frame with room for its head; its bytes are used up. */
int carry_writer_frame(struct carry_writer *writer, uint8_t *frame,
	uint32_t payload_bytes, struct error *err);

/* Where the frames since carry_writer_begin() lie. */
struct carry_place carry_writer_place(const struct carry_writer *writer);

/* Make the frames durable, then record the entry. */
int carry_writer_commit(struct carry_writer *writer,
	const struct carry_entry *entry, struct error *err);
/* Make the entries durable. */
int carry_writer_sync(struct carry_writer *writer, struct error *err);

/* Give back what was not committed. */
void carry_writer_abandon(struct carry_writer *writer);

#endif
