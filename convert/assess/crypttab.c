/*
 * What the lines of a crypttab are about; fstab.c reads them.  evidence.c and
 * rewrite/crypttab.c ask, and must agree about those that are lost.
 */
#include "convert/assess/crypttab.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/strings.h"
#include "convert/assess/fstab.h"
#include "convert/assess/reference.h"
#include "convert/assess/volume.h"

/* A bit for each volume that is a source, by its index. */
struct sources {
	uint64_t bits[16];
};

enum { SOURCE_MOST = 8 * sizeof(struct sources) };

bool
crypttab_is_made_anew(const struct fstab_line *line)
{
	const char *options = line->field[CRYPTTAB_OPTIONS];

	return string_list_holds(options, "swap") ||
		string_list_holds(options, "tmp") ||
		string_list_holds(options, "plain") ||
		string_starts(line->field[CRYPTTAB_KEY], "/dev/");
}

void
crypttab_source(struct references *references, const struct fstab_line *line,
	struct reference *source_out)
{
	reference_resolve(references, line->field[CRYPTTAB_SOURCE],
		crypttab_is_made_anew(line) ? "" : "crypto_LUKS", source_out);
}

static struct sources
read_sources(struct references *references, const char *text)
{
	const struct volumes *volumes = references_volumes(references);
	struct fstab_place place = {0, 0};
	struct sources sources = {{0}};
	struct fstab_line line;

	while (fstab_next(text, &place, &line)) {
		struct reference source;
		size_t i;

		crypttab_source(references, &line, &source);
		if (source.volume == NULL)
			continue;
		i = (size_t)(source.volume - volumes->list);
		if (i < SOURCE_MOST)
			sources.bits[i / 64] |= UINT64_C(1) << i % 64;
	}
	return sources;
}

bool
crypttab_names_all_open(struct references *references, const char *text)
{
	const struct volumes *volumes = references_volumes(references);
	const struct sources sources = read_sources(references, text);

	for (size_t i = 0; i < volumes->count; i++) {
		if (volumes->list[i].is_open &&
			(i >= SOURCE_MOST ||
				!(sources.bits[i / 64] >> i % 64 & 1)))
			return false;
	}
	return true;
}

/* Is it there all the same, as its header lies elsewhere or is of another kind? */
static bool
lacks_header(struct references *references, const struct fstab_line *line)
{
	const char *options = line->field[CRYPTTAB_OPTIONS];
	struct reference source;

	reference_resolve(references, line->field[CRYPTTAB_SOURCE], "",
		&source);
	return source.volume != NULL &&
		(source.volume->type[0] == '\0' ||
			strcmp(source.volume->type, "BitLocker") == 0) &&
		(!string_list_holds(options, "luks") ||
			strstr(options, "header=") != NULL);
}

bool
crypttab_may_be_absent(const struct fstab_line *line)
{
	const char *options = line->field[CRYPTTAB_OPTIONS];

	return string_list_holds(options, "noauto") ||
		string_list_holds(options, "nofail");
}

bool
crypttab_is_lost(struct references *references, const struct fstab_line *line,
	const struct reference *source, bool names_all_open)
{
	/* The VM may reach a network's as well. */
	if (!reference_is_lost(source) ||
		string_list_holds(line->field[CRYPTTAB_OPTIONS], "_netdev"))
		return false;
	return crypttab_is_made_anew(line) ||
		(names_all_open && !lacks_header(references, line));
}
