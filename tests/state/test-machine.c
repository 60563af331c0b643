#include "tests/harness.h"

#include <errno.h>
#include <string.h>

#include "common/io.h"
#include "common/own.h"
#include "convert/state/machine.h"

static int
make_state(void **state)
{
	char *folder = strdup("/tmp/unrack-test-machine.XXXXXX");

	*state = mkdtemp(folder);
	return *state == NULL ? -1 : 0;
}

static int
remove_state(void **state)
{
	struct error err = {0};

	assert_ok(io_remove_tree(*state, &err), &err);
	free(*state);
	return 0;
}

static void
a_name_cannot_leave_the_directory(void **state)
{
	static const char *const bad[] = {"", ".", "..", "../x", "a/b", "A", "-a",
		"a..b", "a\n"};
	struct machine *machine = NULL;
	struct error err = {0};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(machine_create(&machine, *state, bad[i], &err),
			-1);
	assert_null(machine);
}

static void
an_unknown_machine_says_what_to_do(void **state)
{
	struct machine *machine = NULL;
	struct error err = {0};

	assert_int_equal(machine_open(&machine, *state, "old1", &err), -1);
	assert_int_equal(err.code, ENOENT);
	assert_non_null(strstr(err.hint, "unrack enroll old1"));
}

static void
two_processes_cannot_work_on_one_machine(void **state)
{
	AUTO(machine_closep) struct machine *one = NULL;
	AUTO(machine_closep) struct machine *two = NULL;
	struct error err = {0};

	assert_ok(machine_create(&one, *state, "old1", &err), &err);
	assert_ok(machine_open(&two, *state, "old1", &err), &err);
	assert_ok(machine_lock(one, &err), &err);
	assert_int_equal(machine_lock(two, &err), -1);
	assert_int_equal(err.code, EBUSY);
	machine_close(take(one));
	assert_ok(machine_lock(two, &err), &err);
}

static void
disks_and_state_are_read_back(void **state)
{
	AUTO(machine_closep) struct machine *machine = NULL;
	struct machine_disk disks[2] = {{.name = "sda", .size_bytes = 1ull << 42},
		{.name = "cciss!c0d0", .size_bytes = 512,
			.image_format = "qcow2"}};
	struct machine_disk *back;
	struct error err = {0};
	char image[] = "/images/x.qcow2";
	size_t count;

	disks[1].image = image;
	assert_ok(machine_create(&machine, *state, "old1", &err), &err);
	assert_int_equal(machine_state(machine), MACHINE_ENROLLED);
	assert_ok(machine_set_state(machine, MACHINE_CAPTURED, &err), &err);
	assert_int_equal(machine_state(machine), MACHINE_CAPTURED);
	assert_ok(machine_write_disks(machine, disks, 2, &err), &err);
	assert_ok(machine_read_disks(machine, &back, &count, &err), &err);
	assert_int_equal(count, 2);
	assert_true(back[0].size_bytes == 1ull << 42 && back[0].image == NULL);
	assert_string_equal(back[1].name, "cciss!c0d0");
	assert_string_equal(back[1].image, image);
	assert_string_equal(back[1].image_format, "qcow2");
	machine_disks_free(back, count);
}

static void
a_disk_name_cannot_leave_the_directory(void **state)
{
	AUTO(machine_closep) struct machine *machine = NULL;
	AUTO(freep) char *path = NULL;
	static const char evil[] = "{\"disks\":[{\"name\":\"../../x\"}]}";
	struct machine_disk *disks;
	struct error err = {0};
	size_t count;

	assert_ok(machine_create(&machine, *state, "old1", &err), &err);
	path = machine_path(machine, "disks.json");
	assert_ok(io_write_file(path, evil, strlen(evil), 0600, &err), &err);
	assert_int_equal(machine_read_disks(machine, &disks, &count, &err), -1);
	assert_int_equal(err.code, EBADMSG);
}

static void
machines_are_listed_in_order(void **state)
{
	static const char *const names[] = {"b", "a.example", "c-1"};
	struct error err = {0};
	char **list;
	size_t count;

	assert_ok(machine_list(&list, &count, *state, &err), &err);
	assert_int_equal(count, 0);
	machine_list_free(list, count);
	for (size_t i = 0; i < 3; i++) {
		AUTO(machine_closep) struct machine *machine = NULL;

		assert_ok(machine_create(&machine, *state, names[i], &err), &err);
	}
	assert_ok(machine_list(&list, &count, *state, &err), &err);
	assert_int_equal(count, 3);
	assert_string_equal(list[0], "a.example");
	assert_string_equal(list[2], "c-1");
	machine_list_free(list, count);
}

#define test(f) cmocka_unit_test_setup_teardown(f, make_state, remove_state)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_name_cannot_leave_the_directory),
		test(an_unknown_machine_says_what_to_do),
		test(two_processes_cannot_work_on_one_machine),
		test(disks_and_state_are_read_back),
		test(a_disk_name_cannot_leave_the_directory),
		test(machines_are_listed_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
