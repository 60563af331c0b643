#ifndef CONVERT_LOCAL_H
#define CONVERT_LOCAL_H

#include <stddef.h>

#include "convert/pipeline.h"

struct error;
struct machine;

/* Images on this host as the source of a pipeline: no wire, no capture. */
struct local_source;

/*
 * The format that an image's name tells ("raw", "qcow2", "vmdk", "vhdx", "vpc"); NULL
 * when it ends in none of these, borrowed else.
 */
#define LOCAL_IMAGE_ENDINGS ".raw, .img, .qcow2, .vmdk, .vhdx or .vhd"
const char *local_image_format(const char *path);

/*
 * Check image files (there, not empty, not cut short) and note them in the
 * machine's disks.json: disks are named by the inventory's offered disks, in
 * their order, or sda, sdb, ... without one.  The name tells the format, and
 * without a known one it is raw, so that what a guest wrote into its first
 * sector cannot choose it.
 */
int local_add_images(const struct machine *machine, char *const *files,
	size_t count, struct error *err);

/* A source over the machine's disks.json: its images, or its finished capture. */
int local_open(struct local_source **source_out, const struct machine *machine,
	struct error *err);
void local_close(struct local_source *source);
struct pipeline_source *local_pipeline_source(struct local_source *source);

#endif
