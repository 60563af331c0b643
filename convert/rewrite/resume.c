/*
 * Where initramfs-tools looks for a hibernated system.  A name that never
 * appears costs half a minute at each boot.  The file also lies inside the
 * initramfs: see image-copies.c.
 */
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/assess/reference.h"
#include "convert/rewrite/rewriters.h"

static void
rewrite_value(struct edit *edit, size_t offset, size_t bytes, unsigned number,
	const struct rewrite *rewrite)
{
	struct reference reference;
	char value[512];

	if (bytes == 0 || bytes >= sizeof value)
		return;
	snprintf(value, sizeof value, "%.*s", (int)bytes, edit->text + offset);
	reference_resolve(rewrite->references, value, "swap", &reference);
	switch (reference.state) {
	case REFERENCE_NAMED:
		finding_add(rewrite->findings, "linux.resume.device-name",
			rewrite->path, number, value,
			"Replaced by the UUID of the swap space.");
		edit_replace(edit, offset, bytes, reference.stable);
		break;
	case REFERENCE_MISSING:
	case REFERENCE_AMBIGUOUS:
		finding_add(rewrite->findings, "storage.reference-unresolved",
			rewrite->path, number, value,
			reference_is_lost(&reference)
				? "Nothing is resumed any more."
				: NULL);
		if (reference_is_lost(&reference))
			edit_replace(edit, offset, bytes, "none");
		break;
	case REFERENCE_OTHER:
	case REFERENCE_STABLE:
	case REFERENCE_REMOVABLE:
		break;
	}
}

int
resume_rewrite(char **text_out, const char *text, const struct rewrite *rewrite,
	struct error *err)
{
	struct edit edit;
	unsigned number = 0;

	edit_open(&edit, text);
	for (size_t at = 0; text[at] != '\0';) {
		size_t start = at + strspn(text + at, " \t");

		number++;
		if (string_starts(text + start, "RESUME=")) {
			start += strlen("RESUME=");
			rewrite_value(&edit, start,
				strcspn(text + start, " \t\r\n#"), number,
				rewrite);
		}
		at += strcspn(text + at, "\n");
		at += text[at] == '\n';
	}
	return edit_close(&edit, text_out, err);
}
