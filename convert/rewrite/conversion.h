#ifndef CONVERT_REWRITE_CONVERSION_H
#define CONVERT_REWRITE_CONVERSION_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "convert/assess/finding.h"

struct error;
struct luks_keys;
struct waivers;

/* A disk as the appliance sees it, in the order of the inventory. */
struct conversion_disk {
	const char *name;   /* as on the source: "sda" */
	const char *path;   /* the overlay */
	const char *format; /* "qcow2" */
	unsigned sector_bytes; /* 512 or 4096 */
};

struct conversion_request {
	const char *machine;	 /* its name */
	const json_t *inventory; /* NULL when there is none */
	const struct conversion_disk *disks;
	size_t disk_count;
	const char *report_folder; /* gets guest.json, findings.json,
				    * layout.json, changes/ */
	const char *virtio_win;	   /* ISO or folder, or NULL */
	const char *guest_agent;   /* folder of its packages, or NULL */
	const struct waivers *waivers; /* NULL: none */
	const struct luks_keys *luks_keys; /* NULL: none */
	bool assess_only;
	bool trim_only; /* assess and trim */
	bool no_trim;	/* free space is to stay */
	/* Called when "assess", "trim" and "convert" begin. */
	void (*stage)(void *cookie, const char *stage);
	void *cookie;
};

struct conversion_result {
	char os_name[128];   /* empty when none was recognised */
	unsigned blockers, warnings, informations;
	enum tier tier;
	unsigned change_count;
	bool converted;	     /* false: assessed only, or nothing known to convert */
};

/*
 * One launch of the appliance over all disks: find and assess the operating
 * system, trim free space (before anything is changed, so that what the
 * conversion itself frees is still captured), convert, close cleanly.  No code of the guest runs.
 * A guest that is not recognised is no failure: it gets emulated hardware and a
 * finding.  Fails only when the appliance or the disks cannot be read, or when
 * going on would lose data; guest.json and findings.json are written atomically
 * at the end of their stage.
 */
int conversion_run(const struct conversion_request *request,
	struct conversion_result *result_out, struct error *err);

#endif
