#ifndef CONVERT_VERIFY_TYPIST_H
#define CONVERT_VERIFY_TYPIST_H

#include <stdbool.h>
#include <stddef.h>

struct luks_keys;

/* Who types a passphrase into the first serial port; start with fd -1. */
struct typist {
	int fd; /* the line's other end, borrowed; -1: nothing is typed */
	const struct luks_keys *keys; /* borrowed; NULL: none */
	size_t key;		      /* the next of them */
	size_t answered;	      /* prompts that were answered */
	size_t seen;		      /* prompts, the last time, */
	double seen_seconds;	      /* and since when */
};

/*
 * Throw away what the guest has said on the line (a log has it) and, when
 * `asked` prompts were seen and not all are answered, answer one: each
 * passphrase in turn, since a prompt seldom says which volume it is about.
 * Call it every moment of the boot.
 */
void typist_step(struct typist *typist, size_t asked, double seconds);

#endif
