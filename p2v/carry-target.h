#ifndef P2V_CARRY_TARGET_H
#define P2V_CARRY_TARGET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct error;
struct source;

/*
 * Whether two devices lie on one disk, as far as sysfs below `root` tells: both
 * may be partitions, made of others, loop devices over files, or the device
 * number of a mounted file system.
 */
bool target_shares_disk(const char *root, dev_t a, dev_t b);

/* Refuse a folder that is none, or lies on one of the disks. */
int target_check(const char *root, const char *dir,
	struct source *const *sources, unsigned count, struct error *err);

/* Bytes that can still be written below the folder. */
int target_room(const char *dir, uint64_t *bytes_out, struct error *err);

/*
 * An id of what is on the disks: it changes when the machine is booted again,
 * and when anything was written to a disk (or image file) since.
 */
int target_session(const char *root, struct source *const *sources,
	unsigned count, uint8_t id_out[16], struct error *err);

#endif
