#ifndef CONVERT_REWRITE_FALLBACK_H
#define CONVERT_REWRITE_FALLBACK_H

#include <guestfs.h>
#include <jansson.h>

struct changes;
struct error;
struct fallback;
struct findings;
struct guest;
struct references;
struct volumes;

/*
 * What the EFI system partitions of a UEFI guest lack for a firmware that knows
 * none of the old machine's entries, mounted by the guest or not; and GRUB for
 * one that starts by ELILO.  Nothing is
 * written; *fallback_out is the plan.  A guest with a BIOS has an empty one.
 */
int fallback_plan(struct fallback **fallback_out, guestfs_h *g,
	const struct guest *guest, const struct volumes *volumes,
	const json_t *inventory, struct references *references,
	struct findings *findings, struct error *err);

/* What has no room, or cannot be written, becomes a finding. */
int fallback_apply(const struct fallback *fallback, guestfs_h *g,
	struct findings *findings, struct changes *changes, struct error *err);

void fallback_free(struct fallback *fallback);

#endif
