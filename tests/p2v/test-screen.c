/* What the person at the machine sees. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tests/harness.h"

#include "common/io.h"
#include "common/own.h"
#include "p2v/screen.h"
#include "tests/p2v/fixture.h"

/* A screen on a file, which is no terminal. */
struct shown {
	char *folder, *path;
	struct screen *screen;
};

static void
open_file(struct shown *shown)
{
	const char *path;
	struct error err = {0};

	shown->folder = fixture_folder();
	path = shown->path = io_format("%s/screen", shown->folder);
	assert_ok(io_write_file(path, "", 0, 0600, &err), &err);
	assert_ok(screen_open(&shown->screen, &path, 1, &err), &err);
}

/* Close it and yield what it showed. */
static char *
close_file(struct shown *shown)
{
	struct error err = {0};
	char *text;

	screen_close(shown->screen);
	assert_ok(io_read_file(&text, NULL, shown->path, 1 << 20, &err), &err);
	free(shown->path);
	fixture_remove(shown->folder);
	return text;
}

static void
text_of_the_host_cannot_steer_the_terminal(void **state)
{
	struct notice notice = {.stage = "as\033[2Jsess", .level = "warning",
		.text = "a\033]0;title\007b\r\nc\tcaf\xc3\xa9 \xc2\x9b"
			"31m\x7f\xff"};
	AUTO(freep) char *text = NULL;
	struct shown shown;

	(void)state;
	open_file(&shown);
	screen_notice(shown.screen, &notice);
	text = close_file(&shown);
	for (const char *at = text; *at != '\0'; at++)
		assert_true((*at >= ' ' && *at < 127) || *at == '\n');
	assert_int_equal(strchr(text, '\n') - text, strlen(text) - 1);
	assert_non_null(strstr(text, "warning: a ]0;title b  c caf? ?31m ?"));
}

static void
progress_shows_at_its_beginning_and_end_but_not_each_time(void **state)
{
	struct notice notice = {.stage = "capture", .level = "info",
		.total = 1000, .seconds = 1};
	AUTO(freep) char *text = NULL;
	unsigned lines = 0;
	struct shown shown;

	(void)state;
	open_file(&shown);
	for (notice.done = 1; notice.done <= 1000; notice.done++)
		screen_notice(shown.screen, &notice);
	text = close_file(&shown);
	for (const char *at = text; *at != '\0'; at++)
		lines += *at == '\n';
	/* Each 5 %, and the first; a slow machine may add some. */
	assert_in_range(lines, 20, 30);
	assert_non_null(strstr(text, "1 B of 1.0 kB"));
	assert_non_null(strstr(text, "100 %"));
}

static void
stage_is_named_once(void **state)
{
	struct notice wordless = {.stage = "assess", .level = "info"};
	struct notice notice = {.stage = "assess", .level = "info",
		.text = "looking around"};
	AUTO(freep) char *text = NULL;
	struct shown shown;

	(void)state;
	open_file(&shown);
	screen_notice(shown.screen, &wordless);
	screen_notice(shown.screen, &notice);
	screen_notice(shown.screen, &wordless);
	screen_notice(shown.screen, &wordless);
	text = close_file(&shown);
	assert_string_equal(text, "assess    looking around\n");
}

static void
verdict_is_large(void **state)
{
	struct closing closing = {.verdict = "boots-with-problems",
		.text = "swap is off", .action = "wait"};
	AUTO(freep) char *text = NULL;
	struct shown shown;

	(void)state;
	open_file(&shown);
	screen_verdict(shown.screen, &closing);
	text = close_file(&shown);
	assert_non_null(strstr(text,
		"B O O T S - W I T H - P R O B L E M S"));
	assert_non_null(strstr(text, "swap is off"));
}

static void
inventory_names_each_disk_and_why_it_is_not_offered(void **state)
{
	json_t *inventory = json_pack("{s:{s:s}, s:[{s:s, s:I, s:s, s:n, "
				      "s:{s:s}}, {s:s, s:I, s:n, s:s}]}",
		"system", "manufacturer", "Dell Inc.", "disks", "name", "sda",
		"size_bytes", (json_int_t)160000000000, "model", "WDC",
		"reason", "health", "verdict", "failing", "name", "sr0", "size_bytes", (json_int_t)0, "model",
		"reason", "read-only media");
	AUTO(freep) char *text = NULL;
	struct shown shown;

	(void)state;
	assert_non_null(inventory);
	open_file(&shown);
	screen_inventory(shown.screen, inventory);
	json_decref(inventory);
	text = close_file(&shown);
	assert_non_null(strstr(text, "Dell Inc."));
	assert_non_null(strstr(text, "160 GB  WDC"));
	assert_non_null(strstr(text, " offered, health: failing"));
	assert_non_null(strstr(text, "not offered: read-only media\n"));
}

/* A terminal's other end, which nobody reads. */
static int
open_terminal(char **path_out)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY);

	assert_true(fd >= 0);
	assert_int_equal(grantpt(fd), 0);
	assert_int_equal(unlockpt(fd), 0);
	*path_out = ptsname(fd);
	return fd;
}

static void
terminal_shows_the_status_in_place(void **state)
{
	/* Shown, taken away for the news, shown again below it. */
	static const char wanted[] =
		"\rhalf\033[K\r\033[Knews\r\n\rhalf\033[K";
	struct screen *screen;
	struct error err = {0};
	char text[sizeof wanted] = "";
	char *path;
	int fd = open_terminal(&path);

	(void)state;
	assert_ok(screen_open(&screen, (const char *const *)&path, 1, &err),
		&err);
	screen_status(screen, "half");
	screen_line(screen, "news");
	assert_ok(io_read(fd, text, sizeof wanted - 1, "terminal", &err), &err);
	assert_string_equal(text, wanted);
	screen_close(screen);
	close(fd);
}

static void
progress_of_a_stage_that_is_over_goes_away(void **state)
{
	static const char wanted[] = "\r\033[Krebase\r\n";
	struct notice progress = {.stage = "capture", .level = "info",
		.done = 1, .total = 2};
	struct notice next = {.stage = "rebase", .level = "info",
		.text = "rebase"};
	char text[4096] = "";
	struct screen *screen;
	struct error err = {0};
	ssize_t bytes;
	char *path;
	int fd = open_terminal(&path);

	(void)state;
	assert_ok(screen_open(&screen, (const char *const *)&path, 1, &err),
		&err);
	screen_notice(screen, &progress);
	bytes = read(fd, text, sizeof text - 1);
	assert_true(bytes > 0);
	screen_notice(screen, &next);
	screen_line(screen, "end");
	for (size_t used = (size_t)bytes; strstr(text, "end\r\n") == NULL;
		used += (size_t)bytes) {
		bytes = read(fd, text + used, sizeof text - 1 - used);
		assert_true(bytes > 0);
	}
	assert_non_null(strstr(text, "[##########----------] capture"));
	assert_non_null(strstr(text, wanted));
	assert_non_null(strstr(text, "rebase\r\nend"));
	screen_close(screen);
	close(fd);
}

static void
terminal_that_takes_nothing_holds_nobody_up(void **state)
{
	struct screen *screen;
	struct error err = {0};
	char *path;
	int fd = open_terminal(&path);

	(void)state;
	assert_ok(screen_open(&screen, (const char *const *)&path, 1, &err),
		&err);
	/* Far more than it can hold; waiting for each would take an hour. */
	for (int i = 0; i < 4000; i++)
		screen_line(screen, "%0300d", i);
	screen_close(screen);
	close(fd);
}

static void
terminal_that_is_not_there_is_left_out(void **state)
{
	const char *path = "/nonexistent/tty";
	struct screen *screen;
	struct error err = {0};

	(void)state;
	assert_ok(screen_open(&screen, &path, 1, &err), &err);
	screen_close(screen);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_of_the_host_cannot_steer_the_terminal),
		cmocka_unit_test(
			progress_shows_at_its_beginning_and_end_but_not_each_time),
		cmocka_unit_test(stage_is_named_once),
		cmocka_unit_test(verdict_is_large),
		cmocka_unit_test(
			inventory_names_each_disk_and_why_it_is_not_offered),
		cmocka_unit_test(terminal_shows_the_status_in_place),
		cmocka_unit_test(progress_of_a_stage_that_is_over_goes_away),
		cmocka_unit_test(terminal_that_takes_nothing_holds_nobody_up),
		cmocka_unit_test(terminal_that_is_not_there_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
