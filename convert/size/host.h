#ifndef CONVERT_SIZE_HOST_H
#define CONVERT_SIZE_HOST_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* What this conversion host can give.  Empty texts and 0: there is none. */
struct host {
	uint64_t free_bytes, memory_bytes;
	unsigned processors;
	bool has_kvm;
	char vendor[32]; /* of the processor */
	char qemu[32], libvirt[32]; /* versions */
	const char *ovmf; /* the firmware's file, or NULL */
	json_t *flags;    /* of the processor; owned */
	char *models;     /* what QEMU prints for -cpu help; owned, may be NULL */
};

/*
 * Look at the host: files below `root` ("" for the real ones), programs in
 * PATH, room in the file system of `folder` or its nearest parent that is
 * there.  What cannot be found is not there.
 */
void host_read(struct host *host_out, const char *root, const char *folder);

/* Of its processor alone: {"vendor": "GenuineIntel", "flags": [...]}. */
json_t *host_processor(const char *root);
void host_release(struct host *host);

#endif
