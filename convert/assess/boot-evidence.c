/*
 * Which root file system does a boot loader's default entry start?  Of several
 * systems on the disks that one is the server.  root.c weighs what is found.
 */
#include "convert/assess/boot-evidence.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/strings.h"
#include "convert/assess/disk-name.h"
#include "convert/assess/grub-config.h"
#include "convert/assess/volume-name.h"
#include "convert/assess/volume.h"

/* The value of an argument ("root=") in [at, end), or an empty text. */
static void
read_argument(char *to, size_t room, const char *text, size_t at, size_t end,
	const char *key)
{
	size_t n = strlen(key);

	*to = '\0';
	for (; at + n < end; at++) {
		size_t bytes;

		if (strncmp(text + at, key, n) != 0 ||
			(at > 0 && !isspace((unsigned char)text[at - 1]) &&
				strchr("\"'=", text[at - 1]) == NULL))
			continue;
		bytes = strcspn(text + at + n, " \t\r\n\"'");
		if (bytes > 0 && bytes < room)
			snprintf(to, room, "%.*s", (int)bytes, text + at + n);
		return;
	}
}

static bool
read_arguments(struct boot_evidence *evidence, const char *text, size_t at,
	size_t end)
{
	char flags[256];
	const char *subvolume;

	read_argument(evidence->root, sizeof evidence->root, text, at, end,
		"root=");
	read_argument(flags, sizeof flags, text, at, end, "rootflags=");
	evidence->subvolume[0] = '\0';
	subvolume = strstr(flags, "subvol=");
	if (subvolume != NULL) {
		subvolume += strlen("subvol=");
		subvolume += *subvolume == '/';
		snprintf(evidence->subvolume, sizeof evidence->subvolume,
			"%.*s", (int)strcspn(subvolume, ","), subvolume);
	}
	return evidence->root[0] != '\0';
}

static bool
read_grub2(struct boot_evidence *evidence, const char *text)
{
	char kernel[512];

	if (!grub_default_kernel(text, "", kernel, sizeof kernel))
		return false;
	for (size_t at = 0; text[at] != '\0';) {
		size_t end = at + strcspn(text + at, "\n");
		struct grub_word word;

		if (grub_is_linux(text, at, &word) &&
			word.bytes == strlen(kernel) &&
			strncmp(text + word.offset, kernel, word.bytes) == 0)
			return read_arguments(evidence, text, at, end);
		at = end + (text[end] == '\n');
	}
	return false;
}

static bool
begins_with_word(const char *line, const char *word)
{
	size_t n = strlen(word);

	return strncasecmp(line, word, n) == 0 &&
		(isspace((unsigned char)line[n]) || line[n] == '=');
}

/* GRUB legacy numbers its entries; others begin with their default. */
static bool
read_lines(struct boot_evidence *evidence, const char *text)
{
	static const char *const keys[] = {"kernel", "append", "options",
		"linux", "root", "kernelopts"};
	unsigned long wanted = 0, seen = 0;

	for (size_t at = 0; text[at] != '\0';) {
		size_t end = at + strcspn(text + at, "\n");
		size_t start = at + strspn(text + at, " \t");

		if (begins_with_word(text + start, "default"))
			wanted = strtoul(text + start + strlen("default") + 1,
				NULL, 10);
		for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
			struct boot_evidence found;

			if (!begins_with_word(text + start, keys[i]) ||
				!read_arguments(&found, text, start, end))
				continue;
			if (seen == 0 || seen == wanted)
				*evidence = found;
			seen++;
			break;
		}
		at = end + (text[end] == '\n');
	}
	return seen > 0;
}

bool
boot_evidence_read(struct boot_evidence *evidence_out, const char *path,
	const char *text)
{
	const char *name = strrchr(path, '/');

	return strcmp(name == NULL ? path : name + 1, "grub.cfg") == 0
		? read_grub2(evidence_out, text)
		: read_lines(evidence_out, text);
}

bool
boot_evidence_names(const struct boot_evidence *evidence,
	const struct volumes *volumes, const struct volume *volume)
{
	const struct volume *tagged;

	if (!volume_by_tag(&tagged, volumes, evidence->root))
		return volume_is_called(volume, evidence->root);
	return tagged != NULL &&
		(tagged == volume ||
			(volume->uuid[0] != '\0' &&
				strcmp(tagged->uuid, volume->uuid) == 0));
}

bool
boot_evidence_may_name(const struct boot_evidence *evidence,
	const struct volume *volume)
{
	char disk[DISK_NAME_BYTES];
	unsigned partition;

	return volume->kind == VOLUME_PARTITION &&
		disk_name_parse(evidence->root, disk, &partition) &&
		partition == volume->partition;
}
