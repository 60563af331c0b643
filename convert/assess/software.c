/*
 * Finding known software by its traces.  Which software matters is in the
 * rules.
 */
#include "convert/assess/software.h"

#include <stdio.h>
#include <string.h>

#include "common/strings.h"
#include "convert/assess/examine.h"

/* Is it a unit, an init script, or a link that starts one? */
static bool
is_unit(const char *path)
{
	static const char *const folders[] = {"/etc/systemd/system/",
		"/lib/systemd/system/", "/usr/lib/systemd/system/",
		"/etc/init.d/", "/etc/rc.d/init.d/", "/etc/init/"};

	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		if (string_starts(path, folders[i]))
			return true;
	}
	return false;
}

static bool
unit_matches(const char *path, const char *patterns)
{
	const char *base = strrchr(path, '/') + 1;
	const char *dot = strrchr(base, '.');
	char name[128];

	snprintf(name, sizeof name, "%.*s",
		dot == NULL ? (int)sizeof name - 1 : (int)(dot - base), base);
	return packages_name_matches(name, patterns);
}

const struct file *
software_unit(const struct examination *examination, const char *patterns)
{
	const struct file *file;

	for (size_t i = 0;
		(file = files_match(examination->files, "/*", &i)) != NULL;) {
		if (is_unit(file->path) && unit_matches(file->path, patterns))
			return file;
	}
	return NULL;
}

void
software_look(struct examination *examination, const struct rule *rule,
	const struct software *software)
{
	const struct package *package = NULL;
	const struct file *file = NULL;
	size_t index = 0;
	char what[320];

	if (software->packages != NULL)
		package = packages_find(examination->packages,
			software->packages);
	if (package != NULL) {
		snprintf(what, sizeof what, "%s (%s %s)", software->name,
			package->name, package->version);
		examine_note(examination, rule, package->where, package->line,
			what);
		return;
	}
	if (software->units != NULL)
		file = software_unit(examination, software->units);
	if (file == NULL && software->paths != NULL)
		file = files_match(examination->files, software->paths, &index);
	if (file != NULL)
		examine_note(examination, rule, file->path, 0, software->name);
}
