/*
 * fstab: every device gets a name that survives, or is disabled.  A line that
 * waits for a device which never comes ends the boot in emergency mode.  How
 * names are understood: assess/reference.c.
 */
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/assess/fstab.h"
#include "convert/assess/reference.h"
#include "convert/rewrite/rewriters.h"

static const char unresolved[] = "storage.reference-unresolved";

static bool
may_be_absent(const struct fstab_line *line)
{
	return string_list_holds(line->field[FSTAB_OPTIONS], "noauto") ||
		string_list_holds(line->field[FSTAB_OPTIONS], "nofail");
}

/* The line is left as it is. */
static void
tell(const struct fstab_line *line, const char *rule,
	const struct rewrite *rewrite)
{
	finding_add(rewrite->findings, rule, rewrite->path, line->number,
		line->field[FSTAB_SPEC], NULL);
}

static void
rename_device(struct edit *edit, const struct fstab_line *line,
	const struct reference *reference, const struct rewrite *rewrite)
{
	if (reference->stable[0] == '\0') {
		tell(line, unresolved, rewrite);
		return;
	}
	finding_add(rewrite->findings, "linux.fstab.device-name",
		rewrite->path, line->number, line->field[FSTAB_SPEC],
		reference->by_order
			? "Replaced by the UUID of what the partition holds; "
			  "others would fit, and the order of the disks decided."
			: "Replaced by the UUID of what the partition holds.");
	edit_replace(edit, line->at[FSTAB_SPEC].offset,
		line->at[FSTAB_SPEC].bytes, reference->stable);
}

/* The root is there whatever its line says, which makes it writable. */
static void
disable(struct edit *edit, const struct fstab_line *line,
	const struct rewrite *rewrite)
{
	if (strcmp(line->field[FSTAB_TARGET], "/") == 0) {
		tell(line, unresolved, rewrite);
		return;
	}
	finding_add(rewrite->findings, "linux.fstab.missing", rewrite->path,
		line->number, line->field[FSTAB_SPEC],
		"The line was turned into a comment.");
	edit_replace(edit, line->offset, 0, EDIT_DISABLED);
}

/* Drives without a medium: the VM may have none. */
static void
let_fail(struct edit *edit, const struct fstab_line *line)
{
	const struct fstab_field *options = &line->at[FSTAB_OPTIONS];

	if (options->bytes > 0)
		edit_replace(edit, options->offset + options->bytes, 0,
			",nofail");
}

int
fstab_rewrite(char **text_out, const char *text, const struct rewrite *rewrite,
	struct error *err)
{
	struct fstab_place place = {0, 0};
	struct fstab_line line;
	struct edit edit;

	edit_open(&edit, text);
	while (fstab_next(text, &place, &line)) {
		struct reference reference;

		reference_resolve(rewrite->references, line.field[FSTAB_SPEC],
			line.field[FSTAB_TYPE], &reference);
		switch (reference.state) {
		case REFERENCE_NAMED:
			rename_device(&edit, &line, &reference, rewrite);
			break;
		case REFERENCE_MISSING:
		case REFERENCE_AMBIGUOUS:
			if (!reference_is_lost(&reference))
				tell(&line, unresolved, rewrite);
			else if (may_be_absent(&line))
				tell(&line, "linux.fstab.absent", rewrite);
			else
				disable(&edit, &line, rewrite);
			break;
		case REFERENCE_REMOVABLE:
			if (!may_be_absent(&line))
				let_fail(&edit, &line);
			break;
		case REFERENCE_OTHER:
		case REFERENCE_STABLE:
			break;
		}
	}
	return edit_close(&edit, text_out, err);
}
