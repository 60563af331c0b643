/*
 * Any bytes as a guest's folder: a tar archive in which services are looked for,
 * for each init system.  Beyond not crashing: what would be written stays
 * below /etc and UNDO_FOLDER, and the list for the undo script has no line that is
 * no step.
 */
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/examine.h"
#include "convert/rewrite/change-list.h"
#include "convert/rewrite/disable.h"
#include "convert/rewrite/undo-list.h"
#include "tests/fuzz/fuzz.h"

static void
check_list(const char *text)
{
	static const char *const starts[] = {"#", "service\t", "why\t",
		"advice\t", "link\t/etc/", "moved\t/etc/", "unlinked\t/etc/",
		"made\t/etc/", "lines\t/etc/"};

	while (*text != '\0') {
		size_t n = strcspn(text, "\n"), i = 0;

		while (!string_starts(text, starts[i]))
			if (++i == sizeof starts / sizeof *starts)
				abort();
		text += n + (text[n] == '\n');
	}
}

static void
try_init(const struct files *files, const char *init)
{
	AUTO(packages_freep) struct packages *packages = packages_new();
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(changes_freep) struct changes *changes = changes_new();
	const struct examination examination = {.files = files,
		.packages = packages, .today = "2026-01-31",
		.findings = findings};
	struct error err;

	if (disable_plan(&examination, init, changes, &err) == -1)
		abort();
	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->list[i];

		if (strcmp(change->path, UNDO_LIST) == 0) {
			if (!change->before.exists)
				check_list(change->after.text);
		} else if (strcmp(change->path, UNDO_SCRIPT) != 0 &&
			!string_starts(change->path, "/etc/")) {
			abort();
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static const char *const inits[] = {"systemd", "sysvinit", "upstart",
		"openrc", NULL};
	AUTO(files_freep) struct files *files = files_new();
	struct error err;

	files_read_tar(files, (const char *)data, bytes, true, "", &err);
	files_settle(files);
	for (size_t i = 0; i < sizeof inits / sizeof *inits; i++)
		try_init(files, inits[i]);
	return 0;
}
