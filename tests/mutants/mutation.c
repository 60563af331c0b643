/*
 * The kinds of damage, as a table: an entry changes a file's bytes, in memory,
 * or does something to the file itself.
 */
#include "tests/mutants/mutation.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"

enum {
	TEXT_LIMIT = 4 << 20, /* larger ones are damaged in place */
	GROWN_BYTES = 3 << 20,
	SPARSE_BYTES = 1 << 30,
	STRIKES = 24,
	SECTOR = 512,
	HEAD_BYTES = 16 << 20
};

/* A file's bytes; `data` is the heap's. */
struct bytes {
	char *data;
	size_t count;
};

static void
make_room(struct bytes *bytes, size_t count)
{
	bytes->data = realloc(bytes->data, count + 1);
	if (bytes->data == NULL)
		abort();
}

static void
empty(struct bytes *bytes, struct dice *dice)
{
	(void)dice;
	bytes->count = 0;
}

static void
cut(struct bytes *bytes, struct dice *dice)
{
	bytes->count = dice_below(dice, bytes->count + 1);
}

static void
flip(struct bytes *bytes, struct dice *dice)
{
	for (size_t n = 1 + bytes->count / 200; n > 0 && bytes->count > 0; n--)
		bytes->data[dice_below(dice, bytes->count)] ^=
			(char)(1 << dice_below(dice, 8));
}

static void
fill(char *data, size_t count, struct dice *dice)
{
	for (size_t i = 0; i < count; i++)
		data[i] = (char)dice_next(dice);
}

static void
scramble(struct bytes *bytes, struct dice *dice)
{
	fill(bytes->data, bytes->count, dice);
}

static void
put_zeros(struct bytes *bytes, struct dice *dice)
{
	for (unsigned n = 0; n < 8 && bytes->count > 0; n++)
		bytes->data[dice_below(dice, bytes->count)] = '\0';
}

/* The text again and again. */
static void
repeat(struct bytes *bytes, struct dice *dice)
{
	size_t once = bytes->count;

	(void)dice;
	if (once == 0)
		return;
	make_room(bytes, GROWN_BYTES + once);
	while (bytes->count < GROWN_BYTES) {
		memcpy(bytes->data + bytes->count, bytes->data, once);
		bytes->count += once;
	}
}

static void
one_line(struct bytes *bytes, struct dice *dice)
{
	make_room(bytes, bytes->count + GROWN_BYTES);
	memset(bytes->data + bytes->count, 'a' + (int)dice_below(dice, 26),
		GROWN_BYTES);
	bytes->count += GROWN_BYTES;
}

/* UTF-16, as an editor of another system saves it. */
static void
widen(struct bytes *bytes, struct dice *dice)
{
	(void)dice;
	make_room(bytes, 2 * bytes->count + 2);
	for (size_t i = bytes->count; i > 0; i--) {
		bytes->data[2 * i] = bytes->data[i - 1];
		bytes->data[2 * i + 1] = '\0';
	}
	memcpy(bytes->data, "\xff\xfe", 2);
	bytes->count = 2 * bytes->count + 2;
}

/* Letters of Latin-1 where UTF-8 is expected. */
static void
spell_latin1(struct bytes *bytes, struct dice *dice)
{
	for (size_t i = 0; i < bytes->count; i++)
		if (bytes->data[i] >= 'a' && bytes->data[i] <= 'z' &&
			dice_percent(dice, 10))
			bytes->data[i] = (char)(bytes->data[i] + 0x80);
}

static void
end_lines_twice(struct bytes *bytes, struct dice *dice)
{
	size_t lines = 0, at;

	(void)dice;
	for (size_t i = 0; i < bytes->count; i++)
		lines += bytes->data[i] == '\n';
	make_room(bytes, bytes->count + lines);
	at = bytes->count + lines;
	for (size_t i = bytes->count; i > 0; i--) {
		bytes->data[--at] = bytes->data[i - 1];
		if (bytes->data[i - 1] == '\n')
			bytes->data[--at] = '\r';
	}
	bytes->count += lines;
}

static void
grow_numbers(struct bytes *bytes, struct dice *dice)
{
	for (size_t i = 0; i < bytes->count; i++)
		if (bytes->data[i] >= '0' && bytes->data[i] <= '9' &&
			dice_percent(dice, 50))
			bytes->data[i] = '9';
}

/* Quotes, brackets and the like that nothing closes. */
static void
sprinkle(struct bytes *bytes, struct dice *dice)
{
	static const char odd[] = "\"'`\\{}[]()<>|;#=%$\t\r\x7f\xff";

	for (size_t n = 1 + bytes->count / 50; n > 0 && bytes->count > 0; n--)
		bytes->data[dice_below(dice, bytes->count)] =
			odd[dice_below(dice, sizeof odd - 1)];
}

static void
turn_into_folder(guestfs_h *g, const char *path, struct dice *dice)
{
	(void)dice;
	if (guestfs_rm_f(g, path) == 0)
		guestfs_mkdir(g, path);
}

static void
turn_into_link(guestfs_h *g, const char *path, struct dice *dice)
{
	static const char *const targets[] = {"/dev/zero", "/dev/full",
		"/proc/kcore", "../../../../../../../etc/passwd", "/",
		"/proc/self/fd/0", ".", "/no/such/file", ""};
	const char *target = targets[dice_below(dice,
		sizeof targets / sizeof *targets)];

	if (guestfs_rm_f(g, path) == 0)
		guestfs_ln_s(g, *target == '\0' ? path : target, path);
}

static void
turn_into_loop(guestfs_h *g, const char *path, struct dice *dice)
{
	char other[600];

	(void)dice;
	snprintf(other, sizeof other, "%s.1", path);
	if (guestfs_rm_f(g, path) == -1)
		return;
	guestfs_ln_s(g, other, path);
	guestfs_ln_s(g, path, other);
}

static void
turn_into_pipe(guestfs_h *g, const char *path, struct dice *dice)
{
	(void)dice;
	if (guestfs_rm_f(g, path) == 0)
		guestfs_mkfifo(g, 0644, path);
}

static void
turn_into_device(guestfs_h *g, const char *path, struct dice *dice)
{
	if (guestfs_rm_f(g, path) == 0)
		guestfs_mknod_c(g, 0644, 1, 5 + 3 * (int)dice_below(dice, 2),
			path); /* zero or random */
}

static void
make_sparse(guestfs_h *g, const char *path, struct dice *dice)
{
	guestfs_truncate_size(g, path,
		SPARSE_BYTES + (int64_t)dice_below(dice, SPARSE_BYTES));
}

static void
take_away(guestfs_h *g, const char *path, struct dice *dice)
{
	(void)dice;
	guestfs_rm_f(g, path);
}

static void
make_immutable(guestfs_h *g, const char *path, struct dice *dice)
{
	(void)dice;
	guestfs_set_e2attrs(g, path, "i", -1);
}

static void
close_to_all(guestfs_h *g, const char *path, struct dice *dice)
{
	(void)dice;
	guestfs_chmod(g, 0, path);
	guestfs_chown(g, 4294967294U & 0x7fffffff, 12345, path);
}

static void
cut_in_place(guestfs_h *g, const char *path, struct dice *dice)
{
	int64_t bytes = guestfs_filesize(g, path);

	if (bytes > 0)
		guestfs_truncate_size(g, path,
			(int64_t)dice_below(dice, (uint64_t)bytes));
}

static void
strike_in_place(guestfs_h *g, const char *path, struct dice *dice)
{
	int64_t bytes = guestfs_filesize(g, path);
	char noise[SECTOR];

	for (unsigned i = 0; i < STRIKES && bytes > SECTOR; i++) {
		fill(noise, sizeof noise, dice);
		guestfs_pwrite(g, path, noise, sizeof noise,
			(int64_t)dice_below(dice, (uint64_t)(bytes - SECTOR)));
	}
}

/* One of the two. */
static const struct kind {
	const char *what;
	void (*change)(struct bytes *bytes, struct dice *dice);
	void (*handle)(guestfs_h *g, const char *path, struct dice *dice);
} kinds[] = {
	{"emptied", empty, NULL},
	{"cut short", cut, NULL},
	{"bits flipped", flip, NULL},
	{"all noise", scramble, NULL},
	{"NUL bytes inside", put_zeros, NULL},
	{"repeated into megabytes", repeat, NULL},
	{"a line of megabytes", one_line, NULL},
	{"UTF-16", widen, NULL},
	{"Latin-1 letters", spell_latin1, NULL},
	{"carriage returns", end_lines_twice, NULL},
	{"numbers of nines", grow_numbers, NULL},
	{"odd characters", sprinkle, NULL},
	{"a folder in its place", NULL, turn_into_folder},
	{"a link in its place", NULL, turn_into_link},
	{"a loop of links", NULL, turn_into_loop},
	{"a pipe in its place", NULL, turn_into_pipe},
	{"a device in its place", NULL, turn_into_device},
	{"a gigabyte of hole", NULL, make_sparse},
	{"removed", NULL, take_away},
	{"immutable", NULL, make_immutable},
	{"no mode, odd owner", NULL, close_to_all},
	{"cut in place", NULL, cut_in_place},
	{"struck in place", NULL, strike_in_place},
};

static void
change(guestfs_h *g, const char *path, const struct kind *kind,
	struct dice *dice, struct damage *damage)
{
	struct bytes bytes = {NULL, 0};
	int64_t size = guestfs_filesize(g, path);

	if (size < 0 || size > TEXT_LIMIT) {
		strike_in_place(g, path, dice);
		damage->what = "struck in place";
		return;
	}
	bytes.data = guestfs_read_file(g, path, &bytes.count);
	if (bytes.data == NULL)
		return;
	kind->change(&bytes, dice);
	if (guestfs_write(g, path, bytes.data, bytes.count) == -1)
		damage->what = "no room to damage it";
	free(bytes.data);
}

void
mutation_apply(guestfs_h *g, const char *path, struct dice *dice,
	struct damage *damage_out)
{
	const struct kind *kind =
		&kinds[dice_below(dice, sizeof kinds / sizeof *kinds)];

	damage_out->what = kind->what;
	snprintf(damage_out->path, sizeof damage_out->path, "%s", path);
	if (kind->change != NULL)
		change(g, path, kind, dice, damage_out);
	else
		kind->handle(g, path, dice);
}

void
mutation_strike(guestfs_h *g, const char *device, struct dice *dice,
	struct damage *damage_out)
{
	char noise[SECTOR];

	damage_out->what = "sectors struck";
	snprintf(damage_out->path, sizeof damage_out->path, "%s", device);
	for (uint64_t n = 1 + dice_below(dice, STRIKES); n > 0; n--) {
		fill(noise, sizeof noise, dice);
		guestfs_pwrite_device(g, device, noise, sizeof noise,
			(int64_t)(dice_below(dice, HEAD_BYTES / SECTOR) *
				SECTOR));
	}
}
