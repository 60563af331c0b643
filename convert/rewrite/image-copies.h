#ifndef CONVERT_REWRITE_IMAGE_COPIES_H
#define CONVERT_REWRITE_IMAGE_COPIES_H

struct error;
struct findings;
struct initramfs;
struct references;
struct segment;

/*
 * Lay over an image what its generator copied from the guest, or made there,
 * with names that hold in the VM.  `image_path` is for findings.
 */
int image_copies_add(struct segment *segment, const struct initramfs *image,
	const char *image_path, struct references *references,
	struct findings *findings, struct error *err);

#endif
