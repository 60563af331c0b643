/*
 * dpkg's record of the packages that agent.c chose, so that the guest's own tools
 * can update and remove them: texts, planned like any other.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "convert/rewrite/agent.h"
#include "convert/rewrite/change.h"
#include "drivers-inject/guest.h"

enum { STATUS_BYTES = 3 << 20 };

static int
plan_info(const struct bundle *bundle, const char *ending, const char *text,
	struct changes *changes, struct error *err)
{
	AUTO(freep) char *path = io_format("/var/lib/dpkg/info/%s.%s",
		bundle->name, ending);

	if (path == NULL)
		return error_set(err, ENOMEM, "plan %s", bundle->name);
	if (text == NULL)
		return 0;
	if (changes_plan(changes, path, NULL, text,
		    "dpkg knows the package's files by it.", err) == -1)
		return -1;
	changes_mark_optional(changes, path);
	return 0;
}

/* The control file's fields, with the state behind the first of them. */
static char *
stanza_of(const struct bundle *bundle)
{
	const char *rest = strstr(bundle->control, "\n");
	size_t n = rest == NULL ? strlen(bundle->control)
				: (size_t)(rest - bundle->control);

	return io_format("\n%.*s\nStatus: install ok installed%s%s", (int)n,
		bundle->control, rest == NULL ? "\n" : rest,
		bundle->control[strlen(bundle->control) - 1] == '\n' ? ""
								       : "\n");
}

int
agent_tell_dpkg(const struct agent *agent, const struct guest_files *files,
	struct changes *changes, bool *is_known_out, struct error *err)
{
	static const char path[] = "/var/lib/dpkg/status";
	AUTO(freep) char *before = NULL;
	AUTO(freep) char *after = NULL;
	struct error ignored;
	size_t bytes;

	*is_known_out = false;
	if (guest_read(files, path, STATUS_BYTES, true, &before, &bytes,
		    &ignored) == -1 ||
		before == NULL || strlen(before) != bytes ||
		strstr(before, "\nPackage: qemu-guest-agent\n") != NULL)
		return 0;
	for (size_t i = 0; i < agent->count; i++) {
		const struct bundle *bundle = agent->packages[i];
		AUTO(freep) char *stanza = stanza_of(bundle);
		char *longer = stanza == NULL ? NULL : io_format("%s%s",
			after == NULL ? before : after, stanza);

		if (longer == NULL)
			return error_set(err, ENOMEM, "plan %s", path);
		free(after);
		after = longer;
		if (plan_info(bundle, "list", bundle->list, changes, err) ==
				-1 ||
			plan_info(bundle, "md5sums", bundle->md5sums, changes,
				err) == -1)
			return -1;
	}
	*is_known_out = true;
	if (after == NULL)
		return 0;
	if (changes_plan(changes, path, before, after,
		    "dpkg can update and remove the guest agent.", err) == -1)
		return -1;
	changes_mark_optional(changes, path);
	return 0;
}
