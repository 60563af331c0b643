/* One table for both command lines, of which the real one counts. */
#include <string.h>

#include "tests/harness.h"

#include "common/io.h"
#include "common/own.h"
#include "p2v/options.h"
#include "tests/p2v/fixture.h"

/* Read with the kernel's line `line`, or none; argv[0] is added. */
static int
read_options(struct options *options, const char *line,
	const char *const *words, struct error *err)
{
	static char memory[32][200];
	char *argv[33] = {memory[0]};
	char *folder = fixture_folder();
	AUTO(freep) char *path = io_format("%s/cmdline", folder);
	int argc = 1, result;

	for (; words[argc - 1] != NULL; argc++) {
		snprintf(memory[argc], sizeof memory[argc], "%s",
			words[argc - 1]);
		argv[argc] = memory[argc];
	}
	if (line != NULL)
		io_write_file(path, line, strlen(line), 0600, err);
	result = options_read(options, argc, argv, path, err);
	fixture_remove(folder);
	return result;
}

#define READ(options, line, err, ...)                                          \
	read_options(options, line, (const char *const[]){__VA_ARGS__, NULL}, err)
#define READ_KERNEL(options, line, err)                                        \
	read_options(options, line, (const char *const[]){NULL}, err)

static void
every_option_reaches_its_member(void **state)
{
	AUTO(options_release) struct options options;
	struct error err = {0};

	(void)state;
	assert_ok(READ(&options, NULL, &err, "--server", "h:1", "--key=k",
		"--disk", "sda", "-d", "sdb", "--mode=assess", "--finish",
		"shell", "--screen", "/dev/tty1", "--inventory", "--file", "f",
		"--facts", "i.json", "--once", "-v"), &err);
	assert_string_equal(options.server, "h:1");
	assert_string_equal(options.key, "k");
	assert_int_equal(options.disks.count, 2);
	assert_string_equal(options.disks.items[1], "sdb");
	assert_string_equal(options.mode, "assess");
	assert_string_equal(options.finish, "shell");
	assert_string_equal(options.screens.items[0], "/dev/tty1");
	assert_string_equal(options.files.items[0], "f");
	assert_string_equal(options.facts, "i.json");
	assert_true(options.inventory && options.once && options.verbose);
	assert_false(options.help || options.version);
}

static void
assess_is_a_mode_and_live_is_none(void **state)
{
	AUTO(options_release) struct options options;
	struct error err = {0};

	(void)state;
	assert_ok(READ(&options, NULL, &err, "--live"), &err);
	assert_true(options.live);
	assert_string_equal(options.mode, "capture");
	options_release(&options);
	assert_ok(READ(&options, "unrack.mode=capture unrack.live=1", &err,
		"--assess"), &err);
	assert_string_equal(options.mode, "assess");
	assert_false(options.live);
}

static void
kernel_line_gives_the_same_names(void **state)
{
	AUTO(options_release) struct options options;
	struct error err = {0};

	(void)state;
	assert_ok(READ_KERNEL(&options, "BOOT_IMAGE=/vmlinuz quiet "
		"unrack.server=10.0.0.1:99 unrack.key=/k unrack.disk=sda "
		"unrack.disk=\"/dev/disk/by-id/a b\" unrack.mode=assess "
		"unrack.finish=reboot unrack.ip=10.0.0.2/24 unrack.once\n",
		&err), &err);
	assert_string_equal(options.server, "10.0.0.1:99");
	assert_string_equal(options.key, "/k");
	assert_int_equal(options.disks.count, 2);
	assert_string_equal(options.disks.items[1], "/dev/disk/by-id/a b");
	assert_string_equal(options.mode, "assess");
	assert_string_equal(options.finish, "reboot");
	assert_false(options.once);
}

static void
real_command_line_counts(void **state)
{
	AUTO(options_release) struct options options;
	struct error err = {0};

	(void)state;
	assert_ok(READ(&options, "unrack.server=kernel unrack.disk=sda "
		"unrack.disk=sdb unrack.key=kernel", &err, "--server", "real",
		"--disk", "sdc"), &err);
	assert_string_equal(options.server, "real");
	assert_string_equal(options.key, "kernel");
	assert_int_equal(options.disks.count, 1);
	assert_string_equal(options.disks.items[0], "sdc");
	assert_string_equal(options.mode, "capture");
}

static void
only_those_for_the_kernel_line_are_read_there(void **state)
{
	AUTO(options_release) struct options options;
	struct error err = {0};

	(void)state;
	assert_ok(READ_KERNEL(&options, "server=a xunrack.server=b "
		"unrack.servers=c unrack.file=/etc/shadow unrack.screen=x "
		"unrack.server", &err), &err);
	assert_null(options.server);
	assert_int_equal(options.files.count, 0);
	assert_int_equal(options.screens.count, 0);
}

static void
what_cannot_be_used_is_refused(void **state)
{
	static const struct {
		const char *words[4], *text;
	} cases[] = {
		{{"--nonsense"}, "--nonsense is no option"},
		{{"-x"}, "-x is no option"},
		{{"--server"}, "--server needs a value"},
		{{"--server="}, "--server is empty"},
		{{"--mode", "destroy"}, "--mode cannot be 'destroy'"},
		{{"--finish", "wait"}, "--finish cannot be 'wait'"},
		{{"disk.raw"}, "'disk.raw' is one word too many"},
		{{"--facts", "f"}, "--facts goes with --file"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct options options;
		struct error err = {0};

		assert_int_equal(read_options(&options, NULL, cases[i].words,
			&err), -1);
		assert_true(strncmp(err.text, cases[i].text,
			strlen(cases[i].text)) == 0);
	}
}

static void
wrong_value_on_the_kernel_line_says_where_it_stands(void **state)
{
	struct options options;
	struct error err = {0};

	(void)state;
	assert_int_equal(READ_KERNEL(&options, "unrack.mode=x", &err), -1);
	assert_string_equal(err.text,
		"kernel command line: --mode cannot be 'x'");
	assert_string_not_equal(err.hint, "");
}

static void
option_is_not_given_without_end(void **state)
{
	const char *words[OPTION_WORDS + 2] = {0};
	struct options options;
	struct error err = {0};

	(void)state;
	char line[1000] = "";

	for (int i = 0; i <= OPTION_WORDS; i++)
		strcat(line, "unrack.disk=sda ");
	assert_int_equal(read_options(&options, line, words, &err), -1);
}

static void
carrying_goes_with_what_it_needs(void **state)
{
	struct options options;
	struct error err = {0};

	(void)state;
	assert_ok(READ(&options, NULL, &err, "--to", "/a", "-t", "/b",
		"--encrypt", "--key", "k", "--continue", "/c"), &err);
	assert_int_equal(options.to.count, 2);
	assert_string_equal(options.continued.items[0], "/c");
	assert_true(options.encrypt);
	options_release(&options);
	assert_int_equal(READ(&options, NULL, &err, "--encrypt", "-k", "k"), -1);
	assert_int_equal(READ(&options, NULL, &err, "--continue", "/c"), -1);
	assert_int_equal(READ(&options, NULL, &err, "--to", "/a", "--encrypt"), -1);
	assert_int_equal(READ(&options, NULL, &err, "--to", "/a", "--live"), -1);
	assert_int_equal(READ(&options, NULL, &err, "--to", "/a", "-m",
		"assess"), -1);
}

static void
help_names_every_option(void **state)
{
	static const char *const names[] = {"--server", "--key", "--disk",
		"--mode", "--finish", "--screen", "--inventory", "--file",
		"--facts", "--to", "--live", "--assess",
		"--continue", "--encrypt", "--once", "--verbose", "--help", "--version",
		"unrack.disk="};
	AUTO(freep) char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	(void)state;
	options_print_help(out);
	fclose(out);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		assert_non_null(strstr(text, names[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_option_reaches_its_member),
		cmocka_unit_test(assess_is_a_mode_and_live_is_none),
		cmocka_unit_test(kernel_line_gives_the_same_names),
		cmocka_unit_test(real_command_line_counts),
		cmocka_unit_test(only_those_for_the_kernel_line_are_read_there),
		cmocka_unit_test(what_cannot_be_used_is_refused),
		cmocka_unit_test(
			wrong_value_on_the_kernel_line_says_where_it_stands),
		cmocka_unit_test(option_is_not_given_without_end),
		cmocka_unit_test(carrying_goes_with_what_it_needs),
		cmocka_unit_test(help_names_every_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
