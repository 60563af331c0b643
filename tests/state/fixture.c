/* A machine to test on; test-journal.c and test-local.c use it. */
#include "tests/harness.h"

#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "convert/state/machine.h"
#include "tests/state/fixture.h"

int
fixture_make(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);
	struct error err = {0};

	assert_non_null(fixture);
	strcpy(fixture->folder, "/tmp/unrack-test-state.XXXXXX");
	assert_non_null(mkdtemp(fixture->folder));
	assert_ok(machine_create(&fixture->machine, fixture->folder, "old1",
			  &err),
		&err);
	*state = fixture;
	return 0;
}

int
fixture_remove(void **state)
{
	struct fixture *fixture = *state;
	struct error err = {0};

	machine_close(fixture->machine);
	assert_ok(io_remove_tree(fixture->folder, &err), &err);
	free(fixture->path);
	free(fixture);
	return 0;
}
