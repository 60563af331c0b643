#ifndef CONVERT_PIPELINE_H
#define CONVERT_PIPELINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/progress.h"
#include "convert/assess/finding.h"
#include "convert/source/reread.h"

struct error;
struct estimate;
struct luks_keys;
struct machine;
struct waivers;
struct window;

/* A range of a disk. */
struct extent {
	uint64_t offset_bytes;
	uint64_t length_bytes;
};

/* What of one disk is to be captured: sorted, not overlapping. */
struct plan {
	struct extent *extents;
	size_t count;
};

/* What of a disk did not have to be sent, and why. */
struct skip_count {
	uint64_t free_bytes;	    /* of file systems and volumes; not read */
	uint64_t swap_bytes;	    /* of swap partitions; not read */
	uint64_t unallocated_bytes; /* in no partition; zeros or not read */
	uint64_t zero_bytes;	    /* blocks of zeros elsewhere; not sent */
};

/* What a bulk capture did with one disk. */
struct capture_count {
	uint64_t captured_bytes; /* now in capture/NAME.raw with a hash */
	uint64_t read_bytes;	 /* sent by the source in this run, unpacked */
	uint64_t shared_bytes;	 /* taken from what the host held, in this run */
	uint64_t zero_bytes;	 /* of captured: blocks of zeros */
	uint64_t skipped_bytes;	 /* free space, never read */
	uint64_t bad_sectors;
	struct skip_count skipped;
	char root_hash[65];	 /* hex; over all block hashes of the disk */
	struct reread_count reread; /* zeros without a second read */
};

/*
 * Where the disks come from: a live session (convert/serve/session.c), a carry
 * set (convert/carry.c) or local images (convert/local.c).  The pipeline calls from one thread.
 */
struct pipeline_source {
	/*
	 * Disk `index` as QEMU opens it: a path or an "nbd+unix://" URI, and its
	 * format; borrowed.
	 */
	const char *(*location)(struct pipeline_source *source, size_t index,
		const char **format_out);
	/*
	 * Bring what is planned to the files capture/NAME.raw, durably, several
	 * disks at once: a plan and a count for each.  A host without room for all
	 * that is missing fails with ENOSPC before anything is sent.  NULL for
	 * local images, which need no capture.
	 */
	int (*capture)(struct pipeline_source *source, const struct plan *plans,
		size_t count, struct progress *progress,
		struct capture_count *counts_out, struct error *err);
	/*
	 * What it will take to capture this, a plan for each disk.  NULL when
	 * nothing is to be waited for.
	 */
	int (*estimate)(struct pipeline_source *source, const struct plan *plans,
		size_t count, struct estimate *estimate_out, struct error *err);
	/* Bytes over the wire so far; NULL for local images. */
	void (*wire)(struct pipeline_source *source, uint64_t *received_out,
		uint64_t *sent_out);
	/* Tell the person at the source; NULL for local images. */
	void (*notice)(struct pipeline_source *source, const char *level,
		const char *text);
	/*
	 * Read what was captured of a disk a second time, compare, and count anew.
	 * NULL for local images.
	 */
	int (*reread)(struct pipeline_source *source, size_t index,
		struct progress *progress, struct capture_count *count,
		struct error *err);
	/*
	 * Drop what was captured of a disk and is not the same on the source any
	 * more.  NULL for local images.
	 */
	int (*compare)(struct pipeline_source *source, size_t index,
		struct progress *progress, uint64_t *changed_out,
		struct error *err);
	/*
	 * Where the files of the generation that is captured belong until it is
	 * complete (capture/generation.h); NULL: in the machine's folder.
	 */
	const struct machine *place;
	/* Joins report/session.json: how the blocks came; borrowed, or NULL. */
	json_t *record;
};

struct pipeline_options {
	bool assess_only;
	bool pre_copy; /* the source runs meanwhile: copy in rounds, no more */
	unsigned rounds; /* of a pre-copy at most; 0: the default */
	bool all; /* free space, swap and what is in no partition as well */
	bool no_verify;
	bool reread; /* read the source's disks twice */
	const char *capture_folder; /* where a capture would be, to size it up;
				     * NULL: in the machine's folder */
	const char *virtio_win; /* NULL: none */
	const char *guest_agent; /* a folder of packages; NULL: none */
	const char *const *expect; /* "tcp:PORT", NULL-terminated; or NULL */
	const struct waivers *waivers; /* NULL: none */
	const struct luks_keys *luks_keys; /* NULL: none */
	const struct window *window; /* for the copy; NULL: any time */
	unsigned verify_timeout_seconds; /* 0: the default */
};

struct pipeline_result {
	char verdict[32]; /* "boots", ..., "assessed", "unproven" */
	char reason[256];
	char os_name[128]; /* empty: no operating system was recognised */
	unsigned blockers, warnings;
	enum tier tier;
};

/*
 * Take a machine through every stage: overlay, assess, trim, convert, capture,
 * rebase, emit, verify, report.  disks.json and inventory.json are written
 * already (the inventory may be missing for local images); the caller holds the
 * machine's lock.  A failed stage leaves what earlier stages made, and the next
 * run starts the conversion anew over whatever was captured.  A generation that
 * was complete stays so until the next one is.  A pre-copy ends before anything
 * is converted; of a first generation, the machine's state is MACHINE_PRECOPIED
 * then.
 */
int pipeline_run(const struct machine *machine, struct pipeline_source *source,
	const struct pipeline_options *options, struct progress *progress,
	struct pipeline_result *result_out, struct error *err);

#endif
