#ifndef P2V_INVENTORY_H
#define P2V_INVENTORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct error;

/*
 * Everything that is known about this machine, as the JSON object that goes to
 * the host.  `root` is "" but in tests; `live` as for disk_list(); `now` is the
 * time of collecting.
 */
int inventory_collect(json_t **inventory_out, const char *root, bool live,
	time_t now, struct error *err);

/*
 * Make image files or devices the only disks: sda, sdb and so on, in their
 * order.
 */
int inventory_use_files(json_t *inventory, const char *const *paths,
	size_t count, bool live, struct error *err);

/*
 * Replace an inventory by the one in a file; the image files stand for its
 * offered disks, in order, and must be as many.
 */
int inventory_use_facts(json_t **inventory, const char *facts_path,
	const char *const *paths, size_t count, bool live, struct error *err);

/*
 * Keep only the named disks offered.  A name is "sda", "/dev/sda" or one of the
 * disk's links.  Fails with the list of disks when one is not there, and with
 * its reason when it cannot be offered.
 */
int inventory_choose(json_t *inventory, const char *const *names,
	size_t count, struct error *err);

/* The n-th offered disk, as the wire counts them; NULL behind the last one. */
const json_t *inventory_offered(const json_t *inventory, size_t index);

#endif
