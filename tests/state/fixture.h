#ifndef TESTS_STATE_FIXTURE_H
#define TESTS_STATE_FIXTURE_H

struct machine;

/* The machine "old1" in a state directory of its own, as a test's *state. */
struct fixture {
	char folder[64]; /* temporary; the state directory */
	struct machine *machine;
	char *path; /* of the file that the test is about; freed with it */
};

/* cmocka's setup and teardown; a test's own setup sets `path` behind the first. */
int fixture_make(void **state);
int fixture_remove(void **state);

#endif
