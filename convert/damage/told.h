#ifndef CONVERT_DAMAGE_TOLD_H
#define CONVERT_DAMAGE_TOLD_H

struct error;
struct layers;
struct loss;

/*
 * Tell a loss that no file system has to be asked about: records of LVM and of
 * arrays, free extents, partition tables, boot areas, swap and encrypted volumes.
 * Others stay untold.
 */
int told_by_layers(const struct layers *layers, struct loss *loss,
	struct error *err);

#endif
