#ifndef CONVERT_SERVE_DISKS_H
#define CONVERT_SERVE_DISKS_H

#include <jansson.h>
#include <stddef.h>

struct error;
struct machine_disk;

/*
 * The disks that an inventory offers, in its order.  Nothing in it is trusted:
 * names become file names (a '/' in one, as of cciss, becomes '!'), sizes
 * become memory.  Free with machine_disks_free().
 */
enum { DISKS_LIMIT = 64 };
int disks_from_inventory(struct machine_disk **disks_out, size_t *count_out,
	const json_t *inventory, struct error *err);

#endif
