/* Passphrases, typed where a console asks for one and nowhere else. */
#include "tests/harness.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/io.h"
#include "common/own.h"
#include "convert/assess/luks-keys.h"
#include "convert/verify/typist.h"
#include "convert/verify/watch.h"

static char folder[] = "/tmp/unrack-typist.XXXXXX";
static struct watch watch;
static struct typist typist;
static struct luks_keys *keys;
static int guest; /* the guest's end of the line */

static void
add_key(const char *text)
{
	AUTO(freep) char *path = io_format("%s/key", folder);
	struct error err = {0};

	assert_ok(io_write_file(path, text, strlen(text), 0600, &err), &err);
	assert_ok(luks_keys_read(&keys, path, &err), &err);
}

static int
start_anew(void **state)
{
	int ends[2];

	(void)state;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == -1)
		return -1;
	memset(&watch, 0, sizeof watch);
	keys = NULL;
	add_key("correct-horse\n");
	typist = (struct typist){.fd = ends[0], .keys = keys};
	guest = ends[1];
	return 0;
}

static int
end(void **state)
{
	(void)state;
	luks_keys_free(keys);
	close(typist.fd);
	return close(guest);
}

static void
feed(const char *text)
{
	watch_feed(&watch, WATCH_SERIAL, text, strlen(text), 1);
}

static void
step(double seconds)
{
	typist_step(&typist, watch.asked, seconds);
}

static void
assert_typed(const char *text)
{
	char typed[256] = "";

	recv(guest, typed, sizeof typed - 1, MSG_DONTWAIT);
	assert_string_equal(typed, text);
}

static void
who_asks_is_answered_once_and_not_at_once(void **state)
{
	(void)state;
	feed("cryptsetup: Waiting for encrypted source device...\r\n");
	step(1);
	step(9);
	assert_typed("");
	feed("Please unlock disk sda2_crypt: ");
	step(10);
	step(11);
	assert_typed("");
	step(12.5);
	assert_typed("correct-horse\n");
	feed("[   14.2] clocksource: tsc\r\ncryptsetup: set up successfully\r\n");
	step(30);
	assert_typed("");
}

static void
prompts_of_every_kind_are_known(void **state)
{
	static const char *const prompts[] = {
		"Please unlock disk sda2_crypt: ",
		"\xf0\x9f\x94\x90 Please enter passphrase for disk root on /: "
		"(press TAB for no echo) ",
		"Please enter passphrase for disk WDC_1 (luks-1f)!: ",
		"[    3.1] Enter passphrase for /dev/sda2: ",
		"Enter passphrase: ",
		"Enter LUKS passphrase for /dev/sda2: ",
		"Password (/dev/sda2 (luks-1f)): ",
	};

	(void)state;
	for (size_t i = 0; i < sizeof prompts / sizeof prompts[0]; i++) {
		feed(prompts[i]);
		assert_int_equal(watch.asked, i + 1);
		feed("\r\n");
	}
}

static void
words_about_passphrases_are_no_prompt(void **state)
{
	(void)state;
	feed("No key available with this passphrase.\r\n");
	feed("systemd[1]: Starting Forward Password Requests to Wall...\r\n");
	feed("agent: Please unlock disk sda2_crypt: now\r\n");
	feed("Please unlock disk ");
	assert_int_equal(watch.asked, 0);
}

static void
each_prompt_gets_the_next_passphrase(void **state)
{
	(void)state;
	add_key("other");
	feed("Please unlock disk a: ");
	step(1);
	step(4);
	assert_typed("correct-horse\n");
	feed("\r\ncryptsetup failed, bad password or options?\r\n"
	     "Please unlock disk a: ");
	step(5);
	step(8);
	assert_typed("other\n");
	feed("\r\nPlease unlock disk b: ");
	step(9);
	step(12);
	assert_typed("correct-horse\n");
}

static void
what_the_guest_says_does_not_fill_the_line(void **state)
{
	char noise[4096];

	(void)state;
	memset(noise, 'x', sizeof noise);
	for (int i = 0; i < 1000; i++) {
		if (send(guest, noise, sizeof noise, MSG_DONTWAIT) == -1)
			fail_msg("the line is full after %d pieces", i);
		step(i);
	}
}

static void
without_a_line_nothing_is_typed(void **state)
{
	struct typist none = {.fd = -1, .keys = keys};

	(void)state;
	typist_step(&none, 1, 1);
	typist_step(&none, 1, 9);
	assert_int_equal(none.answered, 0);
}

static int
make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	return io_remove_tree(folder, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_anew, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_asks_is_answered_once_and_not_at_once),
		TEST(prompts_of_every_kind_are_known),
		TEST(words_about_passphrases_are_no_prompt),
		TEST(each_prompt_gets_the_next_passphrase),
		TEST(what_the_guest_says_does_not_fill_the_line),
		TEST(without_a_line_nothing_is_typed),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
