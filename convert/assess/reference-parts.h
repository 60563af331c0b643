#ifndef CONVERT_ASSESS_REFERENCE_PARTS_H
#define CONVERT_ASSESS_REFERENCE_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "convert/assess/disk-name.h"
#include "convert/assess/reference.h"

/*
 * What the files of reference.c share: evidence makes the lists, and the
 * candidates of a name follow from them.  For these alone.
 */
enum { NAME_LIMIT = 64, USE_LIMIT = 64, DISK_LIMIT = 64, DECLARED_LIMIT = 64 };

/* A use of a partition of a disk; partition 0 is the disk itself. */
struct use {
	unsigned partition;
	char type[32];
};

/* A name that the guest has for a whole disk. */
struct disk_name {
	char text[256];
	struct use uses[USE_LIMIT];
	size_t use_count;
	int pinned; /* index of the disk, or -1 */
	bool is_bound; /* a name of the guest's choice, by a WWID */
	uint64_t candidates;
	bool by_order; /* others fitted */
};

/* A name that the guest makes itself. */
struct declared {
	char spec[256];
	const struct volume *volume;
	bool is_lost;
};

struct references {
	const struct volumes *volumes;
	const json_t *inventory;
	const char *const *disk_names;
	size_t disk_count;
	struct disk_name names[NAME_LIMIT];
	size_t name_count;
	struct declared declared[DECLARED_LIMIT];
	size_t declared_count;
	bool settled;
};

/* ---- reference-evidence.c ---- */

/*
 * As disk_name_parse(), with names of the guest's choice.  Behind one that ends
 * with a digit, kpartx writes "p": "data1" is no partition of "data" if both are
 * names.
 */
bool reference_parse_name(const struct references *references,
	const char *spec, char disk_out[DISK_NAME_BYTES],
	unsigned *partition_out);

/* The name of a disk, put into the list if need be; NULL: that is full. */
struct disk_name *reference_disk_name(struct references *references,
	const char *text);

/* NULL when the guest makes no such name. */
const struct declared *reference_declared(const struct references *references,
	const char *spec);

/* Does it carry the mark of a controller's firmware? */
bool reference_is_raid_disk(const struct references *references,
	unsigned disk);

/* ---- reference-candidates.c ---- */

/* May a volume be used as `type` (as of reference_learn())? */
bool reference_type_fits(const struct volume *volume, const char *type);

/* A partition of a disk, or with 0 the disk; NULL when there is none. */
const struct volume *reference_volume_at(const struct references *references,
	unsigned disk, unsigned partition);

/* NAMED, and the index of the disk that is meant; or MISSING or AMBIGUOUS. */
enum reference_state reference_choose_disk(struct references *references,
	const struct disk_name *name, unsigned *disk_out);

#endif
