#ifndef CONVERT_REPORT_DISK_MAP_H
#define CONVERT_REPORT_DISK_MAP_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct parts;

/* A partition, or what is between partitions. */
struct disk_segment {
	const char *name; /* borrowed; NULL: in no partition */
	const char *filesystem, *target; /* or "" */
	uint64_t start_bytes, size_bytes;
	uint64_t used_bytes, free_bytes; /* of its file system; 0, 0: unknown */
};

enum { DISK_SEGMENTS = 256, DISK_CELLS = 250 };

struct disk_map {
	const char *name; /* borrowed from the parts, as all texts */
	uint64_t size_bytes;
	struct disk_segment segments[DISK_SEGMENTS]; /* sorted, not overlapping */
	size_t count;
	struct bad_range *bad; /* owned */
	size_t bad_count;
	uint64_t bad_sectors;
	float held[DISK_CELLS]; /* share of each cell that the capture holds */
	bool has_capture;
};

/*
 * Put together what layout.json, or without it the inventory, says of disk
 * `index`, and what capture/ shows.  Everything that does not fit the disk is
 * left out.  False when there is no such disk.
 */
bool disk_map_read(struct disk_map *map_out, const struct parts *parts,
	size_t index);
void disk_map_release(struct disk_map *map);

/* As inline SVG. */
void disk_map_print(FILE *out, const struct disk_map *map);

#endif
