#ifndef CONVERT_REWRITE_LABEL_H
#define CONVERT_REWRITE_LABEL_H

#include <guestfs.h>
#include <stdbool.h>
#include <sys/types.h>

struct changes;
struct error;
struct findings;

/* SELinux' labels as a guest's own file_contexts assign them. */
struct labels;

/*
 * Read file_contexts of a folder ("file_contexts" and, if they are there, those
 * that end with .local, .homedirs, .subs and .subs_dist).
 */
int labels_open(struct labels **labels_out, const char *folder,
	struct error *err);
void labels_close(struct labels *labels);

static inline void
labels_closep(struct labels **labels)
{
	if (*labels != NULL)
		labels_close(*labels);
}

/* The label of a path by its file type; false when it is to have none. */
bool labels_find(const struct labels *labels, const char *path, mode_t mode,
	char label_out[256]);

/*
 * What the mounted guest has; *labels_out is NULL when its files have no labels,
 * and when nothing tells what new ones have to be: then a relabel by the guest
 * itself is planned, and noted as a finding.  Comes after all other plans.
 */
int labels_plan(struct labels **labels_out, guestfs_h *g,
	struct changes *changes, struct findings *findings, struct error *err);

/*
 * Plan that the guest labels its files at its first boot, if anything is planned
 * or expected to be created.
 */
int labels_schedule(struct changes *changes, struct findings *findings,
	struct error *err);

/* Label what was created.  Does nothing to NULL. */
void labels_apply(const struct labels *labels, guestfs_h *g,
	const struct changes *changes);

#endif
