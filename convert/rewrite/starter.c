/*
 * What starts services, by each init system's own conventions, found in a
 * snapshot of the guest.  disable.c decides which of them are not to.
 */
#include "convert/rewrite/starter.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/files.h"

struct reading {
	const struct files *files;
	const char *init;
	struct starters *starters;
};

bool
starter_name_is_plain(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				      "@._:+-";

	return *name != '\0' && *name != '.' && *name != '-' &&
		strlen(name) < STARTER_NAME &&
		name[strspn(name, letters)] == '\0';
}

static bool
add(struct reading *reading, struct starter starter)
{
	struct starters *starters = reading->starters;
	struct starter *larger;

	if (starter.text == NULL || !starter_name_is_plain(starter.name) ||
		starters->count == STARTERS_LIMIT)
		return true;
	if (starter.bytes == 0)
		starter.bytes = strlen(starter.text);
	larger = realloc(starters->list,
		(starters->count + 1) * sizeof *larger);
	if (larger == NULL)
		return false;
	starters->list = larger;
	larger[starters->count++] = starter;
	return true;
}

/* ---- systemd ---- */

static const char *const unit_folders[] = {"/etc/systemd/system",
	"/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
	"/lib/systemd/system"};

const char *
starter_unit_text(const struct files *files, const char *unit)
{
	char path[FILES_PATH_LIMIT];

	for (size_t i = 0; i < sizeof unit_folders / sizeof *unit_folders;
		i++) {
		const char *text;

		snprintf(path, sizeof path, "%s/%s", unit_folders[i], unit);
		text = files_text(files, path);
		if (text != NULL || files_entry(files, path) != NULL)
			return text; /* a mask has none */
	}
	return NULL;
}

/* The service that a unit belongs to: "multipathd" of "multipathd.socket". */
static bool
split_unit(const char *unit, char name[STARTER_NAME])
{
	static const char *const endings[] = {".service", ".socket", ".timer",
		".path"};
	const char *dot = strrchr(unit, '.');

	for (size_t i = 0; dot != NULL && i < sizeof endings / sizeof *endings;
		i++) {
		if (strcmp(dot, endings[i]) == 0 && dot - unit < STARTER_NAME &&
			strlen(unit) < STARTER_NAME) {
			snprintf(name, STARTER_NAME, "%.*s", (int)(dot - unit),
				unit);
			return true;
		}
	}
	return false;
}

/* What a socket or timer starts says more of it than the unit itself. */
static const char *
service_text(const struct files *files, const struct starter *starter)
{
	char unit[STARTER_NAME + 16];
	const char *text;

	if (starter_unit_text(files, starter->unit) == NULL)
		return NULL;
	snprintf(unit, sizeof unit, "%s.service", starter->name);
	text = starter_unit_text(files, unit);
	return text != NULL ? text : starter_unit_text(files, starter->unit);
}

static bool
read_wanted(struct reading *reading, const struct file *file)
{
	struct starter starter = {.way = START_SYSTEMD, .file = file};
	const char *base = strrchr(file->path, '/') + 1;
	bool is_link = (strstr(file->path, ".wants/") != NULL ||
			       strstr(file->path, ".requires/") != NULL) &&
		string_starts(file->path, "/etc/systemd/system/");

	if (!is_link || !split_unit(base, starter.name))
		return true;
	snprintf(starter.unit, sizeof starter.unit, "%s", base);
	starter.text = service_text(reading->files, &starter);
	return add(reading, starter);
}

/* ---- System V ---- */

/* "S20smartd" in a run level's folder that is entered at boot. */
static const char *
sysv_name(const char *path)
{
	static const char *const folders[] = {"/etc/rc.d/rc", "/etc/init.d/rc",
		"/etc/rc", "/etc/init.d/boot"};
	const char *base = strrchr(path, '/') + 1;

	if (base[0] != 'S' || !isdigit((unsigned char)base[1]) ||
		!isdigit((unsigned char)base[2]))
		return NULL;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		const char *level = path + strlen(folders[i]);

		if (!string_starts(path, folders[i]))
			continue;
		level += *level != '.' && strchr("2345S", *level) != NULL;
		if (strncmp(level, ".d/", 3) == 0 && level + 3 == base)
			return base + 3;
	}
	return NULL;
}

static bool
has_unit(const struct files *files, const char *name)
{
	char path[FILES_PATH_LIMIT];

	for (size_t i = 0; i < sizeof unit_folders / sizeof *unit_folders;
		i++) {
		snprintf(path, sizeof path, "%s/%s.service", unit_folders[i],
			name);
		if (files_entry(files, path) != NULL)
			return true;
	}
	return false;
}

/* systemd makes a unit of a script unless there is one. */
static bool
read_script(struct reading *reading, const struct file *file)
{
	struct starter starter = {.way = START_SYSV, .file = file};
	const char *name = sysv_name(file->path);

	if (name == NULL || strlen(name) + sizeof ".service" > STARTER_NAME)
		return true;
	snprintf(starter.name, sizeof starter.name, "%s", name);
	starter.text = files_text(reading->files, file->path);
	if (reading->init != NULL && strcmp(reading->init, "systemd") == 0) {
		if (has_unit(reading->files, name))
			return true;
		starter.way = START_SYSTEMD;
		snprintf(starter.unit, sizeof starter.unit, "%s.service", name);
	}
	return add(reading, starter);
}

/* ---- others ---- */

static bool
text_has_line(const char *text, const char *start, const char *word)
{
	for (const char *at = text; at != NULL && *at != '\0';) {
		const char *end = strchr(at, '\n');
		size_t n = end == NULL ? strlen(at) : (size_t)(end - at);
		const char *found;

		while (n > 0 && (*at == ' ' || *at == '\t')) {
			at++;
			n--;
		}
		found = string_starts(at, start)
			? memmem(at, n, word, strlen(word)) : NULL;
		if (found != NULL)
			return true;
		at = end == NULL ? NULL : end + 1;
	}
	return false;
}

static bool
read_job(struct reading *reading, const struct file *file)
{
	struct starter starter = {.way = START_UPSTART, .file = file,
		.text = file->text};
	const char *base = strrchr(file->path, '/') + 1;
	const char *dot = strchr(base, '.');

	if (!string_starts(file->path, "/etc/init/") || dot == NULL ||
		strcmp(dot, ".conf") != 0 || file->text == NULL ||
		!text_has_line(file->text, "start on", ""))
		return true;
	snprintf(starter.name, sizeof starter.name, "%.*s", (int)(dot - base),
		base);
	return add(reading, starter);
}

static bool
read_runlevel(struct reading *reading, const struct file *file)
{
	struct starter starter = {.way = START_OPENRC, .file = file};
	const char *base = strrchr(file->path, '/') + 1;

	if (!string_starts(file->path, "/etc/runlevels/") ||
		file->target == NULL)
		return true;
	snprintf(starter.name, sizeof starter.name, "%s", base);
	starter.text = files_text(reading->files, file->path);
	return add(reading, starter);
}

static bool
read_xinetd(struct reading *reading, const struct file *file)
{
	struct starter starter = {.way = START_XINETD, .file = file,
		.text = file->text};

	if (!string_starts(file->path, "/etc/xinetd.d/") ||
		file->text == NULL || strchr(file->path + 14, '.') != NULL ||
		text_has_line(file->text, "disable", "yes"))
		return true;
	snprintf(starter.name, sizeof starter.name, "%s", file->path + 14);
	return add(reading, starter);
}

/* "id:levels:action:process", of one line. */
static bool
read_entry(struct reading *reading, const struct file *file, const char *line,
	size_t bytes)
{
	struct starter starter = {.way = START_INITTAB, .file = file,
		.text = line, .bytes = bytes};
	const char *process = line, *end = line + bytes, *name;

	for (int i = 0; i < 3 && process != NULL; i++) {
		process = memchr(process, ':', (size_t)(end - process));
		process = process == NULL ? NULL : process + 1;
	}
	if (process == NULL || *line == '#')
		return true;
	bytes = strcspn(process, " \t\n");
	name = memrchr(process, '/', bytes);
	name = name == NULL ? process : name + 1;
	snprintf(starter.name, sizeof starter.name, "%.*s",
		(int)(bytes - (size_t)(name - process)), name);
	return add(reading, starter);
}

static bool
read_inittab(struct reading *reading, const struct file *file)
{
	if (strcmp(file->path, "/etc/inittab") != 0)
		return true;
	for (const char *line = file->text; line != NULL && *line != '\0';) {
		size_t n = strcspn(line, "\n");

		if (!read_entry(reading, file, line, n))
			return false;
		line += n + (line[n] == '\n');
	}
	return true;
}

/* ---- all of them ---- */

static const struct {
	const char *init; /* NULL: with each */
	bool (*read)(struct reading *, const struct file *);
} ways[] = {
	{"systemd", read_wanted},
	{NULL, read_script},
	{"upstart", read_job},
	{"openrc", read_runlevel},
	{NULL, read_xinetd},
	{"sysvinit", read_inittab},
	{"upstart", read_inittab},
};

static int
by_name(const void *a, const void *b)
{
	const struct starter *one = a, *other = b;
	int order = strcmp(one->name, other->name);

	return order != 0 ? order : strcmp(one->file->path, other->file->path);
}

int
starters_read(struct starters *starters_out, const struct files *files,
	const char *init, struct error *err)
{
	AUTO(starters_release) struct starters starters = {.list = NULL};
	struct reading reading = {files, init, &starters};
	const struct file *file;

	for (size_t i = 0; (file = files_match(files, "/etc/*", &i)) != NULL;) {
		for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
			bool is_used = ways[w].init == NULL ||
				(init != NULL &&
					strcmp(ways[w].init, init) == 0);

			if (is_used && !ways[w].read(&reading, file))
				return error_set(err, ENOMEM,
					"find what starts services");
		}
	}
	if (starters.count > 0)
		qsort(starters.list, starters.count, sizeof *starters.list,
			by_name);
	*starters_out = starters;
	starters.list = NULL;
	return 0;
}

void
starters_release(struct starters *starters)
{
	free(starters->list);
}
