#ifndef CONVERT_DAMAGE_DAMAGE_H
#define CONVERT_DAMAGE_DAMAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct error;
struct findings;
struct machine;
struct machine_disk;
struct reread_count;

/* Whether sectors of the captured disk are listed as unreadable. */
bool damage_is_listed(const struct machine *machine,
	const struct machine_disk *disk);

/*
 * Add findings for what the unreadable sectors of all captured disks belong to:
 * files, free space, records, through partitions, RAID and LVM.  `inventory` tells
 * how large sectors are (NULL: 512 bytes).
 * What cannot be told is a finding as well; fails only when a list or a map
 * cannot be read.
 */
int damage_find(const struct machine *machine, const struct machine_disk *disks,
	size_t disk_count, const json_t *inventory, struct findings *findings,
	struct error *err);

/* Add a finding when a second read of the disk differed. */
void damage_note_reread(const char *disk, const struct reread_count *count,
	struct findings *findings);

#endif
