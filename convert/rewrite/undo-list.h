#ifndef CONVERT_REWRITE_UNDO_LIST_H
#define CONVERT_REWRITE_UNDO_LIST_H

#include <stddef.h>
#include <stdio.h>

struct changes;
struct disabled_service;
struct error;
struct files;

#define UNDO_FOLDER "/var/lib/unrack"
#define UNDO_LIST UNDO_FOLDER "/disabled"
#define UNDO_SCRIPT UNDO_FOLDER "/undo"

/*
 * What is left in the guest, so that its administrator can bring back what was
 * disabled: a list, one step a line, its fields separated by tabs, and undo.sh,
 * which reads it.
 */
struct undo_list {
	FILE *out;
	char *data;
	size_t bytes;
};

int undo_list_open(struct undo_list *list, struct error *err);
void undo_list_release(struct undo_list *list);

/* The service that the steps which follow bring back. */
void undo_list_begin(struct undo_list *list,
	const struct disabled_service *service);

/* The same for what is no service: only its own name brings it back. */
void undo_list_begin_alone(struct undo_list *list,
	const struct disabled_service *what);

/*
 * A step: "link" PATH TARGET (one that was made), "moved" NOW BEFORE, "unlinked"
 * PATH TARGET (one that was removed), "made" PATH "", "lines" PATH TAG.
 */
void undo_list_step(struct undo_list *list, const char *step, const char *one,
	const char *two);

/*
 * Plan list and script, when there is a step; behind what is planned of it, or the
 * list of an earlier life.
 */
int undo_list_plan(struct undo_list *list, const struct files *files,
	struct changes *changes, struct error *err);

/* The text of undo.sh. */
extern const char undo_script[];

#endif
