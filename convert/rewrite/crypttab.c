/*
 * crypttab: the partition under an encrypted volume.  One that is encrypted
 * with a new key at each boot has no UUID that lasts; the partition's own does.
 * One that is not here is not waited for: assess/crypttab.c tells which.
 */
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/crypttab.h"
#include "convert/assess/finding.h"
#include "convert/assess/fstab.h"
#include "convert/assess/reference.h"
#include "convert/rewrite/comment-out.h"
#include "convert/rewrite/rewriters.h"

static void
rename_source(struct edit *edit, const struct fstab_line *line,
	const char *name, const struct rewrite *rewrite)
{
	finding_add(rewrite->findings, "linux.crypttab.device-name",
		rewrite->path, line->number, line->field[CRYPTTAB_SOURCE],
		"Replaced by the volume's UUID.");
	edit_replace(edit, line->at[CRYPTTAB_SOURCE].offset,
		line->at[CRYPTTAB_SOURCE].bytes, name);
}

static void
disable(struct edit *edit, const struct fstab_line *line,
	const struct rewrite *rewrite)
{
	finding_add(rewrite->findings, "linux.crypttab.missing", rewrite->path,
		line->number, line->field[CRYPTTAB_SOURCE],
		"The line was turned into a comment.");
	edit_replace(edit, line->offset, 0, MARK(TAG_ABSENT));
}

int
crypttab_rewrite(char **text_out, const char *text,
	const struct rewrite *rewrite, struct error *err)
{
	bool names_all_open =
		crypttab_names_all_open(rewrite->references, text);
	struct fstab_place place = {0, 0};
	struct fstab_line line;
	struct edit edit;

	edit_open(&edit, text);
	while (fstab_next(text, &place, &line)) {
		struct reference source;
		const char *name;

		crypttab_source(rewrite->references, &line, &source);
		name = crypttab_is_made_anew(&line) ? source.partition
						    : source.stable;
		if (source.state == REFERENCE_NAMED && *name != '\0')
			rename_source(&edit, &line, name, rewrite);
		else if (!crypttab_may_be_absent(&line) &&
			crypttab_is_lost(rewrite->references, &line, &source,
				names_all_open))
			disable(&edit, &line, rewrite);
		else if (source.state == REFERENCE_NAMED ||
			source.state == REFERENCE_MISSING ||
			source.state == REFERENCE_AMBIGUOUS)
			finding_add(rewrite->findings,
				"storage.reference-unresolved", rewrite->path,
				line.number, line.field[CRYPTTAB_SOURCE], NULL);
	}
	return edit_close(&edit, text_out, err);
}
