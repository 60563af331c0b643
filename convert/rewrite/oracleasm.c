/*
 * /etc/sysconfig/oracleasm: which disks ASM looks at, by the start of their
 * names.  On a server with several paths single disks are excluded; in the VM
 * there are no others.
 */
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/rewrite/rewriters.h"

static bool
is_new_disk(const char *word, size_t bytes)
{
	return bytes == 2 && (strncmp(word, "sd", 2) == 0 ||
				     strncmp(word, "vd", 2) == 0);
}

static void
rewrite_list(struct edit *edit, size_t at, unsigned number,
	const struct rewrite *rewrite)
{
	const char *text = edit->text;
	size_t end = at + strcspn(text + at, "\n#");

	while (at < end) {
		size_t bytes = strcspn(text + at, " \t\r\n\"'#");

		if (is_new_disk(text + at, bytes)) {
			finding_add(rewrite->findings, "storage.asm-excludes",
				rewrite->path, number, "ORACLEASM_SCANEXCLUDE",
				"The VM's disks are looked at.");
			edit_replace(edit, at, bytes, "");
		}
		at += bytes + 1;
	}
}

int
oracleasm_rewrite(char **text_out, const char *text,
	const struct rewrite *rewrite, struct error *err)
{
	static const char key[] = "ORACLEASM_SCANEXCLUDE=";
	struct edit edit;
	unsigned number = 0;

	edit_open(&edit, text);
	for (size_t at = 0; text[at] != '\0';) {
		number++;
		if (string_starts(text + at, key))
			rewrite_list(&edit, at + strlen(key), number, rewrite);
		at += strcspn(text + at, "\n");
		at += text[at] == '\n';
	}
	return edit_close(&edit, text_out, err);
}
