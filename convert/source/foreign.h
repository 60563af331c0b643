#ifndef CONVERT_SOURCE_FOREIGN_H
#define CONVERT_SOURCE_FOREIGN_H

#include <stdint.h>

struct error;

/*
 * May QEMU open this image of another hypervisor ("vmdk", "vhdx" or "vpc"), and how
 * large is its disk?  Refused is what would make QEMU open other files that the
 * image names: a foreign image must not choose what this host reads.
 */
int foreign_check(const char *path, const char *format, uint64_t *size_out,
	struct error *err);

#endif
