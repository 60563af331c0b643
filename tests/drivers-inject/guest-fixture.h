#ifndef TESTS_DRIVERS_INJECT_GUEST_FIXTURE_H
#define TESTS_DRIVERS_INJECT_GUEST_FIXTURE_H

#include <cmocka.h>

#include "drivers-inject/guest.h"
#include "drivers-inject/inject.h"
#include "tests/drivers-inject/scratch.h"

/*
 * A guest made by make-guest from this host's own kernel and initramfs, in a
 * folder of its own for each test; see `functions` for what scripts find there.
 */
struct guest {
	struct scratch *scratch;
	struct guest_files files;
};

/* Group set-up and tear-down: the guest is made once and copied. */
int guest_make_template(void **state);
int guest_remove_template(void **state);

/* For each test; *state is a struct guest. */
int guest_setup(void **state);
int guest_teardown(void **state);

#define TEST(f) cmocka_unit_test_setup_teardown(f, guest_setup, guest_teardown)

/* `script` makes $image from unpacked/; skips the test without a guest. */
void guest_make_image(const struct guest *guest, const char *script);

/* The script must succeed. */
void guest_holds(const struct guest *guest, const char *script);

void guest_run(struct guest *guest, const struct inject_options *options,
	struct inject_report *report);

void guest_assert_status(const struct inject_report *report, size_t i,
	enum inject_status status);

/* Run, for one kernel with one image, which must be extended. */
void guest_inject(struct guest *guest, struct inject_report *report);

#endif
