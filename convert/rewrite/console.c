/*
 * Serial consoles that the VM does not have: in what loaders tell the kernel and
 * use themselves, and in what opens a login there.
 */
#include "convert/rewrite/console.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/examine.h"
#include "convert/rewrite/change.h"
#include "convert/rewrite/comment-out.h"

#define RULE "linux.console.moved"

static const char done[] = "It is ttyS0 now, which is the VM's serial port.";

/* Bytes of a terminal's name that the VM does not have; 0: it is none. */
static size_t
absent_bytes(const char *text)
{
	size_t n = 0;

	if (string_starts(text, "ttyS") && text[4] >= '1' && text[4] <= '9')
		n = 5 + strspn(text + 5, "0123456789");
	else if (string_starts(text, "hvc0") || string_starts(text, "xvc0"))
		n = 4;
	return n > 0 && !isalnum((unsigned char)text[n]) ? n : 0;
}

/* One line of a text, from `at` to `end`. */
struct stretch {
	const struct rewrite *rewrite;
	struct edit *edit;
	size_t at, end;
	unsigned number;
	bool is_taken; /* ttyS0 has a login already */
};

/* Is `word` somewhere in it, as a whole one? */
static bool
stretch_has(const struct stretch *stretch, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = stretch->at; i + n <= stretch->end; i++) {
		const char *at = stretch->edit->text + i;

		if (strncmp(at, word, n) == 0 && !isalnum((unsigned char)at[n]))
			return true;
	}
	return false;
}

static void
replace(const struct stretch *stretch, size_t offset, size_t bytes,
	const char *by)
{
	char what[64];

	snprintf(what, sizeof what, "%.*s", (int)bytes,
		stretch->edit->text + offset);
	finding_add(stretch->rewrite->findings, RULE, stretch->rewrite->path,
		stretch->number, what, done);
	edit_replace(stretch->edit, offset, bytes, by);
}

/*
 * "console=ttyS1,115200n8"; a line that has ttyS0 as well goes on as it is.  Of
 * several that are absent, the first becomes ttyS0: the kernel takes no
 * notice of the others.
 */
static void
rewrite_arguments(const struct stretch *stretch)
{
	static const char key[] = "console=";
	const char *text = stretch->edit->text;

	if (stretch_has(stretch, "console=ttyS0"))
		return;
	for (size_t i = stretch->at; i + sizeof key <= stretch->end; i++) {
		size_t value = i + strlen(key), n;
		bool begins = i == stretch->at ||
			!(isalnum((unsigned char)text[i - 1]) ||
				text[i - 1] == '_' || text[i - 1] == '.');

		if (!begins || !string_starts(text + i, key))
			continue;
		n = absent_bytes(text + value);
		if (n == 0)
			continue;
		replace(stretch, value, n, "ttyS0");
		return;
	}
}

/* Where the words behind "serial" begin, also in GRUB_SERIAL_COMMAND="..."; or 0. */
static size_t
serial_words(const struct stretch *stretch)
{
	const char *text = stretch->edit->text;
	size_t at = stretch->at;

	if (string_starts(text + at, "GRUB_SERIAL_COMMAND="))
		at += strlen("GRUB_SERIAL_COMMAND=");
	at += text[at] == '"' || text[at] == '\'';
	if (!string_starts(text + at, "serial") ||
		(text[at + 6] != ' ' && text[at + 6] != '\t'))
		return 0;
	return at + 6 + strspn(text + at + 6, " \t");
}

/* GRUB's "serial --unit=1 --speed=115200", SYSLINUX' "serial 1 115200". */
static void
rewrite_serial(const struct stretch *stretch, size_t at)
{
	static const char *const ports[] = {"0x2f8", "0x3e8", "0x2e8"};
	const char *text = stretch->edit->text;

	if (text[at] >= '1' && text[at] <= '3' && !isalnum((unsigned char)
		text[at + 1]))
		replace(stretch, at, 1, "0");
	for (; at < stretch->end; at++) {
		if (string_starts(text + at, "--unit=") && text[at + 7] >= '1' &&
			text[at + 7] <= '9' &&
			!isdigit((unsigned char)text[at + 8]))
			replace(stretch, at + 7, 1, "0");
		for (size_t p = 0; p < sizeof ports / sizeof *ports; p++) {
			if (string_starts(text + at, "--port=") &&
				string_starts(text + at + 7, ports[p]))
				replace(stretch, at + 7, 5, "0x3f8");
		}
	}
}

/* In Debian's menu.lst, comments are what its tool makes the lines from. */
static bool
is_comment(const char *line)
{
	return *line == '#' && !string_starts(line, "# kopt=") &&
		!string_starts(line, "# defoptions=");
}

/* Call for each line that is no comment. */
static int
each_line(char **text_out, const char *text, const struct rewrite *rewrite,
	void (*what)(struct stretch *), bool is_taken, struct error *err)
{
	struct edit edit;
	struct stretch stretch = {.rewrite = rewrite, .edit = &edit,
		.is_taken = is_taken};

	edit_open(&edit, text);
	for (size_t at = 0; text[at] != '\0';) {
		stretch.end = at + strcspn(text + at, "\n");
		stretch.at = at + strspn(text + at, " \t");
		stretch.number++;
		if (stretch.at < stretch.end && !is_comment(text + stretch.at))
			what(&stretch);
		at = stretch.end + (text[stretch.end] == '\n');
	}
	return edit_close(&edit, text_out, err);
}

/* Arguments that work around the old machine; the assessment's rule has more files. */
static void
note_arguments(const struct stretch *stretch)
{
	static const char *const starts[] = {"mem=", "maxcpus=", "nr_cpus=",
		"isolcpus=", "nohz_full=", "hugepages=", "acpi=off", "acpi=ht",
		"acpi=noirq", "noapic", "nolapic", "pci=", "divider=",
		"intel_iommu=", "amd_iommu=", "nosmp", "irqpoll",
		"processor.max_cstate=", "intel_idle.max_cstate="};
	const char *text = stretch->edit->text;

	for (size_t at = stretch->at, n; at < stretch->end; at += n) {
		char word[64];

		at += strspn(text + at, " \t\"'");
		n = strcspn(text + at, " \t\"'\n");
		snprintf(word, sizeof word, "%.*s", (int)(n < 63 ? n : 63),
			text + at);
		for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
			if (string_starts(word, starts[i]))
				finding_add(stretch->rewrite->findings,
					"linux.kernel.parameters",
					stretch->rewrite->path, stretch->number,
					word, NULL);
		}
		n += n == 0;
	}
}

static void
rewrite_loader_line(struct stretch *stretch)
{
	size_t words = serial_words(stretch);

	note_arguments(stretch);

	if (words > 0)
		rewrite_serial(stretch, words);
	else
		rewrite_arguments(stretch);
}

/* GRUB reads and writes its environment as a block of this size. */
static void
keep_block(char *text, const char *before)
{
	static const char head[] = "# GRUB Environment Block";
	size_t was = strlen(before), is = text == NULL ? 0 : strlen(text);

	if (text == NULL || !string_starts(text, head))
		return;
	for (; is > was && text[is - 1] == '#'; is--)
		text[is - 1] = '\0';
}

int
console_rewrite_loader(char **text_out, const char *text,
	const struct rewrite *rewrite, struct error *err)
{
	if (each_line(text_out, text, rewrite, rewrite_loader_line, false,
		    err) == -1)
		return -1;
	keep_block(*text_out, text);
	return 0;
}

static bool
is_login(const struct stretch *stretch)
{
	const char *line = stretch->edit->text + stretch->at;
	size_t n = stretch->end - stretch->at;

	return memmem(line, n, "getty", 5) != NULL &&
		memmem(line, n, "mgetty", 6) == NULL;
}

/*
 * "T1:23:respawn:/sbin/getty -L ttyS1 9600 vt100", "exec /sbin/getty ttyS1": a
 * login that respawns on a port that is not there is an endless loop, and two
 * on one port take each other's letters.
 */
static void
rewrite_getty_line(struct stretch *stretch)
{
	const char *text = stretch->edit->text;

	if (stretch_has(stretch, "ttyS0") || !is_login(stretch))
		return;
	for (size_t i = stretch->at + 1; i < stretch->end; i++) {
		size_t bytes = absent_bytes(text + i);

		if (bytes == 0 || isalnum((unsigned char)text[i - 1]) ||
			text[i - 1] == '/')
			continue;
		if (stretch->is_taken) {
			finding_add(stretch->rewrite->findings, RULE,
				stretch->rewrite->path, stretch->number,
				"a second serial login", done);
			edit_replace(stretch->edit, stretch->at, 0,
				MARK(TAG_CONSOLE));
		} else {
			replace(stretch, i, bytes, "ttyS0");
		}
		stretch->is_taken = true;
		return;
	}
}

/* Does a line that is no comment name the first port? */
static bool
names_first_port(const char *text)
{
	struct edit edit = {.text = text};
	struct stretch line = {.edit = &edit};

	for (size_t at = 0; text[at] != '\0';) {
		line.end = at + strcspn(text + at, "\n");
		line.at = at + strspn(text + at, " \t");
		if (!is_comment(text + line.at) && stretch_has(&line, "ttyS0"))
			return true;
		at = line.end + (text[line.end] == '\n');
	}
	return false;
}

int
console_rewrite_getty(char **text_out, const char *text,
	const struct rewrite *rewrite, struct error *err)
{
	return each_line(text_out, text, rewrite, rewrite_getty_line,
		names_first_port(text), err);
}

/* The line stays: the list says where root may log in, not where he does. */
static void
allow_first_port(struct stretch *stretch)
{
	const char *line = stretch->edit->text + stretch->at;

	if (stretch->is_taken ||
		absent_bytes(line) != stretch->end - stretch->at)
		return;
	stretch->is_taken = true;
	finding_add(stretch->rewrite->findings, RULE, stretch->rewrite->path,
		stretch->number, "root may log in", done);
	edit_replace(stretch->edit, stretch->at, 0, "ttyS0\n");
}

int
console_rewrite_securetty(char **text_out, const char *text,
	const struct rewrite *rewrite, struct error *err)
{
	return each_line(text_out, text, rewrite, allow_first_port,
		names_first_port(text), err);
}

/* ---- systemd ---- */

static const char reason[] =
	"The serial console is on the VM's port, ttyS0.";

/* "serial-getty@ttyS1.service", wanted by getty.target. */
static int
move_unit(const struct examination *examination, const struct file *file,
	struct changes *changes, struct error *err)
{
	const char *base = strrchr(file->path, '/') + 1;
	AUTO(freep) char *to = io_format("%.*sserial-getty@ttyS0.service",
		(int)(base - file->path), file->path);

	if (to == NULL)
		return error_set(err, ENOMEM, "move %s", file->path);
	finding_add(examination->findings, RULE, file->path, 0, base, done);
	if (files_entry(examination->files, to) != NULL ||
		changes_have(changes, to))
		return changes_plan_unlink(changes, file->path, file->target,
			reason, err);
	if (changes_plan_symlink(changes, to, NULL, file->target, reason, err) ==
		-1)
		return -1;
	changes_mark_optional(changes, to);
	if (changes_plan_unlink(changes, file->path, file->target, reason,
		    err) == -1)
		return -1;
	changes_join_last(changes);
	changes_mark_optional(changes, file->path);
	return 0;
}

int
console_plan_units(const struct examination *examination,
	struct changes *changes, struct error *err)
{
	static const char start[] = "serial-getty@";
	const struct file *file;

	for (size_t i = 0; (file = files_match(examination->files,
				    "/etc/systemd/system/*.wants/serial-getty@*",
				    &i)) != NULL;) {
		const char *base = strrchr(file->path, '/') + 1;
		size_t n = string_starts(base, start)
			? absent_bytes(base + strlen(start)) : 0;

		if (n > 0 && file->target != NULL &&
			strcmp(base + strlen(start) + n, ".service") == 0 &&
			move_unit(examination, file, changes, err) == -1)
			return -1;
	}
	return 0;
}
