/* What consoles say, and what only looks like it. */
#include "tests/harness.h"

#include <string.h>

#include "common/io.h"
#include "common/own.h"
#include "convert/verify/watch.h"

static struct watch watch;

static int
start_anew(void **state)
{
	(void)state;
	memset(&watch, 0, sizeof watch);
	return 0;
}

static void
feed(const char *text)
{
	watch_feed(&watch, WATCH_SERIAL, text, strlen(text), 1);
}

static void
login_prompt_is_seen_without_an_end_of_line(void **state)
{
	(void)state;
	feed("Debian GNU/Linux 11 legacy1 ttyS0\r\n\r\nlegacy1 lo");
	assert_false(watch.reached[WATCH_LOGIN]);
	feed("gin: ");
	assert_true(watch.reached[WATCH_LOGIN]);
}

static void
words_about_logins_are_no_prompt(void **state)
{
	(void)state;
	feed("Last login: Sat Nov 21 05:00:00 UTC 2026 on tty1\n");
	feed("[    9.1] sshd[411]: failed login: root\n");
	feed("sshd[411]: user login: refused\n");
	feed("the login: of clerk\n");
	assert_false(watch.reached[WATCH_LOGIN]);
}

static void
prompt_is_seen_under_colours_and_kernel_messages(void **state)
{
	(void)state;
	feed("\x1b[0;32m\x1b(Blegacy1 login: \x1b[0m[   31.2] e1000: up\n");
	assert_true(watch.reached[WATCH_LOGIN]);
}

static void
panic_is_one_only_where_the_kernel_says_it(void **state)
{
	(void)state;
	feed("[  OK  ] Started Handler of Kernel panic - not syncing.\n");
	feed("systemd[1]: Kernel panic - not syncing: just a name\n");
	feed("Kernel panic handler loaded\n");
	assert_null(watch.failure);
	feed("[    2.001617] Kernel panic - not syncing: VFS: Unable to mount "
	     "root fs on unknown-block(0,0)\n");
	assert_string_equal(watch.failure, "kernel panic");
	assert_string_equal(watch.evidence, "Kernel panic - not syncing: VFS: "
		"Unable to mount root fs on unknown-block(0,0)");
}

static void
initramfs_shell_is_seen_at_its_prompt(void **state)
{
	(void)state;
	feed("Begin: Running /scripts/local-block ... done.\n");
	assert_true(watch.reached[WATCH_INITRAMFS]);
	feed("update-initramfs: (initramfs) is a word\n");
	assert_null(watch.failure);
	feed("\r\n\r\n(initramfs) ");
	assert_string_equal(watch.failure, "initramfs shell");
}

static void
first_failure_is_kept(void **state)
{
	(void)state;
	feed("Gave up waiting for root file system device.  Common problems:\n");
	feed("Kernel panic - not syncing: Attempted to kill init!\n");
	assert_string_equal(watch.failure, "initramfs shell");
}

static void
systemd_targets_are_seen_under_their_decoration(void **state)
{
	(void)state;
	feed("         Starting something to reach target Multi-User...\n");
	assert_false(watch.reached[WATCH_MULTI_USER]);
	feed("[\x1b[0;32m  OK  \x1b[0m] Reached target \x1b[0;1;39m"
	     "Multi-User System\x1b[0m.\r\n");
	assert_true(watch.reached[WATCH_MULTI_USER]);
}

static void
emergency_mode_is_a_failure(void **state)
{
	(void)state;
	feed("You are in emergency mode. After logging in, type ...\r\n");
	assert_string_equal(watch.failure, "emergency mode");
}

static void
firmware_without_a_boot_disk_is_a_failure_of_the_firmware_only(void **state)
{
	static const char line[] = "No bootable device.\n";

	(void)state;
	feed("systemd[1]: No bootable device.\n");
	assert_null(watch.failure);
	watch_feed(&watch, WATCH_FIRMWARE, line, strlen(line), 4);
	assert_string_equal(watch.failure, "no boot loader");
	assert_true(watch.failed_seconds == 4);
}

static void
screen_of_the_boot_loader_is_understood(void **state)
{
	static const char screen[] =
		"error: no such device: 1f2e.                          \n"
		"Entering rescue mode...                               \n"
		"grub rescue>                                          \n";

	(void)state;
	watch_feed(&watch, WATCH_SCREEN, screen, strlen(screen), 1);
	assert_string_equal(watch.failure, "boot loader stopped");
}

static void
endless_line_neither_overflows_nor_hides_the_next(void **state)
{
	(void)state;
	for (int i = 0; i < 5000; i++)
		feed("xyz\x1b[");
	for (int i = 0; i < 5000; i++)
		feed("xyz");
	feed("\nlegacy1 login: ");
	assert_true(watch.reached[WATCH_LOGIN]);
}

/* The same log in one piece and byte by byte. */
static void
check_recorded(const char *name, const char *failure, bool login)
{
	AUTO(freep) char *path = io_format("tests/verify/serial/%s", name);
	AUTO(freep) char *text = NULL;
	struct error err = {0};
	size_t bytes;

	assert_ok(io_read_file(&text, &bytes, path, 1 << 20, &err), &err);
	for (int pass = 0; pass < 2; pass++) {
		memset(&watch, 0, sizeof watch);
		if (pass == 0)
			watch_feed(&watch, WATCH_SERIAL, text, bytes, 1);
		for (size_t i = 0; pass == 1 && i < bytes; i++)
			watch_feed(&watch, WATCH_SERIAL, text + i, 1, 1);
		assert_true(watch.reached[WATCH_KERNEL]);
		assert_int_equal(watch.reached[WATCH_LOGIN], login);
		if (failure == NULL)
			assert_null(watch.failure);
		else
			assert_string_equal(watch.failure, failure);
	}
}

static void
recorded_boots_are_understood_however_they_are_cut(void **state)
{
	(void)state;
	check_recorded("debian11-login.log", NULL, true);
	check_recorded("debian11-no-driver.log", "initramfs shell", false);
}

#define TEST(name) cmocka_unit_test_setup(name, start_anew)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(login_prompt_is_seen_without_an_end_of_line),
		TEST(words_about_logins_are_no_prompt),
		TEST(prompt_is_seen_under_colours_and_kernel_messages),
		TEST(panic_is_one_only_where_the_kernel_says_it),
		TEST(initramfs_shell_is_seen_at_its_prompt),
		TEST(first_failure_is_kept),
		TEST(systemd_targets_are_seen_under_their_decoration),
		TEST(emergency_mode_is_a_failure),
		TEST(firmware_without_a_boot_disk_is_a_failure_of_the_firmware_only),
		TEST(screen_of_the_boot_loader_is_understood),
		TEST(endless_line_neither_overflows_nor_hides_the_next),
		TEST(recorded_boots_are_understood_however_they_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
