/* What the tests of names have in common. */
#include "tests/harness.h"
#include "tests/assess/referring.h"

#include "tests/assess/disks.h"

struct references *
make_references(const struct volumes *volumes, const json_t *inventory)
{
	struct references *references = references_new(volumes, inventory,
		disk_names,
		volumes == &one_disk || volumes == &locked ? 1 : 2);

	assert_non_null(references);
	return references;
}

void
expect_reference(struct references *references, const char *spec,
	const char *type, enum reference_state state, const char *stable)
{
	struct reference reference;

	reference_resolve(references, spec, type, &reference);
	if (reference.state != state)
		fail_msg("%s: state %d, not %d", spec, reference.state, state);
	if (stable != NULL)
		assert_string_equal(reference.stable, stable);
}
