#ifndef P2V_ASK_H
#define P2V_ASK_H

#include <jansson.h>
#include <stddef.h>

#include "wire/key.h"

struct error;

/*
 * Whether a person can be asked on `tty`, or on standard input when it is NULL.
 */
int ask_is_possible(const char *tty);

/*
 * Ask for what is missing of the enrolment, and which of the offered disks to
 * serve (the others become not offered).  Comes back only with answers that can
 * be used; fails with ECANCELED when the person gives up.
 */
int ask_enrolment(struct enrolment *enrolment, json_t *inventory,
	const char *tty, struct error *err);

/*
 * On standard input: the folder of the next removable disk of a carry set, after
 * saying what became of the last one.  Fails with ECANCELED.
 */
int ask_folder(char *dir_out, size_t room, const char *full,
	struct error *err);

#endif
