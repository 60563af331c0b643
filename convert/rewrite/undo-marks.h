#ifndef CONVERT_REWRITE_UNDO_MARKS_H
#define CONVERT_REWRITE_UNDO_MARKS_H

struct changes;
struct error;
struct files;

/*
 * The way back, inside the guest, for what is planned and is no service: lines
 * with the marks of comment-out.h, logins on serial ports, and what `later` (NULL:
 * nothing) will create, which is the agent's.  `undo --all` leaves these as they
 * are: a line of fstab whose disk is not there would end the boot.
 */
int undo_marks_plan(const struct files *files, const struct changes *later,
	struct changes *changes, struct error *err);

#endif
