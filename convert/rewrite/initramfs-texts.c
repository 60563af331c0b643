/*
 * What tools write about the old machine's disks into their images, in forms
 * that are nowhere else: dracut's arguments and what it waits for, and the
 * commands of nash.  image-copies.c knows where they lie.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "common/strings.h"
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
will_appear(const char *word, size_t bytes, const struct rewrite *rewrite)
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
		1, name, "It is not waited for any more.");
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

		if (!will_appear(at, bytes, rewrite)) {
			edit_replace(&edit, 0, strlen(text), ":\n");
			break;
		}
		at += bytes;
	}
	return edit_close(&edit, text_out, err);
}

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
