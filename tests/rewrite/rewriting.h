#ifndef TESTS_REWRITE_REWRITING_H
#define TESTS_REWRITE_REWRITING_H

#include "convert/rewrite/edit.h"

struct references;

/*
 * Rewrite `before` on the disks of tests/assess/disks.h (the first only, its
 * partition 1 being the root, known as /dev/sda1) and compare.  `after` NULL:
 * nothing is to change.  `rule`, unless NULL, is a finding that must be there.
 */
struct rewriting {
	const char *before, *after, *rule;
};

void check_rewriting(rewrite_function *rewrite,
	const struct rewriting *rewriting);

/* The same by names that mean something else. */
void check_rewriting_by(struct references *references,
	rewrite_function *rewrite, const struct rewriting *rewriting);

/* The same where the text's path matters. */
void check_rewriting_of(const char *path, rewrite_function *rewrite,
	const struct rewriting *rewriting);

#define CHECK_ALL(rewrite, table)                                              \
	for (size_t i_ = 0; i_ < sizeof(table) / sizeof *(table); i_++)        \
	check_rewriting(rewrite, &(table)[i_])

#endif
