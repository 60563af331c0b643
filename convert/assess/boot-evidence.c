/*
 * Which root file system does a boot loader's default entry start?  Of several
 * systems on the disks that one is the server.  root.c weighs what is found.
 */
#include "convert/assess/boot-evidence.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/error.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/disk-name.h"
#include "convert/assess/grub-config.h"
#include "convert/assess/lilo-config.h"
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
read_grub2(struct boot_evidence *evidence, const char *text, const char *saved)
{
	char kernel[512];

	if (!grub_default_kernel(text, saved, kernel, sizeof kernel))
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
read_lines(struct boot_evidence *evidence, const char *text, const char *saved)
{
	static const char *const keys[] = {"kernel", "append", "options",
		"linux", "root", "kernelopts"};
	unsigned long wanted = 0, seen = 0;

	(void)saved;
	for (size_t at = 0; text[at] != '\0';) {
		size_t end = at + strcspn(text + at, "\n");
		size_t start = at + strspn(text + at, " \t");

		if (begins_with_word(text + start, "default"))
			wanted = strtoul(text + start + strlen("default") + 1,
				NULL, 10);
		for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
			struct boot_evidence found = {.root = ""};

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

static bool
is_uuid(const char *text, size_t bytes)
{
	return bytes >= strlen("1234-ABCD") &&
		bytes < sizeof ((struct boot_evidence *)NULL)->next &&
		strspn(text, "0123456789abcdefABCDEF-") >= bytes;
}

/* "search.fs_uuid UUID root hd0,gpt2", "search --fs-uuid --set=dev UUID" */
static bool
read_search(struct boot_evidence *evidence, const char *text)
{
	for (; *text != '\0'; text += strcspn(text, "\n"), text += *text == '\n') {
		const char *at = text + strspn(text, " \t");
		size_t bytes = strcspn(at, " \t\n");

		if (!string_starts(at, "search"))
			continue;
		for (; *at != '\n' && *at != '\0';
			at += bytes, at += strspn(at, " \t")) {
			bytes = strcspn(at, " \t\n");
			if (!is_uuid(at, bytes))
				continue;
			snprintf(evidence->next, sizeof evidence->next, "%.*s",
				(int)bytes, at);
			return true;
		}
	}
	return false;
}

/* On an EFI system partition GRUB may only find its own folder. */
static bool
read_grub(struct boot_evidence *evidence, const char *text, const char *saved)
{
	return read_grub2(evidence, text, saved) || read_search(evidence, text);
}

static bool
read_lilo(struct boot_evidence *evidence, const char *text, const char *saved)
{
	AUTO(freep) struct lilo_config *config = NULL;
	const struct lilo_image *image = NULL;
	struct error ignored;

	(void)saved;
	if (lilo_config_read(&config, text, &ignored) == 0)
		image = lilo_config_default(config);
	if (image == NULL || image->is_other)
		return false;
	if (read_arguments(evidence, image->arguments, 0,
		    strlen(image->arguments)))
		return true;
	snprintf(evidence->root, sizeof evidence->root, "%s", image->root);
	return evidence->root[0] != '\0';
}

bool
boot_evidence_read(struct boot_evidence *evidence_out, const char *path,
	const char *text, const char *saved)
{
	static const struct {
		const char *name;
		bool (*read)(struct boot_evidence *evidence, const char *text,
			const char *saved);
	} formats[] = {{"grub.cfg", read_grub}, {"lilo.conf", read_lilo},
		{"elilo.conf", read_lilo}, {NULL, read_lines}};
	const char *slash = strrchr(path, '/');
	size_t i = 0;

	while (formats[i].name != NULL &&
		strcasecmp(slash == NULL ? path : slash + 1,
			formats[i].name) != 0)
		i++;
	*evidence_out = (struct boot_evidence){.root = ""};
	return formats[i].read(evidence_out, text, saved);
}

bool
boot_evidence_names(const struct boot_evidence *evidence,
	const struct volumes *volumes, const struct volume *volume)
{
	const struct volume *tagged;

	if (evidence->root[0] == '\0')
		return false;
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

/* systemd-boot and GRUB's copy of it read the entries beside their folder. */
bool
boot_evidence_is_of(const char *program, const char *path)
{
	static const char entries[] = "/loader/entries/";
	const char *base = strrchr(program, '\\');
	const char *slash = strrchr(path, '/');
	size_t bytes = base == NULL ? 0 : (size_t)(base - program);

	if (slash == NULL || bytes == 0)
		return false;
	if (strncasecmp(path, entries, strlen(entries)) == 0)
		return strncasecmp(program, "\\EFI\\systemd\\", 13) == 0 ||
			strncasecmp(program, "\\EFI\\BOOT\\", 10) == 0;
	if ((size_t)(slash - path) != bytes)
		return false;
	for (size_t i = 0; i < bytes; i++)
		if (tolower((unsigned char)program[i]) !=
			(path[i] == '/' ? '\\'
					: tolower((unsigned char)path[i])))
			return false;
	return true;
}

/* ---- weighing ---- */

static int
weigh_name(const struct boot_loader *loader, const struct volumes *volumes,
	const struct volume *root)
{
	if (boot_evidence_names(&loader->says, volumes, root))
		return (loader->volume == root ? 4 : 6) +
			(loader->volume->disk == 0);
	return boot_evidence_may_name(&loader->says, root) ? 2 : 0;
}

/* Does it lead to a configuration elsewhere that names the root? */
static bool
leads_to(const struct boot_loader *from, const struct boot_loader *loaders,
	size_t count, const struct volumes *volumes, const struct volume *root)
{
	if (from->says.next[0] == '\0')
		return false;
	if (strcasecmp(from->says.next, root->uuid) == 0)
		return true;
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(from->says.next, loaders[i].volume->uuid) == 0 &&
			boot_evidence_names(&loaders[i].says, volumes, root))
			return true;
	return false;
}

static int
weigh_one(const struct boot_loader *loaders, size_t count, size_t which,
	const struct volumes *volumes, const struct volume *root)
{
	enum { STARTED = 8, LED_TO = 2 };
	const struct boot_loader *loader = &loaders[which];
	int weight = leads_to(loader, loaders, count, volumes, root)
		? LED_TO
		: weigh_name(loader, volumes, root);

	return weight > 0 && loader->is_started ? weight + STARTED : weight;
}

int
boot_evidence_weigh(const struct boot_loader *loaders, size_t count,
	const struct volumes *volumes, const struct volume *root)
{
	int total = 0;

	for (size_t i = 0; i < count; i++) {
		int weight = weigh_one(loaders, count, i, volumes, root);

		/* only what it says loudest */
		for (size_t k = 0; k < count && weight > 0; k++) {
			int other = loaders[k].volume == loaders[i].volume
				? weigh_one(loaders, count, k, volumes, root)
				: 0;

			if (other > weight || (other == weight && k < i))
				weight = 0;
		}
		total += weight;
	}
	return total;
}
