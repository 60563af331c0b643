#ifndef DRIVERS_INJECT_KERNEL_H
#define DRIVERS_INJECT_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "drivers-inject/names.h"

struct error;
struct guest_files;

enum { KERNEL_VERSION_BYTES = 128 };

/* A kernel that a boot loader of the guest can start. */
struct kernel {
	char version[KERNEL_VERSION_BYTES]; /* release, names its modules */
	bool version_is_read; /* from the image, not from its file name */
	char *image;	      /* /boot/vmlinuz-… */
	char *config;	      /* /boot/config-…, which may not be there */
	struct names initramfs; /* those made for it; may be none */
	bool unified; /* the initramfs is a part of the image, and both signed */
};

/*
 * Every kernel in /boot and on the EFI system partition: `first` in front (the
 * path of one that boots by default; NULL: unknown), then the highest version,
 * so that the one which most likely boots gets what space there is.  The caller
 * releases each with kernel_free_all().
 */
int kernel_list(struct kernel **kernels_out, size_t *count_out,
	const struct guest_files *files, const char *first, struct error *err);

void kernel_free_all(struct kernel *kernels, size_t count);

/*
 * The release string in a Linux/x86 boot image, from its first bytes (64 KiB
 * are enough).  False when it is another format.
 */
bool kernel_release(char version_out[KERNEL_VERSION_BYTES], const void *image,
	size_t bytes);

#endif
