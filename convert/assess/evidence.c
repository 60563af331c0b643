/*
 * Which names a guest has for what is on its disks, by its own configuration.
 * reference.c draws the conclusions.
 */
#include "convert/assess/evidence.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "convert/assess/crypttab.h"
#include "convert/assess/fstab.h"
#include "convert/assess/mdadm-conf.h"
#include "convert/assess/reference.h"
#include "convert/assess/unlock.h"
#include "convert/assess/volume-name.h"
#include "convert/assess/volume.h"

enum { NAME_BYTES = 256 };

void
evidence_of_fstab(struct references *references, const char *fstab,
	const struct volume *root, const struct volume *boot)
{
	struct fstab_place place = {0, 0};
	struct fstab_line line;

	while (fstab != NULL && fstab_next(fstab, &place, &line)) {
		const char *spec = line.field[FSTAB_SPEC];
		struct fstab_device device = {{0, 0}, "", NULL};

		reference_learn(references, spec, line.field[FSTAB_TYPE]);
		while (fstab_next_device(fstab, &line, &device))
			reference_learn(references, device.spec, device.type);
		if (strcmp(line.field[FSTAB_TARGET], "/") == 0)
			reference_pin(references, spec, root);
		if (strcmp(line.field[FSTAB_TARGET], "/boot") == 0 &&
			boot != NULL)
			reference_pin(references, spec, boot);
	}
}

void
evidence_of_crypttab(struct references *references, const char *crypttab,
	const struct volumes *volumes)
{
	struct fstab_place place = {0, 0};
	struct fstab_line line;
	char mapper[1100];
	bool names_all_open = crypttab != NULL &&
		crypttab_names_all_open(references, crypttab);

	while (crypttab != NULL && fstab_next(crypttab, &place, &line)) {
		struct reference source;

		crypttab_source(references, &line, &source);
		snprintf(mapper, sizeof mapper, "/dev/mapper/%s",
			line.field[CRYPTTAB_NAME]);
		if (crypttab_is_lost(references, &line, &source,
			    names_all_open))
			reference_lose(references, mapper);
		else
			reference_declare(references, mapper,
				source.volume == NULL
					? NULL
					: unlock_inside(volumes,
						  source.volume));
	}
}

/* ---- arrays ---- */

static bool
has_uuid(const struct volume *volume, const char *uuid)
{
	return volume_uuid_is(volume->array_uuid, uuid);
}

static bool
has_minor(const struct volume *volume, const char *minor)
{
	return strcmp(volume->array_minor, minor) == 0;
}

/* Words of an ARRAY line that tell which one it is. */
static const struct identity {
	const char *start;
	bool (*is)(const struct volume *volume, const char *value);
} identities[] = {
	{"uuid=", has_uuid},
	{"super-minor=", has_minor},
};

static void
declare_array(struct references *references, const char *name,
	const struct identity *identity, const char *value)
{
	const struct volumes *volumes = references_volumes(references);

	for (size_t i = 0; i < volumes->count; i++) {
		const struct volume *volume = &volumes->list[i];

		if (volume->kind == VOLUME_ARRAY && identity->is(volume, value))
			reference_declare(references, name, volume);
	}
}

static void
copy_word(char to[NAME_BYTES], const char *text, const struct mdadm_word *word,
	size_t skip)
{
	size_t bytes = word->bytes - skip;

	snprintf(to, NAME_BYTES, "%.*s",
		(int)(bytes < NAME_BYTES ? bytes : NAME_BYTES - 1),
		text + word->offset + skip);
}

/* The word, when it tells which array the line with this name is about. */
static void
note_identity(struct references *references, const char *text,
	const struct mdadm_word *word, const char *name)
{
	char value[NAME_BYTES], path[NAME_BYTES + 16];

	snprintf(path, sizeof path, "%s%s", *name == '/' ? "" : "/dev/md/",
		name);
	for (size_t i = 0; i < sizeof identities / sizeof *identities; i++) {
		const char *start = identities[i].start;

		if (!mdadm_word_starts(text, word, start))
			continue;
		copy_word(value, text, word, strlen(start));
		declare_array(references, path, &identities[i], value);
	}
}

/* "ARRAY /dev/md0 level=raid1 UUID=..."; the name may lack its "/dev/md/". */
void
evidence_of_mdadm(struct references *references, const char *text)
{
	struct mdadm_word word = {0};
	char name[NAME_BYTES] = "";
	unsigned line = 0;

	while (mdadm_next(text, &word)) {
		if (word.line != line)
			name[0] = '\0';
		line = word.line;
		if (!mdadm_line_is(text, &word, "array") ||
			word.offset == word.keyword_offset)
			continue;
		if (*name != '\0')
			note_identity(references, text, &word, name);
		else if (memchr(text + word.offset, '=', word.bytes) == NULL)
			copy_word(name, text, &word, 0);
	}
}

/* ---- several paths ---- */

static void
bind_alias(struct references *references, const char *alias, const char *wwid)
{
	char name[NAME_BYTES + 16];

	snprintf(name, sizeof name, "/dev/mapper/%s", alias);
	if (*alias != '\0' && *wwid != '\0')
		reference_bind(references, name, wwid);
}

/* "mpatha 3600508b1001c..." */
void
evidence_of_bindings(struct references *references, const char *text)
{
	char line[300], alias[128], wwid[128];

	for (const char *at = text; *at != '\0';) {
		snprintf(line, sizeof line, "%.299s", at);
		if (*at != '#' && sscanf(line, "%127[^ \t\n]%*[ \t]%127[^ \t\n]",
					  alias, wwid) == 2)
			bind_alias(references, alias, wwid);
		at += strcspn(at, "\n");
		at += *at == '\n';
	}
}

/* A brace, or a word without its quotes; one that is too long is cut. */
static bool
next_word(const char **text, char word[NAME_BYTES])
{
	const char *at = *text, *end;
	bool is_quoted;

	for (at += strspn(at, " \t\r\n"); *at == '#' || *at == '!';
		at += strspn(at, " \t\r\n"))
		at += strcspn(at, "\n");
	if (*at == '\0')
		return false;
	is_quoted = *at == '"';
	at += is_quoted;
	if (is_quoted)
		end = at + strcspn(at, "\"\n");
	else if (*at == '{' || *at == '}')
		end = at + 1;
	else
		end = at + strcspn(at, " \t\r\n{}\"#!");
	snprintf(word, NAME_BYTES, "%.*s",
		(int)(end - at < NAME_BYTES ? end - at : NAME_BYTES - 1), at);
	*text = end + (is_quoted && *end == '"');
	return true;
}

/* "multipaths { multipath { wwid 3600508b1001c... alias data } }" */
void
evidence_of_multipath(struct references *references, const char *text)
{
	char word[NAME_BYTES], wwid[NAME_BYTES] = "", alias[NAME_BYTES] = "";
	char *value = NULL; /* where the next word belongs */
	bool is_inside = false, is_path = false;

	while (next_word(&text, word)) {
		if (*word == '{') {
			is_inside = is_path;
			wwid[0] = alias[0] = '\0';
			value = NULL;
		} else if (*word == '}') {
			if (is_inside)
				bind_alias(references, alias, wwid);
			is_inside = false;
			value = NULL;
		} else if (value != NULL) {
			strcpy(value, word);
			value = NULL;
		} else if (is_inside) {
			value = strcmp(word, "wwid") == 0 ? wwid
				: strcmp(word, "alias") == 0 ? alias
							     : NULL;
		}
		is_path = strcmp(word, "multipath") == 0;
	}
}
