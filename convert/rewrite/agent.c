/*
 * Which packages bring qemu-guest-agent to a guest that has no network: those
 * of its kind and architecture whose libraries it has (library.c).
 * agent-dpkg.c plans the record, agent-install.c unpacks.
 */
#include "convert/rewrite/agent.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest.h"
#include "convert/rewrite/change.h"
#include "convert/rewrite/library.h"
#include "drivers-inject/guest.h"
#include "drivers-inject/names.h"

#define NAME "qemu-guest-agent"
#define STATUS "/var/lib/dpkg/status"

enum {
	CANDIDATES = 64,
	STATUS_BYTES = 1 << 30 /* more than dpkg's list ever has */
};

static const char *const programs[] = {"/usr/sbin/qemu-ga",
	"/usr/bin/qemu-ga", "/sbin/qemu-ga"};

/* The same machine by the names of guest.json, dpkg and rpm. */
static const struct {
	const char *guest, *packages;
} architectures[] = {
	{"x86_64", "amd64,x86_64"},
	{"i386", "i386,i486,i586,i686"},
	{"aarch64", "arm64,aarch64"},
};

/* One choice under way. */
struct search {
	const struct guest *guest;
	const struct guest_files *files;
	struct bundle *list[CANDIDATES];
	size_t count;
	bool is_rpm;
	struct libraries libraries;
	char why[200]; /* the last one did not fit */
};

void
agent_release(struct agent *agent)
{
	for (size_t i = 0; i < agent->count; i++)
		bundle_free(agent->packages[i]);
	agent->count = 0;
}

static void
search_release(struct search *search)
{
	for (size_t i = 0; i < search->count; i++)
		bundle_free(search->list[i]);
	libraries_release(&search->libraries);
}

static bool
has_file(const struct guest_files *files, const char *path)
{
	struct error ignored;

	return guest_has_file(files, path, &ignored) == 1;
}

/* ---- which package ---- */

static bool
fits_machine(const struct search *search, const struct bundle *bundle)
{
	if (bundle->is_rpm != search->is_rpm)
		return false;
	for (size_t i = 0; i < sizeof architectures / sizeof *architectures;
		i++)
		if (strcmp(architectures[i].guest, search->guest->arch) == 0)
			return string_list_holds(architectures[i].packages,
				bundle->architecture);
	return false;
}

/* "deb12" or "el7" in a version: 2 when it is the guest's, 0 another's. */
static int
release_rank(const struct search *search, const struct bundle *bundle)
{
	const char *mark = search->is_rpm ? ".el" : "deb";
	const char *at = strstr(bundle->version, mark);
	unsigned has = 0, wants = 0;

	sscanf(search->guest->version, "%u", &wants);
	if (at == NULL || sscanf(at + strlen(mark), "%u", &has) != 1)
		return 1;
	return has == wants ? 2 : 0;
}

/* Who in the folder brings a library; NULL: nobody. */
static struct bundle **
find_library(struct search *search, const char *name)
{
	for (size_t i = 0; i < search->count; i++)
		if (search->list[i] != NULL &&
			fits_machine(search, search->list[i]) &&
			bundle_brings(search->list[i], name))
			return &search->list[i];
	return NULL;
}

static bool
is_brought(const struct agent *agent, const char *name)
{
	for (size_t i = 0; i < agent->count; i++)
		if (bundle_brings(agent->packages[i], name))
			return true;
	return false;
}

/* Add what the last package needs; 0 when something is nowhere. */
static int
add_needs(struct agent *agent, struct search *search, struct error *err)
{
	const struct bundle *last = agent->packages[agent->count - 1];
	AUTO(names_freep) struct names needs = {0};

	if (library_needs(&needs, last, err) == -1)
		return -1;
	for (size_t i = 0; i < needs.count; i++) {
		struct bundle **library;

		if (is_brought(agent, needs.items[i]) ||
			libraries_have(&search->libraries,
				needs.items[i]))
			continue;
		library = string_starts(needs.items[i], "GLIBC_")
			? NULL
			: find_library(search, needs.items[i]);
		if (library == NULL || agent->count == AGENT_PACKAGES) {
			snprintf(search->why, sizeof search->why,
				"%s %s needs %s, which the guest lacks",
				last->name, last->version, needs.items[i]);
			return 0;
		}
		agent->packages[agent->count++] = take(*library);
		switch (add_needs(agent, search, err)) {
		case -1:
			return -1;
		case 0:
			return 0;
		}
	}
	return 1;
}

/* The best one that is left; NULL: none. */
static struct bundle **
find_best(struct search *search)
{
	struct bundle **best = NULL;

	for (size_t i = 0; i < search->count; i++) {
		struct bundle **one = &search->list[i];
		int rank;

		if (*one == NULL || strcmp((*one)->name, NAME) != 0 ||
			!fits_machine(search, *one))
			continue;
		rank = best == NULL ? 1
				    : release_rank(search, *one) -
				release_rank(search, *best);
		if (rank > 0 || (rank == 0 && strverscmp((*one)->version,
						      (*best)->version) > 0))
			best = one;
	}
	return best;
}

static int
choose(struct agent *agent, struct search *search, struct error *err)
{
	struct bundle **best;

	while ((best = find_best(search)) != NULL) {
		int fits;

		agent->packages[agent->count++] = take(*best);
		fits = add_needs(agent, search, err);
		if (fits != 0)
			return fits == -1 ? -1 : 0;
		agent_release(agent);
	}
	return 0;
}

static void
dir_closep(DIR **dir)
{
	if (*dir != NULL)
		closedir(*dir);
}

static int
read_folder(struct search *search, const char *folder, struct error *err)
{
	AUTO(dir_closep) DIR *dir = opendir(folder);
	const struct dirent *entry;

	if (dir == NULL)
		return error_set(err, errno, "open %s", folder);
	while ((entry = readdir(dir)) != NULL && search->count < CANDIDATES) {
		const char *end = strrchr(entry->d_name, '.');
		AUTO(freep) char *path = io_format("%s/%s", folder,
			entry->d_name);
		struct bundle *bundle = NULL;
		struct error why = {0};

		if (path == NULL)
			return error_set(err, ENOMEM, "read %s", folder);
		if (end == NULL || strcmp(end, search->is_rpm ? ".rpm"
							      : ".deb") != 0)
			continue;
		if (bundle_read(&bundle, path, &why) == -1)
			snprintf(search->why, sizeof search->why, "%.199s",
				why.text);
		else
			search->list[search->count++] = bundle;
	}
	return 0;
}

/* Of all packages and of dpkg's list, which is written anew. */
static void
weigh(const struct agent *agent, const struct search *search,
	size_t *bytes_out, size_t *count_out)
{
	const struct guest_files *files = search->files;
	struct guest_stat status = {0};
	struct error ignored;

	if (!search->is_rpm)
		files->stat(files->handle, STATUS, &status,
			&ignored);
	*bytes_out = status.bytes < STATUS_BYTES ? (size_t)status.bytes
						 : STATUS_BYTES;
	*count_out = 0;
	for (size_t i = 0; i < agent->count; i++) {
		const struct bundle *bundle = agent->packages[i];

		*count_out += bundle->count;
		for (size_t k = 0; k < bundle->count; k++)
			*bytes_out += guest_file_room(bundle->files[k].bytes);
	}
}

/*
 * The VM starts without an agent, so it comes last: false, and why, when there
 * is no room beside all else, which the images of initramfs may be part of.
 * Each folder is asked for the whole: they may lie in one file system.
 */
static bool
has_room(const struct agent *agent, struct search *search)
{
	static const char *const places[] = {"/usr/" NAME, "/etc/" NAME,
		"/lib/" NAME, STATUS};
	const struct guest *guest = search->guest;
	size_t bytes, count;

	weigh(agent, search, &bytes, &count);
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		bool is_shared = guest_mount_of(guest, "/boot") ==
			guest_mount_of(guest, places[i]);
		struct error why = {.code = 0};

		if (guest_check_room(search->files, places[i], bytes, count,
			    is_shared ? guest->images_grow_bytes : 0,
			    &why) == 0 || why.code != ENOSPC)
			continue;
		snprintf(search->why, sizeof search->why, "%.199s", why.text);
		return false;
	}
	return true;
}

static void
report(const struct agent *agent, const char *folder, bool is_known,
	struct findings *findings)
{
	for (size_t i = 0; i < agent->count; i++) {
		const struct bundle *bundle = agent->packages[i];
		char what[300];

		snprintf(what, sizeof what, "%s %s%s", bundle->name,
			bundle->version, is_known ? ""
				: ", of which the guest's own database of "
				  "packages does not know");
		finding_add(findings, "operations.guest-agent-added", folder, 0,
			what, "Its files are unpacked into the guest.");
	}
}

static bool
has_agent(const struct guest_files *files)
{
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
		if (has_file(files, programs[i]))
			return true;
	return false;
}

int
agent_plan(struct agent *agent, struct guest *guest,
	const struct guest_files *files, const char *folder,
	struct changes *changes, struct findings *findings, struct error *err)
{
	AUTO(search_release) struct search search = {.guest = guest,
		.files = files};
	bool is_known = false;

	guest->agent = has_agent(files) ? "present" : NULL;
	if (guest->agent != NULL || folder == NULL)
		return 0;
	search.is_rpm = !has_file(files, STATUS);
	snprintf(search.why, sizeof search.why, "no package of " NAME
		" for %s %s (%s)", guest->distro, guest->version, guest->arch);
	libraries_open(&search.libraries, files);
	if (read_folder(&search, folder, err) == -1 ||
		choose(agent, &search, err) == -1)
		return -1;
	if (agent->count > 0 && !has_room(agent, &search))
		agent_release(agent);
	if (agent->count == 0) {
		finding_add(findings, "operations.guest-agent-not-added",
			folder, 0, search.why, NULL);
		return 0;
	}
	if (!search.is_rpm &&
		agent_tell_dpkg(agent, files, changes, &is_known, err) == -1)
		return -1;
	agent->is_told = is_known;
	report(agent, folder, is_known, findings);
	guest->agent = "added";
	changes_expect_created(changes);
	return 0;
}

void
agent_check(struct agent *agent, struct guest *guest, const char *folder,
	const struct changes *changes, struct findings *findings)
{
	bool is_kept = agent->is_told ? changes_have(changes, STATUS)
				      : changes_are_whole(changes);

	if (agent->count == 0 || is_kept)
		return;
	agent_release(agent);
	guest->agent = NULL;
	finding_take_back(findings, "operations.guest-agent-added", folder);
	finding_add(findings, "operations.guest-agent-not-added", folder, 0,
		"there is no room for it, or it could not be recorded", NULL);
}
