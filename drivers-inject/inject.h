#ifndef DRIVERS_INJECT_INJECT_H
#define DRIVERS_INJECT_INJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers-inject/hardware.h"
#include "drivers-inject/kernel.h"
#include "drivers-inject/names.h"
#include "wire/hash.h"

struct error;
struct guest_files;
struct image_store;
struct initramfs;
struct segment;

/* Storage drivers for virtual machines, put into the initramfs images of a
 * Linux guest as data: nothing of the guest is executed. */

enum inject_status {
	INJECT_FAILED,	    /* text and hint say why; the image is untouched */
	INJECT_INJECTED,    /* or would be, in a dry run */
	INJECT_UP_TO_DATE,  /* nothing is lacking */
	INJECT_UNSUPPORTED, /* one that we do not extend, or no driver at all */
	INJECT_NO_SPACE,    /* the file system is too full; untouched */
};

/* One initramfs of one kernel. */
struct inject_kernel {
	char version[KERNEL_VERSION_BYTES];
	char *image;	 /* "/boot/vmlinuz-…" */
	char *initramfs; /* "/boot/initrd.img-…", NULL when there is none */
	const char *generator; /* "initramfs-tools"; NULL when unknown */
	/* wanted modules, by name; `added` also has what they need */
	struct names added, present, builtin, missing;
	struct names notes; /* for a person; not failures */
	uint64_t initramfs_bytes; /* as found */
	uint64_t appended_bytes;
	bool unified;	 /* kernel and initramfs in one signed file */
	bool reduced;	 /* only virtio-blk was added, for want of space */
	bool virtio_blk; /* usable from the initramfs, now or after the run */
	bool virtio_scsi;
	bool virtio_net; /* on the root file system or built in */
	/* what the VM can give it after the run; see hardware.h */
	const char *disks[HARDWARE_CHOICES], *cards[HARDWARE_CHOICES];
	enum inject_status status;
	char text[512]; /* what happened, one line */
	char hint[256];
};

/* The guest's own tool, told to keep the drivers at its next run. */
struct inject_tool {
	char *path; /* "/etc/initramfs-tools/modules"; NULL: no such tool */
	const char *generator;
	enum inject_status status;
	bool is_new; /* the file was, or would be, created */
	char text[512];
};

/* {0} is an empty one. */
struct inject_report {
	struct inject_kernel *kernels; /* options->first, then by version */
	size_t count;
	struct inject_tool tool;
};

enum inject_change_kind {
	INJECT_CREATED,
	INJECT_EDITED,	 /* a text; both contents are given */
	INJECT_APPENDED, /* an initramfs; no contents */
	INJECT_REPLACED, /* a program; no contents */
};

struct inject_content {
	const void *data; /* NULL: not kept, or there was no file */
	size_t bytes;
	uint8_t hash[HASH_BYTES];
};

/* A file of the guest that was changed; borrowed for the call. */
struct inject_change {
	const char *path;
	enum inject_change_kind kind;
	unsigned mode; /* of what was created */
	const char *reason;
	struct inject_content before, after; /* before is 0 when created */
};

struct inject_options {
	bool dry_run; /* write nothing, report what would be done */
	const char *first; /* the kernel image that is served first, or NULL */
	bool locked; /* the root cannot be read: an image's own modules count */
	struct image_store *store; /* keeps images for the next run, or NULL */
	void *context; /* the first argument of the calls; each may be NULL */

	/*
	 * Add files to what will be appended to this kernel's image, with
	 * segment_add().  Called before the decision whether anything is to be
	 * done: with extra files an image is extended even if it lacks no
	 * driver.  `image` is the image without an earlier segment of ours.
	 */
	int (*extra)(void *context, const struct inject_kernel *kernel,
		const struct initramfs *image, struct segment *segment,
		struct error *err);

	/* Called when all is ready and checked, before an image is written. */
	void (*planned)(void *context, const struct inject_kernel *kernel);

	/* Called after each change of a file of the guest. */
	int (*changed)(void *context, const struct inject_change *change,
		struct error *err);
};

/*
 * Extend every initramfs of every installed kernel and the configuration of the
 * tool that makes them.  What goes wrong with one image is told in its status
 * and stops no other.  -1 only when the guest as a whole cannot be read.  The
 * caller releases the report, also after a failure.
 */
int inject_run(const struct guest_files *files,
	const struct inject_options *options, struct inject_report *report_out,
	struct error *err);

/* "injected", "up to date", … */
const char *inject_status_name(enum inject_status status);

/* Release for AUTO. */
void inject_report_freep(struct inject_report *report);

#endif
