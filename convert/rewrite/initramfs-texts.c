/*
 * What tools write about the old machine's disks into their images, in forms
 * that are nowhere else: dracut's arguments and what it waits for, and the
 * commands of nash.  image-copies.c knows where they lie.
 */
#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/disk-name.h"
#include "convert/assess/finding.h"
#include "convert/assess/reference.h"
#include "convert/rewrite/command-line.h"
#include "convert/rewrite/rewriters.h"

int
dracut_arguments_rewrite(char **text_out, const char *text,
	const struct rewrite *rewrite, struct error *err)
{
	struct edit edit;

	edit_open(&edit, text);
	command_line_rewrite(&edit, 0, strlen(text), true, 1, rewrite);
	return edit_close(&edit, text_out, err);
}

/* Does this word of a script name a disk that the VM has under that name? */
static bool
will_appear(const char *word, size_t bytes, const char *effect,
	const struct rewrite *rewrite)
{
	struct reference reference;
	char name[512];

	if (bytes >= sizeof name)
		return true;
	snprintf(name, sizeof name, "%.*s", (int)bytes, word);
	reference_resolve(rewrite->references, name, "", &reference);
	if (reference.state == REFERENCE_OTHER || reference.lasts ||
		reference.state == REFERENCE_STABLE)
		return true;
	finding_add(rewrite->findings, "linux.initramfs.waits", rewrite->path,
		1, name, effect);
	return false;
}

/* The root file system is waited for elsewhere: this only delays. */
int
dracut_wait_rewrite(char **text_out, const char *text,
	const struct rewrite *rewrite, struct error *err)
{
	struct edit edit;

	edit_open(&edit, text);
	for (const char *at = text; (at = strstr(at, "/dev/")) != NULL;) {
		size_t bytes = strcspn(at, " \t\r\n\"'];");

		if (!will_appear(at, bytes, "It is not waited for any more.",
			    rewrite)) {
			edit_replace(&edit, 0, strlen(text), ":\n");
			break;
		}
		at += bytes;
	}
	return edit_close(&edit, text_out, err);
}

/* ---- what systemd waits for in an image of dracut ---- */

/* Seconds: enough for a slow VM, if the disk should be there all the same. */
#define WAIT_LIMIT "10"

/* systemd.unit(5): "dev-disk-by\x2did-x" is /dev/disk/by-id/x. */
static bool
decode_unit(char *device_out, size_t room, const char *unit, size_t bytes)
{
	size_t used = 0;

	device_out[used++] = '/';
	for (size_t i = 0; i < bytes; i++) {
		char digits[3] = "", byte = unit[i] == '-' ? '/' : unit[i];

		if (bytes - i > 3 && unit[i] == '\\' && unit[i + 1] == 'x') {
			memcpy(digits, unit + i + 2, 2);
			byte = (char)strtoul(digits, NULL, 16);
			i += 3;
		}
		if (byte == '\0' || used + 1 == room)
			return false;
		device_out[used++] = byte;
	}
	device_out[used] = '\0';
	return true;
}

/* The device of ".../DEVICE.device.d/timeout.conf". */
static bool
device_of_drop_in(char *device_out, size_t room, const char *path)
{
	static const char end[] = ".device.d";
	const char *last = strrchr(path, '/'), *first = last;

	while (first != NULL && first > path && first[-1] != '/')
		first--;
	return first != NULL && last - first > (ptrdiff_t)strlen(end) &&
		string_starts(last - strlen(end), end) &&
		decode_unit(device_out, room, first,
			(size_t)(last - first) - strlen(end));
}

/*
 * Is the device named after hardware?  What is named after its content, in
 * a way that is not known here, may be there after a passphrase was typed.
 */
static bool
is_of_hardware(const char *device)
{
	static const char mapped[] = "/dev/disk/by-id/dm-name-";
	static const char *const contents[] = {"md-", "dm-uuid-LVM-",
		"dm-uuid-CRYPT-", "lvm-pv-uuid-"};
	char name[DISK_NAME_BYTES], disk[DISK_NAME_BYTES];
	unsigned partition;

	snprintf(name, sizeof name, "%s", device);
	if (string_starts(device, mapped))
		snprintf(name, sizeof name, "/dev/mapper/%s",
			device + strlen(mapped));
	for (size_t i = 0; i < sizeof contents / sizeof *contents; i++)
		if (string_starts(name, "/dev/disk/by-id/") &&
			string_starts(name + strlen("/dev/disk/by-id/"),
				contents[i]))
			return false;
	return disk_name_parse(name, disk, &partition);
}

/* A disk that is only wished for: without it the boot goes on. */
int
dracut_timeout_rewrite(char **text_out, const char *text,
	const struct rewrite *rewrite, struct error *err)
{
	static const char *const keys[] = {"JobTimeoutSec=",
		"JobRunningTimeoutSec="};
	char device[DISK_NAME_BYTES];
	struct edit edit;

	edit_open(&edit, text);
	if (!device_of_drop_in(device, sizeof device, rewrite->path) ||
		!is_of_hardware(device) ||
		will_appear(device, strlen(device), "It is waited for no "
			"longer than " WAIT_LIMIT " seconds.", rewrite))
		return edit_close(&edit, text_out, err);
	for (size_t at = 0; text[at] != '\0';) {
		size_t end = at + strcspn(text + at, "\n");

		for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
			size_t value = at + strlen(keys[i]);

			if (string_starts(text + at, keys[i]) &&
				(end - value != strlen(WAIT_LIMIT) ||
					!string_starts(text + value,
						WAIT_LIMIT)))
				edit_replace(&edit, value, end - value,
					WAIT_LIMIT);
		}
		at = end + (text[end] == '\n');
	}
	return edit_close(&edit, text_out, err);
}

/* ---- nash ---- */

/* The last word of a line is the disk: "mkrootdev -t ext3 -o ro /dev/sda1". */
static void
rewrite_command(struct edit *edit, size_t at, size_t end, const char *type,
	const char *rule, unsigned number, const struct rewrite *rewrite)
{
	struct reference reference;
	char name[512];
	size_t from;

	while (end > at && isspace((unsigned char)edit->text[end - 1]))
		end--;
	for (from = end; from > at &&
		!isspace((unsigned char)edit->text[from - 1]);)
		from--;
	if (end - from >= sizeof name)
		return;
	snprintf(name, sizeof name, "%.*s", (int)(end - from),
		edit->text + from);
	reference_resolve(rewrite->references, name, type, &reference);
	if (reference.state != REFERENCE_NAMED || *reference.stable == '\0')
		return;
	finding_add(rewrite->findings, rule, rewrite->path, number, name,
		"Replaced by the UUID of what the partition holds.");
	edit_replace(edit, from, end - from, reference.stable);
}

int
nash_rewrite(char **text_out, const char *text, const struct rewrite *rewrite,
	struct error *err)
{
	struct edit edit;
	unsigned number = 0;

	edit_open(&edit, text);
	for (size_t at = 0; text[at] != '\0' &&
		string_starts(text, "#!/bin/nash");) {
		size_t end = at + strcspn(text + at, "\n");

		number++;
		if (string_starts(text + at, "mkrootdev "))
			rewrite_command(&edit, at, end, "",
				"linux.grub.device-name", number, rewrite);
		if (string_starts(text + at, "resume "))
			rewrite_command(&edit, at, end, "swap",
				"linux.resume.device-name", number, rewrite);
		at = end + (text[end] == '\n');
	}
	return edit_close(&edit, text_out, err);
}
