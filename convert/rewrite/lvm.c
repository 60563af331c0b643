/*
 * lvm.conf: filters and folders that know the old machine's disks only would
 * hide the volumes of the VM.  They are widened; what they keep out besides
 * stays out.  lvm-filter.c understands the patterns.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/assess/reference.h"
#include "convert/rewrite/lvm-filter.h"
#include "convert/rewrite/rewriters.h"

/* A text has one or two filters.  What is not looked at counts as hiding. */
enum { TEXTS_LIMIT = 64, TEXT_BYTES = 256, WEIGHED_LIMIT = 1000 };

/* Every name that a VM gives a disk or partition. */
#define NEW_DISKS "\"a|^/dev/[hsv]d[a-z]+[0-9]*$|\""

/* A setting's value: texts in quotes, alone or in brackets. */
struct setting {
	size_t offset, end; /* of the value */
	unsigned number;
	bool is_list;
	char texts[TEXTS_LIMIT][TEXT_BYTES];
	size_t count; /* may be over the limit: then not all were kept */
	size_t weighed; /* texts of all settings so far, as filters */
};

static size_t
skip_space(const char *text, size_t at, unsigned *number)
{
	for (;; at++) {
		if (text[at] == '#')
			at += strcspn(text + at, "\n");
		*number += text[at] == '\n';
		if (!isspace((unsigned char)text[at]))
			return at;
	}
}

/* Behind the closing quote.  `setting` may be NULL. */
static size_t
skip_text(const char *text, size_t at, struct setting *setting,
	unsigned *number)
{
	char *to = setting != NULL && setting->count < TEXTS_LIMIT
		? setting->texts[setting->count]
		: NULL;
	size_t used = 0;

	for (at++; text[at] != '\0' && text[at] != '"'; at++) {
		at += text[at] == '\\' && text[at + 1] != '\0';
		*number += text[at] == '\n';
		if (to != NULL && used + 1 < TEXT_BYTES)
			to[used++] = text[at];
	}
	if (to != NULL)
		to[used] = '\0';
	if (setting != NULL)
		setting->count++;
	return at + (text[at] == '"');
}

/* The texts from `at` on.  False for a value of another kind. */
static bool
read_value(const char *text, size_t at, struct setting *setting,
	unsigned *number)
{
	setting->offset = at;
	setting->number = *number;
	setting->is_list = text[at] == '[';
	setting->count = 0;
	if (!setting->is_list) {
		if (text[at] != '"')
			return false;
		setting->end = skip_text(text, at, setting, number);
		return true;
	}
	for (at = skip_space(text, at + 1, number); text[at] == '"';) {
		at = skip_text(text, at, setting, number);
		at = skip_space(text, at, number);
		if (text[at] == ',')
			at = skip_space(text, at + 1, number);
	}
	setting->end = at + 1;
	return text[at] == ']';
}

/* ---- what would be hidden ---- */

/* The physical volumes, as the first kernel driver or the other names them. */
struct names {
	char (*list)[LVM_NAME_BYTES];
	size_t count;
};

static void
names_release(struct names *names)
{
	free(names->list);
}

static void
add_names(struct names *names, const struct volume *volume)
{
	static const char *const drivers[] = {"vd", "sd"};
	char partition[16] = "";

	if (volume->partition > 0)
		snprintf(partition, sizeof partition, "%u", volume->partition);
	for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++)
		snprintf(names->list[names->count++], LVM_NAME_BYTES,
			"/dev/%s%c%s", drivers[i],
			'a' + (int)(volume->disk % 26), partition);
}

/* False when there is no memory for them. */
static bool
read_names(struct names *names, const struct volumes *volumes)
{
	names->list = calloc(2 * volumes->count + 1, sizeof *names->list);
	for (size_t i = 0; names->list != NULL && i < volumes->count; i++) {
		const struct volume *volume = &volumes->list[i];

		if (strcmp(volume->type, "LVM2_member") == 0 &&
			(volume->kind == VOLUME_DISK ||
				volume->kind == VOLUME_PARTITION))
			add_names(names, volume);
	}
	return names->list != NULL;
}

static bool
hides_any(struct setting *setting, const struct rewrite *rewrite)
{
	AUTO(names_release) struct names names = {NULL, 0};
	const char *patterns[TEXTS_LIMIT];

	if (!read_names(&names, references_volumes(rewrite->references)))
		return true;
	if (names.count == 0)
		return false;
	setting->weighed += setting->count;
	if (setting->count > TEXTS_LIMIT || setting->weighed > WEIGHED_LIMIT)
		return true;
	for (size_t i = 0; i < setting->count; i++)
		patterns[i] = setting->texts[i];
	return !lvm_filter_passes(patterns, setting->count,
		(const char (*)[LVM_NAME_BYTES])names.list, names.count);
}

static bool
scans_too_little(struct setting *setting, const struct rewrite *rewrite)
{
	(void)rewrite;
	for (size_t i = 0; i < setting->count && i < TEXTS_LIMIT; i++) {
		if (strcmp(setting->texts[i], "/dev") == 0 ||
			strcmp(setting->texts[i], "/dev/") == 0)
			return false;
	}
	return setting->count > 0;
}

/* ---- settings ---- */

static const struct kind {
	const char *name, *added;
	bool (*hides)(struct setting *, const struct rewrite *);
} kinds[] = {
	{"filter", NEW_DISKS, hides_any},
	{"global_filter", NEW_DISKS, hides_any},
	{"scan", "\"/dev\"", scans_too_little},
};

static const struct kind *
kind_of(const char *name, size_t bytes)
{
	if (bytes > 8 && string_starts(name, "devices/")) {
		name += 8;
		bytes -= 8;
	}
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (bytes == strlen(kinds[i].name) &&
			strncmp(name, kinds[i].name, bytes) == 0)
			return &kinds[i];
	}
	return NULL;
}

static void
widen(struct edit *edit, const struct kind *kind, struct setting *setting,
	const struct rewrite *rewrite)
{
	char text[256];

	if (!kind->hides(setting, rewrite))
		return;
	snprintf(text, sizeof text, "%s = %.*s", kind->name,
		(int)(setting->end - setting->offset),
		edit->text + setting->offset);
	finding_add(rewrite->findings, "storage.lvm-filter", rewrite->path,
		setting->number, text, "It was widened by the VM's disks.");
	edit_replace(edit, setting->offset + setting->is_list, 0,
		setting->is_list ? " " : "[ ");
	edit_replace(edit, setting->offset + setting->is_list, 0, kind->added);
	edit_replace(edit, setting->offset + setting->is_list, 0, ",");
	if (!setting->is_list)
		edit_replace(edit, setting->end, 0, " ]");
}

/* From a name on: its value, if it is one of ours.  Returns where to go on. */
static size_t
read_setting(struct edit *edit, size_t at, unsigned *number,
	struct setting *setting, const struct rewrite *rewrite)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/-.";
	const char *text = edit->text;
	size_t bytes = strspn(text + at, letters);
	const struct kind *kind = kind_of(text + at, bytes);
	unsigned before;

	if (bytes == 0)
		return at + 1;
	at += bytes;
	if (kind == NULL)
		return at;
	at = skip_space(text, at, number);
	if (text[at] != '=')
		return at;
	at = skip_space(text, at + 1, number);
	before = *number;
	if (!read_value(text, at, setting, number)) {
		*number = before;
		return at;
	}
	widen(edit, kind, setting, rewrite);
	return setting->end;
}

int
lvm_rewrite(char **text_out, const char *text, const struct rewrite *rewrite,
	struct error *err)
{
	struct setting setting = {.weighed = 0};
	unsigned number = 1;
	struct edit edit;

	edit_open(&edit, text);
	for (size_t at = skip_space(text, 0, &number); text[at] != '\0';
		at = skip_space(text, at, &number))
		at = text[at] == '"'
			? skip_text(text, at, NULL, &number)
			: read_setting(&edit, at, &number, &setting, rewrite);
	return edit_close(&edit, text_out, err);
}
