/* Which kernel the appliance is built from, as far as it can be seen before. */
#include "tests/harness.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "drivers-inject/appliance-kernel.h"
#include "drivers-inject/appliance.h"

#define GONE "/nonexistent/vmlinuz"

static unsigned created;

guestfs_h *__wrap_guestfs_create(void);

/* No appliance is started. */
guestfs_h *
__wrap_guestfs_create(void)
{
	created++;
	errno = ENOMEM;
	return NULL;
}

/* With these in the environment; NULL: not set. */
static void
open_with(const char *kernel, const char *modules, const char *chosen,
	struct error *err)
{
	const struct {
		const char *name, *value;
	} variables[] = {{"SUPERMIN_KERNEL", kernel},
		{"SUPERMIN_KERNEL_VERSION", kernel == NULL ? NULL : "6.1"},
		{"SUPERMIN_MODULES", modules}, {APPLIANCE_KERNEL_CHOSEN, chosen}};
	guestfs_h *g;

	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
		unsetenv(variables[i].name);
		if (variables[i].value != NULL)
			setenv(variables[i].name, variables[i].value, 1);
	}
	created = 0;
	assert_int_equal(appliance_open(&g, NULL, 0, false, err), -1);
}

static void
what_the_user_names_and_is_not_there_is_told(void **state)
{
	static const struct {
		const char *kernel, *modules, *chosen, *told;
	} cases[] = {
		{GONE, NULL, NULL, "SUPERMIN_KERNEL"},
		{GONE, "/", "/chosen/before", "SUPERMIN_KERNEL"},
		{"/dev/null", GONE, NULL, "SUPERMIN_MODULES"},
		{NULL, GONE, GONE, "SUPERMIN_MODULES"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error err = {0};

		open_with(cases[i].kernel, cases[i].modules, cases[i].chosen,
			&err);
		assert_int_equal(created, 0);
		assert_int_equal(err.code, ENOENT);
		assert_non_null(strstr(err.text, GONE));
		assert_non_null(strstr(err.text, cases[i].told));
		assert_memory_equal(err.hint, "Have SUPERMIN_", 14);
		assert_non_null(strstr(err.hint, "unset SUPERMIN_KERNEL,"));
		assert_string_equal(getenv(cases[i].told), GONE);
	}
}

static void
a_chosen_kernel_that_is_gone_is_forgotten(void **state)
{
	static const struct {
		const char *kernel, *modules;
	} cases[] = {{GONE, "/"}, {"/dev/null", GONE}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error err = {0};

		open_with(cases[i].kernel, cases[i].modules, cases[i].kernel,
			&err);
		assert_int_equal(created, 1);
		assert_null(getenv("SUPERMIN_KERNEL"));
		assert_null(getenv("SUPERMIN_KERNEL_VERSION"));
		assert_null(getenv("SUPERMIN_MODULES"));
	}
}

static void
what_is_there_is_taken(void **state)
{
	struct error err = {0};

	(void)state;
	open_with("/dev/null", "/", NULL, &err);
	assert_int_equal(created, 1);
	assert_string_equal(getenv("SUPERMIN_KERNEL"), "/dev/null");
	open_with("/dev/null", "/", "/dev/null", &err);
	assert_int_equal(created, 1);
	assert_string_equal(getenv("SUPERMIN_MODULES"), "/");
	open_with(NULL, NULL, NULL, &err);
	assert_int_equal(created, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_user_names_and_is_not_there_is_told),
		cmocka_unit_test(a_chosen_kernel_that_is_gone_is_forgotten),
		cmocka_unit_test(what_is_there_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
