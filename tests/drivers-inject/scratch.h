#ifndef TESTS_DRIVERS_INJECT_SCRATCH_H
#define TESTS_DRIVERS_INJECT_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

#endif
