/*
 * multipath.conf: the VM has one path to each disk.  Nothing is to be claimed
 * there, whatever the file, its bindings or a list of WWIDs say; a blacklist of
 * all devices comes before them.  The old text stays in comments, so that the
 * file can be had back by one command.
 */
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/rewrite/rewriters.h"

static const char nothing[] =
	"#unrack: this machine has one path to each disk.  What was here:\n"
	"#unrack:   sed -i -n 's/^#was: //p' multipath.conf\n"
	"blacklist {\n"
	"\tdevnode \".*\"\n"
	"}\n";

int
multipath_rewrite(char **text_out, const char *text,
	const struct rewrite *rewrite, struct error *err)
{
	struct edit edit;

	edit_open(&edit, text);
	if (!string_starts(text, nothing)) {
		finding_add(rewrite->findings, "storage.multipath",
			rewrite->path, 0, "multipath.conf",
			"No disk is claimed any more; the old configuration "
			"stays in comments.");
		edit_replace(&edit, 0, 0, nothing);
		for (size_t at = 0; text[at] != '\0';) {
			edit_replace(&edit, at, 0, "#was: ");
			at += strcspn(text + at, "\n");
			at += text[at] == '\n';
		}
	}
	return edit_close(&edit, text_out, err);
}
