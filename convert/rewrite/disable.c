/*
 * Services of the old hardware, kept from starting so that one command inside
 * the VM brings each back.  starter.c finds what starts them, old-service.c
 * knows which they are, undo-list.c leaves the way back in the guest.
 */
#include "convert/rewrite/disable.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/examine.h"
#include "convert/rewrite/change.h"
#include "convert/rewrite/comment-out.h"
#include "convert/rewrite/old-service.h"
#include "convert/rewrite/starter.h"
#include "convert/rewrite/undo-list.h"

static const char done[] = "Those that start at boot are kept from it; inside "
			   "the VM, `" UNDO_SCRIPT " NAME` brings one back.";

/* Of lines and of words in each that a unit requires others by. */
enum { REQUIRED_LIMIT = 64 };

struct disabling {
	const struct examination *examination;
	struct changes *changes;
	struct starters starters;
	const struct old_service **kinds; /* of each starter; NULL: it is left */
	struct undo_list list;
};

static void
disabling_release(struct disabling *disabling)
{
	starters_release(&disabling->starters);
	undo_list_release(&disabling->list);
	free(disabling->kinds);
}

/* One that someone wished for; the finding is the wisher's. */
static const struct old_service wished = {
	.advice = "Bring it back if the VM needs it after all.",
};

static const struct old_service *
choose(const struct disabling *disabling, const struct starter *starter)
{
	if (changes_wish(disabling->changes, starter->name) != NULL)
		return &wished;
	return old_service_find(starter->name, starter->text, starter->bytes);
}

/* ---- what another one requires ---- */

static bool
is_chosen(const struct disabling *disabling, const char *unit, size_t bytes)
{
	for (size_t i = 0; i < disabling->starters.count; i++) {
		const char *own = disabling->starters.list[i].unit;

		if (disabling->kinds[i] != NULL && strlen(own) == bytes &&
			strncmp(own, unit, bytes) == 0)
			return true;
	}
	return false;
}

static void
leave(struct disabling *disabling, const char *unit, const char *needed_by)
{
	char name[STARTER_NAME], what[2 * STARTER_NAME + 32];

	snprintf(name, sizeof name, "%.*s",
		(int)(strrchr(unit, '.') - unit), unit);
	for (size_t i = 0; i < disabling->starters.count; i++) {
		if (strcmp(disabling->starters.list[i].name, name) == 0)
			disabling->kinds[i] = NULL;
	}
	snprintf(what, sizeof what, "%s is required by %s", unit, needed_by);
	finding_add(disabling->examination->findings, "operations.service-kept",
		unit, 0, what, NULL);
}

/* Leave the chosen units among the words of a unit's line. */
static void
leave_named(struct disabling *disabling, const char *at,
	const struct starter *needed_by)
{
	char unit[STARTER_NAME];
	size_t words = 0;

	for (size_t n; *at != '\0' && words < REQUIRED_LIMIT; at += n) {
		at += strspn(at, " \t");
		n = strcspn(at, " \t");
		words++;
		if (n == 0 || n >= STARTER_NAME || !is_chosen(disabling, at, n))
			continue;
		snprintf(unit, sizeof unit, "%.*s", (int)n, at);
		leave(disabling, unit, needed_by->unit);
	}
}

static void
leave_required_by(struct disabling *disabling, const struct starter *starter)
{
	static const char *const keys[] = {"Requires=", "Requisite=",
		"BindsTo="};
	struct line line = {.next = starter_unit_text(
		disabling->examination->files, starter->unit)};
	size_t lines = 0;

	while (lines < REQUIRED_LIMIT && line_next(&line)) {
		for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
			if (!string_starts(line.text, keys[i]))
				continue;
			lines++;
			leave_named(disabling, line.text + strlen(keys[i]),
				starter);
		}
	}
}

/* A unit that starts and requires one that is masked would fail. */
static int
leave_required(struct disabling *disabling, struct error *err)
{
	const struct starters *starters = &disabling->starters;
	AUTO(freep) char *is_read = calloc(starters->count + 1, 1);
	bool goes_on = is_read != NULL;

	while (goes_on) {
		goes_on = false;
		for (size_t i = 0; i < starters->count; i++) {
			if (is_read[i] || disabling->kinds[i] != NULL ||
				starters->list[i].unit[0] == '\0')
				continue;
			leave_required_by(disabling, &starters->list[i]);
			is_read[i] = true;
			goes_on = true;
		}
	}
	return is_read == NULL ? error_set(err, ENOMEM, "choose services") : 0;
}

/* ---- one thing that starts a service ---- */

/* Note the change that was planned of `path`, and the step back. */
static int
note(struct disabling *disabling, const char *path, const char *step,
	const char *one, const char *two, struct error *err)
{
	undo_list_step(&disabling->list, step, one, two);
	return changes_mark_service(disabling->changes, path, err);
}

static const char reason[] = "The service is for hardware that the VM does not "
			     "have.";

static int
move(struct disabling *disabling, const char *from, const char *to,
	struct error *err)
{
	if (to == NULL)
		return error_set(err, ENOMEM, "disable %s", from);
	return changes_plan_move(disabling->changes, from, to, reason, err);
}

/* A unit that lies where the mask belongs moves aside. */
static int
mask(struct disabling *disabling, const struct starter *starter,
	struct error *err)
{
	AUTO(freep) char *path = io_format("/etc/systemd/system/%s",
		starter->unit);
	AUTO(freep) char *aside = io_format("%s.unrack-disabled",
		path == NULL ? "" : path);
	bool is_taken;

	if (path == NULL || aside == NULL)
		return error_set(err, ENOMEM, "disable %s", starter->name);
	if (changes_have(disabling->changes, path))
		return 0; /* it is wanted twice */
	is_taken = files_entry(disabling->examination->files, path) != NULL;
	undo_list_step(&disabling->list, "link", path, "/dev/null");
	if (is_taken && (move(disabling, path, aside, err) == -1 ||
				note(disabling, path, "moved", aside, path,
					err) == -1))
		return -1;
	if (changes_plan_symlink(disabling->changes, path, NULL, "/dev/null",
		    reason, err) == -1)
		return -1;
	return changes_mark_service(disabling->changes, path, err);
}

/* Does the folder of a run level hold a link that stops the service as well? */
static bool
has_stop(const struct disabling *disabling, const char *link)
{
	const char *base = strrchr(link, '/') + 1;
	AUTO(freep) char *pattern = io_format("%.*sK[0-9][0-9]%s",
		(int)(base - link), link, base + 3);
	size_t index = 0;

	return pattern == NULL || files_match(disabling->examination->files,
		pattern, &index) != NULL;
}

/*
 * "S20x" becomes "K80x", which the distribution's own tools respect; SUSE
 * has both in one folder: there it gets a name that no run level starts.
 */
static int
stop(struct disabling *disabling, const struct starter *starter,
	struct error *err)
{
	const char *from = starter->file->path;
	const char *base = strrchr(from, '/') + 1;
	int number = (base[1] - '0') * 10 + base[2] - '0';
	AUTO(freep) char *to = has_stop(disabling, from)
		? io_format("%.*sunrack-%s", (int)(base - from), from, base)
		: io_format("%.*sK%02d%s", (int)(base - from), from,
			  number == 0 ? 99 : 100 - number, base + 3);

	return move(disabling, from, to, err) == -1
		? -1
		: note(disabling, from, "moved", to, from, err);
}

static int
move_aside(struct disabling *disabling, const struct starter *starter,
	struct error *err)
{
	const char *from = starter->file->path;
	AUTO(freep) char *to = io_format("%s.unrack-disabled", from);

	return move(disabling, from, to, err) == -1
		? -1
		: note(disabling, from, "moved", to, from, err);
}

/* Upstart before 1.3, which is that of Red Hat, knows no overrides. */
static int
override(struct disabling *disabling, const struct starter *starter,
	struct error *err)
{
	const struct files *files = disabling->examination->files;
	const char *job = starter->file->path;
	AUTO(freep) char *path = io_format("%.*soverride",
		(int)(strlen(job) - strlen("conf")), job);

	if (path == NULL)
		return error_set(err, ENOMEM, "disable %s", starter->name);
	if (files_entry(files, path) != NULL ||
		files_find(files, "/etc/redhat-release") != NULL)
		return move_aside(disabling, starter, err);
	if (changes_plan(disabling->changes, path, NULL, "manual\n", reason,
		    err) == -1)
		return -1;
	return note(disabling, path, "made", path, "", err);
}

static int
unlink_runlevel(struct disabling *disabling, const struct starter *starter,
	struct error *err)
{
	const struct file *link = starter->file;

	if (changes_plan_unlink(disabling->changes, link->path, link->target,
		    reason, err) == -1)
		return -1;
	return note(disabling, link->path, "unlinked", link->path,
		link->target, err);
}

static int
comment_entry(struct disabling *disabling, const struct starter *starter,
	struct error *err)
{
	int planned = comment_out_line(disabling->changes, starter->file,
		starter->text, starter->bytes, starter->name, reason, err);

	return planned <= 0 ? planned
			    : note(disabling, starter->file->path, "lines",
				      starter->file->path, starter->name, err);
}

static int (*const ways[])(struct disabling *, const struct starter *,
	struct error *) = {
	[START_SYSTEMD] = mask,
	[START_SYSV] = stop,
	[START_UPSTART] = override,
	[START_OPENRC] = unlink_runlevel,
	[START_XINETD] = move_aside,
	[START_INITTAB] = comment_entry,
};

/* ---- services ---- */

/* "smartd: SMART monitoring (smartmontools 7.2-1)" */
static void
add_finding(const struct disabling *disabling, const struct starter *starter,
	const struct old_service *kind)
{
	const struct package *package = kind->packages == NULL
		? NULL
		: packages_find(disabling->examination->packages,
			  kind->packages);
	char what[512];

	if (kind == &wished)
		return;
	snprintf(what, sizeof what, "%s: %s%s%s%s%s%s", starter->name,
		kind->title, package == NULL ? "" : " (",
		package == NULL ? "" : package->name,
		package == NULL ? "" : " ",
		package == NULL ? "" : package->version,
		package == NULL ? "" : ")");
	finding_add(disabling->examination->findings, kind->rule,
		starter->file->path, 0, what, done);
}

static int
begin_service(struct disabling *disabling, const struct starter *starter,
	const struct old_service *kind, struct error *err)
{
	const struct disabled_service service = {
		.name = starter->name,
		.title = kind == &wished ? starter->name : kind->title,
		.why = kind == &wished
			? changes_wish(disabling->changes, starter->name)
			: kind->why,
		.advice = kind->advice,
	};

	undo_list_begin(&disabling->list, &service);
	return changes_add_service(disabling->changes, &service, err);
}

/* They are sorted by the service's name. */
static int
disable_services(struct disabling *disabling, struct error *err)
{
	const char *last = NULL;

	for (size_t i = 0; i < disabling->starters.count; i++) {
		const struct starter *starter = &disabling->starters.list[i];
		const struct old_service *kind = disabling->kinds[i];

		if (kind == NULL)
			continue;
		if ((last == NULL || strcmp(last, starter->name) != 0) &&
			begin_service(disabling, starter, kind, err) == -1)
			return -1;
		last = starter->name;
		if (ways[starter->way](disabling, starter, err) == -1)
			return -1;
		add_finding(disabling, starter, kind);
	}
	return 0;
}

/* ---- kernel modules that are loaded by name ---- */

static const struct disabled_service module_service = {
	"modules", "Kernel modules of the old hardware",
	"Loading them fails in the VM.",
	"Remove the lines when the VM has taken over."};

static bool
is_old_module(const char *line, size_t bytes)
{
	char name[64];
	size_t blank = strspn(line, " \t");

	if (blank >= bytes)
		return false;
	snprintf(name, sizeof name, "%.*s",
		(int)strcspn(line + blank, " \t\r\n#"), line + blank);
	return old_module_is(name);
}

static int
disable_modules(struct disabling *disabling, struct error *err)
{
	const struct examination *examination = disabling->examination;
	const struct file *file;
	bool is_begun = false;

	for (size_t i = 0; (file = files_match(examination->files,
				    "/etc/modules /etc/modules-load.d/*.conf",
				    &i)) != NULL;) {
		int planned = comment_out(disabling->changes, file,
			is_old_module, module_service.name,
			"Drivers of hardware that the VM does not have.", err);

		if (planned == -1)
			return -1;
		if (planned == 0)
			continue;
		if (!is_begun) {
			undo_list_begin(&disabling->list, &module_service);
			if (changes_add_service(disabling->changes,
				    &module_service, err) == -1)
				return -1;
		}
		is_begun = true;
		if (note(disabling, file->path, "lines", file->path,
			    module_service.name, err) == -1)
			return -1;
		finding_add(examination->findings, "linux.modules.hardware",
			file->path, 0, "commented out", done);
	}
	return 0;
}

int
disable_plan(const struct examination *examination, const char *init,
	struct changes *changes, struct error *err)
{
	AUTO(disabling_release) struct disabling disabling = {
		.examination = examination, .changes = changes};

	if (undo_list_open(&disabling.list, err) == -1 ||
		starters_read(&disabling.starters, examination->files, init,
			err) == -1)
		return -1;
	disabling.kinds = calloc(disabling.starters.count + 1,
		sizeof *disabling.kinds);
	if (disabling.kinds == NULL)
		return error_set(err, ENOMEM, "choose services");
	for (size_t i = 0; i < disabling.starters.count; i++)
		disabling.kinds[i] = choose(&disabling,
			&disabling.starters.list[i]);
	if (leave_required(&disabling, err) == -1 ||
		disable_services(&disabling, err) == -1 ||
		disable_modules(&disabling, err) == -1)
		return -1;
	return undo_list_plan(&disabling.list, examination->files, changes,
		err);
}
