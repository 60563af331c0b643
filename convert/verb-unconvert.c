/*
 * `unrack unconvert`: the conversion is a thin layer over what was captured;
 * drop it, with what was made of it.  `unrack convert` makes it anew.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/capture/generation.h"
#include "convert/report/report.h"
#include "convert/source/qemu-lock.h"
#include "convert/state/journal.h"
#include "convert/state/machine.h"
#include "convert/verb.h"

const char verb_unconvert_help[] =
	"usage: unrack unconvert NAME\n"
	"\n"
	"Drop a machine's conversion: the VM, its overlays, the boot proof and the\n"
	"record of changes.  What was captured and what the assessment found stay;\n"
	"`unrack convert NAME` makes the VM anew.  What was written inside the VM\n"
	"while it ran is lost.  Refused while the VM runs.\n";

/* The overlays, locked against a VM that starts meanwhile. */
struct overlays {
	char *paths[64];
	int fds[64];
	size_t count;
};

static void
overlays_release(struct overlays *overlays)
{
	for (size_t i = 0; i < overlays->count; i++) {
		free(overlays->paths[i]);
		if (overlays->fds[i] != -1)
			close(overlays->fds[i]);
	}
}

static int
take_overlays(struct overlays *overlays, const struct machine *machine,
	struct error *err)
{
	struct machine_disk *disks = NULL;
	size_t count = 0;
	int status = 0;

	if (machine_read_disks(machine, &disks, &count, err) == -1)
		return -1;
	for (size_t i = 0; i < count && status == 0; i++) {
		char *path = machine_path(machine, "vm/%s.qcow2",
			disks[i].name);

		if (path == NULL) {
			status = error_set(err, ENOMEM, "unconvert");
		} else if (overlays->count == 64 ||
			(access(path, F_OK) == -1 && errno == ENOENT)) {
			free(path);
		} else {
			overlays->paths[overlays->count] = path;
			status = qemu_lock_take(
				&overlays->fds[overlays->count++], path, err);
		}
	}
	machine_disks_free(disks, count);
	if (status == -1 && err->code == EBUSY)
		return error_hint(err, "Shut it down first; what it wrote is "
			"lost with its conversion.");
	return status;
}

/* It was converted, and was not used for more than its proof. */
static int
check_state(const struct machine *machine, const struct overlays *overlays,
	struct error *err)
{
	enum machine_state state = machine_state(machine);

	if (state > MACHINE_VERIFIED) {
		error_set(err, EBUSY, "%s is %s", machine->name,
			machine_state_name(state));
		return error_hint(err, "Its VM is the server now: its "
			"conversion is not dropped.");
	}
	if (overlays->count > 0)
		return 0;
	error_set(err, 0, "%s is not converted", machine->name);
	return error_hint(err, "`unrack convert %s` makes its VM.",
		machine->name);
}

/* Whatever is in a folder, but for what is to stay. */
static int
empty_folder(const struct machine *machine, const char *name,
	const char *const *kept, struct error *err)
{
	AUTO(freep) char *folder = machine_path(machine, "%s", name);
	AUTO(freep) struct dirent **entries = NULL;
	int count, status = 0;

	if (folder == NULL)
		return error_set(err, ENOMEM, "unconvert");
	count = scandir(folder, &entries, NULL, NULL);
	if (count == -1)
		return error_set(err, errno, "list %s", folder);
	for (int i = 0; i < count; i++) {
		const char *entry = entries[i]->d_name;
		bool stays = strcmp(entry, ".") == 0 || strcmp(entry, "..") == 0;
		AUTO(freep) char *path = io_format("%s/%s", folder, entry);

		for (const char *const *keep = kept; *keep != NULL; keep++)
			stays = stays || strcmp(*keep, entry) == 0;
		if (!stays && status == 0)
			status = path == NULL
				? error_set(err, ENOMEM, "unconvert")
				: io_remove_tree(path, err);
		free(entries[i]);
	}
	return status;
}

/* What was found stays; nothing is done about it any more. */
static int
write_findings(const struct machine *machine, struct error *err)
{
	AUTO(findings_freep) struct findings *findings = NULL;
	AUTO(freep) char *path = machine_path(machine, "report/findings.json");
	AUTO(json_decrefpp) json_t *json = NULL;

	if (path == NULL)
		return error_set(err, ENOMEM, "unconvert");
	if (access(path, F_OK) == -1 && errno == ENOENT)
		return 0;
	if (findings_read(&findings, path, err) == -1)
		return -1;
	json = findings_to_json(findings, machine->name, false);
	return json == NULL ? error_set(err, ENOMEM, "write %s", path)
			    : json_file_write(path, json, err);
}

static bool
is_captured(const struct machine *machine)
{
	AUTO(generation_release) struct generation generation = {0};
	struct machine_disk *disks = NULL;
	size_t count = 0;
	bool is_local = machine_read_disks(machine, &disks, &count, NULL) == 0 &&
		count > 0 && disks[0].image != NULL;

	machine_disks_free(disks, count);
	return !is_local &&
		generation_read(&generation, machine, NULL) == 0 &&
		generation.number > 0;
}

/* The state first: from then on nobody counts on what goes. */
static int
drop(const struct machine *machine, struct overlays *overlays,
	struct error *err)
{
	static const char *const assessment[] = {"findings.json", "guest.json",
		"layout.json", "session.json", NULL};
	static const char *const nothing[] = {NULL};

	if (machine_set_state(machine, is_captured(machine) ? MACHINE_CAPTURED
			: MACHINE_ASSESSED, err) == -1)
		return -1;
	for (size_t i = 0; i < overlays->count; i++)
		if (unlink(overlays->paths[i]) == -1)
			return error_set(err, errno, "remove %s",
				overlays->paths[i]);
	if (empty_folder(machine, "vm", nothing, err) == -1 ||
		empty_folder(machine, "report", assessment, err) == -1 ||
		write_findings(machine, err) == -1 ||
		report_write(machine, err) == -1)
		return -1;
	return journal_add(machine, "unconverted", NULL, err);
}

int
verb_unconvert(const struct settings *settings, int argc, char **argv,
	struct error *err)
{
	AUTO(machine_closep) struct machine *machine = NULL;
	AUTO(overlays_release) struct overlays overlays = {.count = 0};

	if (argc != 2 || argv[1][0] == '-') {
		error_set(err, 0, "give the NAME of one machine");
		return EXIT_USAGE;
	}
	if (machine_open(&machine, settings->state, argv[1], err) == -1 ||
		machine_lock(machine, err) == -1 ||
		generation_settle(machine, err) == -1 ||
		take_overlays(&overlays, machine, err) == -1 ||
		check_state(machine, &overlays, err) == -1 ||
		drop(machine, &overlays, err) == -1)
		return EXIT_FAILED;
	return EXIT_DONE;
}
