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
#include "convert/rewrite/comment-out.h"
#include "convert/rewrite/rewriters.h"

static const char unresolved[] = "storage.reference-unresolved";

/* What lies on a network may be there for the VM as well; no boot ends by it. */
static bool
may_be_absent(const struct fstab_line *line)
{
	return fstab_is_noauto(line) ||
		string_list_holds(line->field[FSTAB_OPTIONS], "nofail") ||
		string_list_holds(line->field[FSTAB_OPTIONS], "_netdev");
}

/* The line is left as it is. */
static void
tell(const struct fstab_line *line, const char *rule, const char *name,
	const struct rewrite *rewrite)
{
	finding_add(rewrite->findings, rule, rewrite->path, line->number, name,
		NULL);
}

/* `written` is empty when nothing else names the device. */
static void
rename_device(struct edit *edit, const struct fstab_line *line,
	const struct fstab_field *field, const char *name,
	const struct reference *reference, const char *written,
	const struct rewrite *rewrite)
{
	if (*written == '\0') {
		tell(line, unresolved, name, rewrite);
		return;
	}
	finding_add(rewrite->findings, "linux.fstab.device-name",
		rewrite->path, line->number, name,
		reference->by_order
			? "Replaced by the UUID of what the partition holds; "
			  "others would fit, and the order of the disks decided."
			: "Replaced by the UUID of what the partition holds.");
	edit_replace(edit, field->offset, field->bytes, written);
}

/* The options, where a device is a path. */
static void
rename_in_options(struct edit *edit, const struct fstab_line *line,
	const struct rewrite *rewrite)
{
	struct fstab_device device = {{0, 0}, "", NULL};

	while (fstab_next_device(edit->text, line, &device)) {
		struct reference reference;
		char path[REFERENCE_PATH_BYTES];

		reference_resolve(rewrite->references, device.spec, device.type,
			&reference);
		reference_path(&reference, path);
		if (reference.state == REFERENCE_NAMED)
			rename_device(edit, line, &device.at, device.spec,
				&reference, path, rewrite);
		else if (reference.state == REFERENCE_AMBIGUOUS)
			tell(line, unresolved, device.spec, rewrite);
	}
}

/*
 * A device without which the line mounts nothing, and that is not here.  One in the
 * options that may be several is: what is mounted is told by the line's own.
 */
static bool
find_lost(char name_out[1024], const char *text, const struct fstab_line *line,
	const struct rewrite *rewrite)
{
	struct fstab_device device = {{0, 0}, "", NULL};
	struct reference reference;
	bool is_lost;

	snprintf(name_out, 1024, "%s", line->field[FSTAB_SPEC]);
	reference_resolve(rewrite->references, name_out,
		line->field[FSTAB_TYPE], &reference);
	is_lost = reference_is_lost(&reference);
	while (!is_lost && fstab_next_device(text, line, &device)) {
		snprintf(name_out, 1024, "%s", device.spec);
		reference_resolve(rewrite->references, name_out, device.type,
			&reference);
		is_lost = reference.state == REFERENCE_MISSING;
	}
	return is_lost;
}

/*
 * True when the line is a comment now.  The root is there whatever its line says,
 * which makes it writable.
 */
static bool
disable(struct edit *edit, const struct fstab_line *line, const char *name,
	const struct rewrite *rewrite)
{
	if (may_be_absent(line)) {
		tell(line, "linux.fstab.absent", name, rewrite);
		return false;
	}
	if (strcmp(line->field[FSTAB_TARGET], "/") == 0) {
		tell(line, unresolved, name, rewrite);
		return false;
	}
	finding_add(rewrite->findings, "linux.fstab.missing", rewrite->path,
		line->number, name, "The line was turned into a comment.");
	edit_replace(edit, line->offset, 0, MARK(TAG_ABSENT));
	return true;
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

static void
rewrite_line(struct edit *edit, const struct fstab_line *line,
	const struct rewrite *rewrite)
{
	const char *name = line->field[FSTAB_SPEC];
	struct reference reference;

	reference_resolve(rewrite->references, name, line->field[FSTAB_TYPE],
		&reference);
	if (reference.state == REFERENCE_NAMED)
		rename_device(edit, line, &line->at[FSTAB_SPEC], name,
			&reference, reference.stable, rewrite);
	else if (reference.lasts)
		tell(line, unresolved, name, rewrite);
	rename_in_options(edit, line, rewrite);
	if (reference.state == REFERENCE_REMOVABLE && !may_be_absent(line))
		let_fail(edit, line);
}

int
fstab_rewrite(char **text_out, const char *text, const struct rewrite *rewrite,
	struct error *err)
{
	struct fstab_place place = {0, 0};
	struct fstab_line line;
	struct edit edit;
	char name[1024];

	edit_open(&edit, text);
	while (fstab_next(text, &place, &line)) {
		if (!find_lost(name, text, &line, rewrite) ||
			!disable(&edit, &line, name, rewrite))
			rewrite_line(&edit, &line, rewrite);
	}
	return edit_close(&edit, text_out, err);
}
