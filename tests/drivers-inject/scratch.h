#ifndef TESTS_DRIVERS_INJECT_SCRATCH_H
#define TESTS_DRIVERS_INJECT_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers-inject/guest.h"

/* A temporary folder with what host tools made in it. */
struct scratch {
	char path[256];
};

/* cmocka set-up and tear-down; *state is a struct scratch. */
int scratch_setup(void **state);
int scratch_teardown(void **state);

/* Run `sh -euc` in the folder, $SOURCE being where the test was started; a
 * failure fails the test. */
void scratch_shell(const struct scratch *scratch, const char *script);

/* The same, and what it says: true when it exits 0. */
bool scratch_shell_holds(const struct scratch *scratch, const char *script);

/* A whole file of the folder, NUL-terminated, freed by the caller. */
uint8_t *scratch_read(const struct scratch *scratch, const char *name,
	size_t *bytes_out);

/* The folders that it lies in are made. */
void scratch_write(const struct scratch *scratch, const char *name,
	const void *data, size_t bytes);

/* How much room is said to be where paths begin so; NULL: there is no such place. */
struct scratch_room {
	const char *below;
	struct guest_room room;
};

/*
 * Have the files of a guest say how much room they have, whatever the host's file
 * system has.  Of several places of a path the last counts; with none, the test
 * fails.  `rooms` is borrowed, until the next call.
 */
void scratch_say_room(struct guest_files *files,
	const struct scratch_room *rooms, size_t count);

#endif
