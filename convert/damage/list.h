#ifndef CONVERT_DAMAGE_LIST_H
#define CONVERT_DAMAGE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct loss;
struct machine;
struct machine_disk;

/* Every sector that is listed as unreadable and counts, disk by disk, in order. */
struct loss_list {
	struct loss *losses;
	size_t count;
	struct {
		uint64_t offset_bytes, sectors;
	} *lost; /* of each disk: not in the list, because they are too many */
};

int loss_list_read(struct loss_list *list_out, const struct machine *machine,
	const struct machine_disk *disks, size_t disk_count,
	struct error *err);
void loss_list_release(struct loss_list *list);

/* Is this sector of a disk among them?  Before the list is sorted anew. */
bool loss_list_has(const struct loss_list *list, unsigned disk,
	uint64_t offset_bytes);

#endif
