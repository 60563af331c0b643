#ifndef WIRE_CARRY_FOLDER_H
#define WIRE_CARRY_FOLDER_H

#include <stddef.h>
#include <stdint.h>

#include "common/own.h"
#include "wire/carry-index.h"

struct error;

/*
 * One part of a carry set on a removable disk: DIR/MACHINE.carry (DIR/unnamed.carry
 * without a key) with the files
 *
 *	part		what the part is of (struct carry_part)
 *	0001.index	head and entries of chunk 1
 *	0001.data	its frames
 *	0002.index	...
 */
struct carry_folder {
	char *path;
	struct carry_part part;
};
void carry_folder_release(struct carry_folder *folder);

/* DIR/MACHINE.carry; freed by the caller, NULL when memory is out. */
char *carry_folder_path(const char *dir, const char *machine);

/*
 * The part in `dir`, or `dir` itself when it is one.  `machine` NULL takes the
 * only one that is there.  ENOENT when there is none, EEXIST when there are
 * several.
 */
int carry_folder_find(struct carry_folder *folder_out, const char *dir,
	const char *machine, struct error *err);

/* Write the part's file, durably; makes the folder. */
int carry_folder_make(const struct carry_folder *folder, struct error *err);

/*
 * Read every entry that was committed.  *next_out is the chunk that a writer
 * begins next.
 */
int carry_folder_load(const struct carry_folder *folder, const uint8_t *key,
	struct carry_index *index_out, uint32_t *next_out, struct error *err);

/* Give back what a killed writer left behind the last commit. */
void carry_folder_trim(const struct carry_folder *folder,
	const struct carry_index *index, uint32_t next);

/* "PATH/0001.data"; freed by the caller. */
char *carry_chunk_path(const char *folder, uint32_t chunk, const char *kind);

#endif
