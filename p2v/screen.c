/*
 * The machine's own screens, usually a VGA console and a serial line at once.
 * A terminal that does not take its text (a serial line without a reader that
 * wants flow control) loses it; nothing waits for long.
 */
#include "p2v/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "common/error.h"
#include "common/json.h"
#include "common/log.h"
#include "common/progress.h"

enum {
	OUTPUTS = 8,
	LINE_BYTES = 800,
	PATIENCE_MS = 1000,
	WIDTH = 80,
	/* Where lines cannot be rewritten, a status shows this seldom ... */
	STATUS_SECONDS = 10,
	STATUS_PARTS = 20, /* ... or every 5 % */
};

/* How a status reaches an output on which lines cannot be rewritten. */
enum insistence { NOT_AT_ALL, SELDOM, AT_ONCE };

struct output {
	int fd;
	bool owned;
	bool is_terminal;
	bool status_shown;
	bool stuck; /* did not take the last text */
	time_t status_at;
};

struct screen {
	pthread_mutex_t lock;
	struct output outputs[OUTPUTS];
	size_t count;
	char status[LINE_BYTES]; /* empty when there is none */
	char bar[LINE_BYTES];	 /* instead of it on a terminal, or empty */
	uint64_t part;
	char stage[sizeof((struct notice *)NULL)->stage];
};

static void
screen_add(struct screen *screen, int fd, bool owned)
{
	screen->outputs[screen->count++] = (struct output){
		.fd = fd, .owned = owned, .is_terminal = isatty(fd) == 1};
}

int
screen_open(struct screen **screen_out, const char *const *ttys, size_t count,
	struct error *err)
{
	struct screen *screen = calloc(1, sizeof *screen);

	if (screen == NULL)
		return error_set(err, ENOMEM, "open the screen");
	pthread_mutex_init(&screen->lock, NULL);
	for (size_t i = 0; i < count && screen->count < OUTPUTS; i++) {
		int fd = open(ttys[i], O_WRONLY | O_NOCTTY | O_NONBLOCK |
			O_CLOEXEC | O_APPEND);

		if (fd == -1)
			log_debug("screen %s: %s", ttys[i], strerror(errno));
		else
			screen_add(screen, fd, true);
	}
	if (screen->count == 0)
		screen_add(screen, STDERR_FILENO, false);
	*screen_out = screen;
	return 0;
}

/* Leaves the cursor on a line of its own. */
void
screen_close(struct screen *screen)
{
	if (screen == NULL)
		return;
	screen_status(screen, "%s", "");
	for (size_t i = 0; i < screen->count; i++)
		if (screen->outputs[i].owned)
			close(screen->outputs[i].fd);
	pthread_mutex_destroy(&screen->lock);
	free(screen);
}

static void
put(struct output *output, const char *text, size_t bytes)
{
	struct pollfd ready = {output->fd, POLLOUT, 0};

	while (bytes > 0) {
		ssize_t got = write(output->fd, text, bytes);
		int patience_ms = output->stuck ? 0 : PATIENCE_MS;

		if (got == -1 && errno == EINTR)
			continue;
		output->stuck = got == -1 && (errno != EAGAIN ||
			poll(&ready, 1, patience_ms) != 1);
		if (output->stuck)
			return;
		if (got > 0) {
			text += got;
			bytes -= (size_t)got;
		}
	}
}

static void
put_text(struct output *output, const char *text)
{
	put(output, text, strlen(text));
}

/* Printable ASCII only; one '?' for each other character. */
static void
sanitise(char *text)
{
	char *to = text;

	for (const char *at = text; *at != '\0'; at++) {
		unsigned char byte = (unsigned char)*at;

		if ((byte & 0xc0) == 0x80)
			continue; /* the rest of a character of several bytes */
		*to++ = byte >= 0x80 ? '?' : byte < ' ' || byte == 127 ? ' '
								       : *at;
	}
	*to = '\0';
}

static size_t
output_width(const struct output *output)
{
	struct winsize size;

	if (ioctl(output->fd, TIOCGWINSZ, &size) == -1 || size.ws_col < 20)
		return WIDTH;
	return size.ws_col;
}

static void
clear_status(struct output *output)
{
	if (output->is_terminal && output->status_shown)
		put_text(output, "\r\033[K");
	output->status_shown = false;
}

static void
show_status(struct output *output, const char *status,
	enum insistence insistence)
{
	time_t now = time(NULL);
	size_t bytes = strlen(status), width;

	if (bytes == 0)
		return;
	if (output->is_terminal) {
		width = output_width(output) - 1;
		put_text(output, "\r");
		put(output, status, bytes < width ? bytes : width);
		put_text(output, "\033[K");
		output->status_shown = true;
		return;
	}
	if (insistence == NOT_AT_ALL || (insistence == SELDOM &&
			now - output->status_at < STATUS_SECONDS))
		return;
	output->status_at = now;
	put(output, status, bytes);
	put_text(output, "\n");
}

static const char *
shown_on(const struct screen *screen, const struct output *output)
{
	return output->is_terminal && screen->bar[0] != '\0' ? screen->bar
							     : screen->status;
}

static void
show_line(struct screen *screen, const char *line)
{
	for (size_t i = 0; i < screen->count; i++) {
		struct output *output = &screen->outputs[i];

		clear_status(output);
		put_text(output, line);
		put_text(output, "\n");
		if (output->is_terminal)
			show_status(output, shown_on(screen, output),
				NOT_AT_ALL);
	}
}

void
screen_line(struct screen *screen, const char *format, ...)
{
	char line[LINE_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	sanitise(line);
	pthread_mutex_lock(&screen->lock);
	show_line(screen, line);
	pthread_mutex_unlock(&screen->lock);
}

static void
set_status(struct screen *screen, const char *status, const char *bar,
	enum insistence insistence)
{
	pthread_mutex_lock(&screen->lock);
	snprintf(screen->status, sizeof screen->status, "%s", status);
	snprintf(screen->bar, sizeof screen->bar, "%s", bar);
	for (size_t i = 0; i < screen->count; i++) {
		if (*status == '\0')
			clear_status(&screen->outputs[i]);
		show_status(&screen->outputs[i],
			shown_on(screen, &screen->outputs[i]), insistence);
	}
	pthread_mutex_unlock(&screen->lock);
}

void
screen_status(struct screen *screen, const char *format, ...)
{
	char line[LINE_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	sanitise(line);
	set_status(screen, line, "", AT_ONCE);
}

void
screen_error(struct screen *screen, const struct error *err)
{
	screen_line(screen, "%s", err->text);
	if (err->hint[0] != '\0')
		screen_line(screen, "%s", err->hint);
}

static void
disk_line(struct screen *screen, const json_t *disk)
{
	const char *reason = json_text(disk, "reason", NULL);
	const char *verdict = json_text(json_object_get(disk, "health"),
		"verdict", NULL);
	char size[16];

	screen_line(screen, "  %-9s %8s  %-28.28s %s%s%s%s",
		json_text(disk, "name", "?"),
		progress_bytes(size, json_number(disk, "size_bytes", 0)),
		json_text(disk, "model", ""),
		reason == NULL ? "offered" : "not offered: ",
		reason == NULL ? "" : reason,
		verdict == NULL ? "" : ", health: ",
		verdict == NULL ? "" : verdict);
}

void
screen_inventory(struct screen *screen, const json_t *inventory)
{
	const json_t *system = json_object_get(inventory, "system"), *disk;
	size_t i;

	screen_line(screen, "unrack-capture %s", UNRACK_VERSION);
	screen_line(screen, "machine: %s %s, serial number %s",
		json_text(system, "manufacturer", "(unknown maker)"),
		json_text(system, "product", "(unknown product)"),
		json_text(system, "serial", "(unknown)"));
	screen_line(screen, "disks, opened read-only:");
	json_array_foreach (json_object_get(inventory, "disks"), i, disk)
		disk_line(screen, disk);
}

static bool
stage_changes(struct screen *screen, const char *stage)
{
	bool changed;

	pthread_mutex_lock(&screen->lock);
	changed = strcmp(screen->stage, stage) != 0;
	snprintf(screen->stage, sizeof screen->stage, "%s", stage);
	pthread_mutex_unlock(&screen->lock);
	return changed;
}

/* Every 5 %, where lines cannot be rewritten. */
static bool
part_changes(struct screen *screen, const struct notice *notice)
{
	uint64_t part = (uint64_t)((double)notice->done /
		(double)notice->total * STATUS_PARTS);
	bool changed;

	pthread_mutex_lock(&screen->lock);
	changed = part != screen->part;
	screen->part = part;
	pthread_mutex_unlock(&screen->lock);
	return changed;
}

static void
show_progress(struct screen *screen, const struct notice *notice)
{
	char line[LINE_BYTES], bar[LINE_BYTES];
	bool at_once = stage_changes(screen, notice->stage);
	size_t used;
	struct progress progress = {notice->stage, notice->done,
		notice->total};

	at_once |= part_changes(screen, notice);
	progress_bar(bar, sizeof bar, &progress, notice->seconds);
	progress_line(line, sizeof line, &progress, notice->seconds);
	used = strlen(line);
	if (notice->text[0] != '\0' && used < sizeof line)
		snprintf(line + used, sizeof line - used, "  %s",
			notice->text);
	sanitise(line);
	sanitise(bar);
	at_once |= notice->done >= notice->total;
	set_status(screen, line, bar, at_once ? AT_ONCE : SELDOM);
}

/* A line before or after this one says what the stage is. */
static void
show_waiting(struct screen *screen, const char *stage)
{
	char line[LINE_BYTES];

	snprintf(line, sizeof line, "%-9s ...", stage);
	sanitise(line);
	set_status(screen, line, "", NOT_AT_ALL);
}

void
screen_notice(struct screen *screen, const struct notice *notice)
{
	bool plain = strcmp(notice->level, "info") == 0;

	if (notice->total > 0) {
		show_progress(screen, notice);
		return;
	}
	/* The progress of a stage that is over says nothing any more. */
	if (stage_changes(screen, notice->stage))
		screen_status(screen, "%s", "");
	if (notice->text[0] == '\0')
		show_waiting(screen, notice->stage);
	else if (strcmp(notice->text, notice->stage) == 0)
		screen_line(screen, "%s", notice->stage);
	else if (plain)
		screen_line(screen, "%-9s %s", notice->stage, notice->text);
	else
		screen_line(screen, "%-9s %s: %s", notice->stage,
			notice->level, notice->text);
}

/* "boots" as "B O O T S", which is read across a room. */
static void
spread(char *text_out, size_t room, const char *word)
{
	size_t used = 0;

	for (; *word != '\0' && used + 3 < room; word++) {
		char letter = *word;

		if (letter >= 'a' && letter <= 'z')
			letter = (char)(letter - 'a' + 'A');
		text_out[used++] = letter;
		text_out[used++] = ' ';
	}
	text_out[used] = '\0';
}

void
screen_verdict(struct screen *screen, const struct closing *closing)
{
	static const char rule[] = "================================"
				   "================================";
	char large[2 * sizeof closing->verdict + 2];

	spread(large, sizeof large, closing->verdict);
	screen_status(screen, "%s", "");
	screen_line(screen, "%s", "");
	screen_line(screen, "%s", rule);
	screen_line(screen, "%s", "");
	screen_line(screen, "        %s", large);
	screen_line(screen, "%s", "");
	screen_line(screen, "%s", rule);
	screen_line(screen, "%s", closing->text);
}
