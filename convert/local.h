#ifndef CONVERT_LOCAL_H
#define CONVERT_LOCAL_H

#include <stddef.h>

#include "convert/pipeline.h"

struct error;
struct machine;

/* Images on this host as the source of a pipeline: no wire, no capture. */
struct local_source;

/*
 * Check image files (there, not empty, not cut short) and note them in the
 * machine's disks.json: disks are named by the inventory's offered disks, in
 * their order, or sda, sdb, ... without one.  A file named *.qcow2 is qcow2;
 * anything else is raw, so that what a guest wrote into its first sector cannot
 * choose the format.
 */
int local_add_images(const struct machine *machine, char *const *files,
	size_t count, struct error *err);

/* A source over the machine's disks.json: its images, or its finished capture. */
int local_open(struct local_source **source_out, const struct machine *machine,
	struct error *err);
void local_close(struct local_source *source);
struct pipeline_source *local_pipeline_source(struct local_source *source);

#endif
