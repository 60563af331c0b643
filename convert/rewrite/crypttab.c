/*
 * crypttab: the partition under an encrypted volume.  One that is encrypted
 * with a new key at each boot has no UUID that lasts; the partition's own does.
 */
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/assess/fstab.h"
#include "convert/assess/reference.h"
#include "convert/rewrite/rewriters.h"

static bool
is_made_anew(const struct fstab_line *line)
{
	const char *options = line->field[CRYPTTAB_OPTIONS];

	return string_list_holds(options, "swap") ||
		string_list_holds(options, "tmp") ||
		string_list_holds(options, "plain") ||
		string_starts(line->field[CRYPTTAB_KEY], "/dev/");
}

int
crypttab_rewrite(char **text_out, const char *text,
	const struct rewrite *rewrite, struct error *err)
{
	struct fstab_place place = {0, 0};
	struct fstab_line line;
	struct edit edit;

	edit_open(&edit, text);
	while (fstab_next(text, &place, &line)) {
		const char *source = line.field[CRYPTTAB_SOURCE], *name;
		bool anew = is_made_anew(&line);
		struct reference reference;

		reference_resolve(rewrite->references, source,
			anew ? "" : "crypto_LUKS", &reference);
		name = anew ? reference.partition : reference.stable;
		if (reference.state == REFERENCE_NAMED && *name != '\0') {
			finding_add(rewrite->findings,
				"linux.crypttab.device-name", rewrite->path,
				line.number, source,
				"Replaced by the volume's UUID.");
			edit_replace(&edit, line.at[CRYPTTAB_SOURCE].offset,
				line.at[CRYPTTAB_SOURCE].bytes, name);
		} else if (reference.state == REFERENCE_NAMED ||
			reference.state == REFERENCE_MISSING ||
			reference.state == REFERENCE_AMBIGUOUS) {
			finding_add(rewrite->findings,
				"storage.reference-unresolved", rewrite->path,
				line.number, source, NULL);
		}
	}
	return edit_close(&edit, text_out, err);
}
