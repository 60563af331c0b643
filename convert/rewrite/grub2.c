/*
 * GRUB 2: the kernel command lines in grub.cfg, and the settings from which the
 * next update makes them.  Both are edited as text and never regenerated: that
 * would need the guest's programs.  What GRUB itself uses to find its files
 * (set root, search) is left alone, because BIOS drive numbers stay.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/assess/grub-config.h"
#include "convert/assess/reference.h"
#include "convert/rewrite/rewriters.h"

/* Parameters of a kernel whose value is a block device. */
static const struct {
	const char *key, *type;
} parameters[] = {
	{"root=", ""},
	{"real_root=", ""},
	{"resume=", "swap"},
};

/* The value of such a parameter, as it stands in the text. */
struct argument {
	size_t offset, bytes;
	const char *key, *type;
	char value[512];
};

static bool
may_precede(char c)
{
	return isspace((unsigned char)c) || c == '"' || c == '\'' || c == '=';
}

/* The next argument in [*at, end). */
static bool
next_argument(const char *text, size_t *at, size_t end,
	struct argument *argument)
{
	for (; *at < end; ++*at) {
		if (*at > 0 && !may_precede(text[*at - 1]))
			continue;
		for (size_t i = 0; i < sizeof parameters / sizeof *parameters;
			i++) {
			size_t n = strlen(parameters[i].key), bytes;

			if (strncmp(text + *at, parameters[i].key, n) != 0)
				continue;
			bytes = strcspn(text + *at + n, " \t\r\n\"'\\");
			if (bytes == 0 || bytes >= sizeof argument->value)
				continue;
			argument->key = parameters[i].key;
			argument->type = parameters[i].type;
			argument->offset = *at + n;
			argument->bytes = bytes;
			snprintf(argument->value, sizeof argument->value,
				"%.*s", (int)bytes, text + *at + n);
			*at += n + bytes;
			return true;
		}
	}
	return false;
}

/* Without an initramfs, the kernel understands no file system's UUID. */
static void
rewrite_argument(struct edit *edit, const struct argument *argument,
	bool has_initramfs, unsigned number, const struct rewrite *rewrite)
{
	struct reference reference;
	const char *name;

	reference_resolve(rewrite->references, argument->value, argument->type,
		&reference);
	name = has_initramfs ? reference.stable : reference.partition;
	if (reference.state == REFERENCE_NAMED && *name != '\0') {
		finding_add(rewrite->findings,
			string_starts(argument->key, "resume")
				? "linux.resume.device-name"
				: "linux.grub.device-name",
			rewrite->path, number, argument->value,
			"Replaced by the UUID of what the partition holds.");
		edit_replace(edit, argument->offset, argument->bytes, name);
	} else if (reference.state == REFERENCE_NAMED ||
		reference.state == REFERENCE_MISSING ||
		reference.state == REFERENCE_AMBIGUOUS) {
		finding_add(rewrite->findings, "storage.reference-unresolved",
			rewrite->path, number, argument->value, NULL);
	}
}

static void
rewrite_range(struct edit *edit, size_t at, size_t end, bool has_initramfs,
	unsigned number, const struct rewrite *rewrite)
{
	struct argument argument;

	while (next_argument(edit->text, &at, end, &argument))
		rewrite_argument(edit, &argument, has_initramfs, number,
			rewrite);
}

/* Does an initrd command follow before the next kernel? */
static bool
initrd_follows(const char *text, size_t at)
{
	struct grub_word word;

	for (;;) {
		at += strcspn(text + at, "\n");
		if (text[at] == '\0')
			return false;
		at++;
		if (grub_is_initrd(text, at, &word))
			return true;
		if (grub_is_linux(text, at, &word))
			return false;
	}
}

int
grub2_rewrite_config(char **text_out, const char *text,
	const struct rewrite *rewrite, struct error *err)
{
	struct edit edit;
	struct grub_word kernel;
	unsigned number = 0;

	edit_open(&edit, text);
	for (size_t at = 0; text[at] != '\0';) {
		size_t end = at + strcspn(text + at, "\n");

		number++;
		if (grub_is_linux(text, at, &kernel))
			rewrite_range(&edit, kernel.offset + kernel.bytes, end,
				initrd_follows(text, at), number, rewrite);
		at = end + (text[end] == '\n');
	}
	return edit_close(&edit, text_out, err);
}

/* Settings that make the next update write device names. */
static void
rewrite_switch(struct edit *edit, size_t at, size_t end, unsigned number,
	const struct rewrite *rewrite)
{
	static const char *const keys[] = {"GRUB_DISABLE_LINUX_UUID=",
		"GRUB_DISABLE_UUID="};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		size_t value = at + strlen(keys[i]);
		char line[64];

		if (!string_starts(edit->text + at, keys[i]))
			continue;
		value += edit->text[value] == '"' || edit->text[value] == '\'';
		if (!string_starts(edit->text + value, "true") ||
			isalnum((unsigned char)edit->text[value + 4]))
			return;
		snprintf(line, sizeof line, "%.*s", (int)(end - at),
			edit->text + at);
		finding_add(rewrite->findings, "linux.grub.regenerates-names",
			rewrite->path, number, line, "Set to false.");
		edit_replace(edit, value, strlen("true"), "false");
	}
}

int
grub2_rewrite_defaults(char **text_out, const char *text,
	const struct rewrite *rewrite, struct error *err)
{
	struct edit edit;
	unsigned number = 0;

	edit_open(&edit, text);
	for (size_t at = 0; text[at] != '\0';) {
		size_t end = at + strcspn(text + at, "\n");
		size_t start = at + strspn(text + at, " \t");

		number++;
		if (string_starts(text + start, "export "))
			start += strlen("export ");
		if (string_starts(text + start, "GRUB_CMDLINE_LINUX"))
			rewrite_range(&edit, start, end, true, number, rewrite);
		else
			rewrite_switch(&edit, start, end, number, rewrite);
		at = end + (text[end] == '\n');
	}
	return edit_close(&edit, text_out, err);
}

void
grub2_learn(const char *text, struct references *references,
	const struct volume *root)
{
	struct grub_word kernel;
	struct argument argument;

	for (size_t at = 0; text[at] != '\0';) {
		size_t end = at + strcspn(text + at, "\n");
		size_t word = 0;

		if (grub_is_linux(text, at, &kernel))
			word = kernel.offset + kernel.bytes;
		while (word != 0 &&
			next_argument(text, &word, end, &argument)) {
			reference_learn(references, argument.value,
				argument.type);
			if (root != NULL && strcmp(argument.key, "root=") == 0)
				reference_pin(references, argument.value,
					root);
		}
		at = end + (text[end] == '\n');
	}
}
