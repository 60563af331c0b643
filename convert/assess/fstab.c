/*
 * Reading fstab and files of its form.  What becomes of the lines is decided
 * in rewrite/fstab.c and rewrite/crypttab.c.
 */
#include "convert/assess/fstab.h"

#include <stdio.h>
#include <string.h>

#include "common/strings.h"

static bool
is_octal(const char *at)
{
	return at[0] >= '0' && at[0] <= '3' && at[1] >= '0' && at[1] <= '7' &&
		at[2] >= '0' && at[2] <= '7';
}

/* False when it does not fit. */
static bool
decode(char *to, size_t room, const char *from, size_t bytes)
{
	size_t used = 0;

	for (size_t i = 0; i < bytes; i++) {
		if (used + 1 == room)
			return false;
		if (from[i] == '\\' && i + 3 < bytes && is_octal(from + i + 1)) {
			to[used++] = (char)((from[i + 1] - '0') * 64 +
				(from[i + 2] - '0') * 8 + from[i + 3] - '0');
			i += 3;
		} else {
			to[used++] = from[i];
		}
	}
	to[used] = '\0';
	return true;
}

/* False for a line without fields, or with one that is too long. */
static bool
split(const char *text, size_t offset, size_t end, struct fstab_line *line)
{
	size_t at = offset;

	memset(line, 0, sizeof *line);
	line->offset = offset;
	for (int i = 0; i < 4; i++) {
		size_t bytes;

		at += strspn(text + at, " \t\r");
		if (at >= end || (i == 0 && text[at] == '#'))
			return i > 0;
		bytes = strcspn(text + at, " \t\r\n");
		line->at[i] = (struct fstab_field){at, bytes};
		if (!decode(line->field[i], sizeof line->field[i], text + at,
			    bytes))
			return false;
		at += bytes;
	}
	return true;
}

bool
fstab_next(const char *text, struct fstab_place *place,
	struct fstab_line *line_out)
{
	while (text[place->offset] != '\0') {
		size_t start = place->offset;
		size_t end = start + strcspn(text + start, "\n");

		place->offset = text[end] == '\n' ? end + 1 : end;
		place->number++;
		if (split(text, start, end, line_out)) {
			line_out->number = place->number;
			return true;
		}
	}
	return false;
}

/* Options with a device: members, journals and logs that lie elsewhere. */
static const struct {
	const char *start, *type;
} options[] = {
	{"device=/dev/", "btrfs"},
	{"jdev=/dev/", ""},
	{"journal_path=/dev/", "jbd"},
	{"logdev=/dev/", "xfs_external_log"},
	{"rtdev=/dev/", ""},
};

/* Is the option at `at` one of them?  Those that are too long are no devices. */
static bool
read_device(const char *text, size_t at, size_t bytes,
	struct fstab_device *device)
{
	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		size_t n = strlen(options[i].start) - strlen("/dev/");

		if (!string_starts(text + at, options[i].start) ||
			bytes - n >= sizeof device->spec)
			continue;
		device->at = (struct fstab_field){at + n, bytes - n};
		device->type = options[i].type;
		snprintf(device->spec, sizeof device->spec, "%.*s",
			(int)(bytes - n), text + at + n);
		return true;
	}
	return false;
}

bool
fstab_next_device(const char *text, const struct fstab_line *line,
	struct fstab_device *device)
{
	const struct fstab_field *field = &line->at[FSTAB_OPTIONS];
	size_t end = field->offset + field->bytes;
	size_t at = device->at.bytes == 0
		? field->offset
		: device->at.offset + device->at.bytes;

	while (at < end) {
		size_t bytes = strcspn(text + at, ", \t\r\n");

		if (read_device(text, at, bytes, device))
			return true;
		at += bytes + 1;
	}
	return false;
}

bool
fstab_is_noauto(const struct fstab_line *line)
{
	return string_list_holds(line->field[FSTAB_OPTIONS], "noauto");
}

bool
fstab_is_boot(const struct fstab_line *line)
{
	static const char *const targets[] = {"/boot", "/boot/efi", "/efi",
		NULL};

	return strings_hold(targets, line->field[FSTAB_TARGET]);
}
