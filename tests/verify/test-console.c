#include "tests/harness.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "convert/assess/luks-keys.h"
#include "convert/verify/console.h"

static void
secrets_on_the_console_are_hidden(void **state)
{
	static const char log[] =
		"Command line: root=/dev/vda1 db_password=hunter2\r\n"
		"\0token=hunter2\nweb1 login: ";
	AUTO(freep) char *path = io_format("%s/serial.log", (char *)*state);
	AUTO(freep) char *data = NULL;
	struct error err;
	size_t bytes;

	assert_int_equal(io_write_file(path, log, sizeof log - 1, 0600, &err), 0);
	assert_int_equal(console_mask(path, NULL, &err), 0);
	assert_int_equal(io_read_file(&data, &bytes, path, 1000, &err), 0);
	assert_null(strstr(data, "hunter2"));
	assert_int_equal(strncmp(data, "Command line: root=/dev/vda1 ", 29), 0);
	assert_string_equal(data + bytes - 12, "web1 login: ");
	unlink(path);
}

/* A guest that echoes what is typed. */
static void
passphrases_that_were_typed_are_hidden(void **state)
{
	static const char log[] = "Please unlock disk sda2_crypt: "
		"correct-horse\r\nlogin: correct-horsecorrect-horse\n";
	AUTO(freep) char *path = io_format("%s/serial.log", (char *)*state);
	AUTO(freep) char *key = io_format("%s/key", (char *)*state);
	AUTO(freep) char *data = NULL;
	AUTO(luks_keys_freep) struct luks_keys *keys = NULL;
	struct error err;

	assert_ok(io_write_file(path, log, sizeof log - 1, 0600, &err), &err);
	assert_ok(io_write_file(key, "correct-horse", 13, 0600, &err), &err);
	assert_ok(luks_keys_read(&keys, key, &err), &err);
	assert_ok(console_mask(path, keys, &err), &err);
	assert_ok(io_read_file(&data, NULL, path, 1000, &err), &err);
	assert_null(strstr(data, "horse"));
	assert_non_null(strstr(data, "Please unlock disk sda2_crypt: "));
}

static void
a_proof_without_a_console_has_nothing_to_hide(void **state)
{
	AUTO(freep) char *path = io_format("%s/nothing", (char *)*state);
	struct error err;

	assert_int_equal(console_mask(path, NULL, &err), 0);
}

static void
what_cannot_be_masked_is_not_kept(void **state)
{
	AUTO(freep) char *path = io_format("%s/serial.log", (char *)*state);
	AUTO(freep) char *part = io_format("%s.part", path);
	struct error err;

	assert_int_equal(io_write_file(path, "pw=hunter2", 10, 0600, &err), 0);
	assert_int_equal(io_make_folders(part, &err), 0);
	assert_int_equal(console_mask(path, NULL, &err), -1);
	assert_int_equal(access(path, F_OK), -1);
	rmdir(part);
}

static int
make_folder(void **state)
{
	static char folder[] = "/tmp/unrack-test-console.XXXXXX";

	*state = mkdtemp(folder);
	return *state == NULL ? -1 : 0;
}

static int
remove_folder(void **state)
{
	struct error err;

	return io_remove_tree(*state, &err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secrets_on_the_console_are_hidden),
		cmocka_unit_test(passphrases_that_were_typed_are_hidden),
		cmocka_unit_test(a_proof_without_a_console_has_nothing_to_hide),
		cmocka_unit_test(what_cannot_be_masked_is_not_kept),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
