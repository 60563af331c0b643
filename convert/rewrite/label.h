#ifndef CONVERT_REWRITE_LABEL_H
#define CONVERT_REWRITE_LABEL_H

#include <guestfs.h>

struct changes;
struct error;
struct file_contexts;
struct findings;

/*
 * What the mounted guest's own file_contexts assign; *contexts_out is NULL when
 * its files have no labels, and when nothing tells what new ones have to be, or
 * only at too high a cost: then a relabel by the guest itself is planned, and
 * noted as a finding.  Comes after all other plans.
 */
int labels_plan(struct file_contexts **contexts_out, guestfs_h *g,
	struct changes *changes, struct findings *findings, struct error *err);

/*
 * Plan that the guest labels its files at its first boot, if anything is
 * planned or expected to be created; `why` is for people.
 */
int labels_schedule(struct changes *changes, const char *why,
	struct findings *findings, struct error *err);

/*
 * Label what was created.  When a label cannot be told after all, a relabel is
 * planned, as above, and still to be written.  Does nothing to NULL.
 */
int labels_apply(struct file_contexts *contexts, guestfs_h *g,
	struct changes *changes, struct findings *findings, struct error *err);

#endif
