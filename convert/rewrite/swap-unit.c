/*
 * Swap space that is switched on by a unit of the administrator.
 * systemd.swap(5): the unit is named after the device.
 */
#include "convert/rewrite/swap-unit.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest-file.h"
#include "convert/assess/reference.h"
#include "convert/assess/swap-wish.h"
#include "convert/rewrite/change.h"
#include "convert/rewrite/rewriters.h"
#include "drivers-inject/guest.h"
#include "drivers-inject/names.h"

static const char reason[] = "The unit of a swap space is named after its "
			     "device, which has another name now.";

bool
swap_unit_name(char *name_out, size_t room, const char *device)
{
	size_t used = 0;

	for (device += *device == '/'; *device != '\0'; device++) {
		if (used + sizeof "\\xff.swap" > room)
			return false;
		if (*device == '/')
			name_out[used++] = '-';
		else if (isalnum((unsigned char)*device) ||
			strchr(":_.", *device) != NULL)
			name_out[used++] = *device;
		else
			used += (size_t)sprintf(name_out + used, "\\x%02x",
				(unsigned char)*device);
	}
	strcpy(name_out + used, ".swap");
	return true;
}

static int
plan_wish(guestfs_h *g, const struct names *links, const char *old,
	const char *name, struct changes *changes, struct error *err)
{
	AUTO(freep) char *path = io_format(SWAP_WISH_FOLDER
		"swap.target.d/10-unrack-%s.conf", name);
	AUTO(freep) char *text = io_format("[Unit]\nWants=%s\n", name);

	if (path == NULL || text == NULL)
		return error_set(err, ENOMEM, "plan %s", name);
	return !swap_wish_is_among(links, old) || guest_file_is_there(g, path)
		? 0
		: changes_plan(changes, path, NULL, text, reason, err);
}

/* The old unit stays for whoever looks for it, but does nothing. */
static int
plan_renamed(guestfs_h *g, const struct names *links, const char *path,
	const char *text, const struct reference *reference,
	const struct rewrite *how, struct changes *changes, struct error *err)
{
	char device[REFERENCE_PATH_BYTES], name[256];
	AUTO(freep) char *renamed = NULL;
	AUTO(freep) char *fresh = NULL;
	AUTO(freep) char *aside = io_format("%s.unrack-aside", path);

	reference_path(reference, device);
	if (!swap_unit_name(name, sizeof name, device) || aside == NULL ||
		(fresh = io_format(SWAP_WISH_FOLDER "%s", name)) == NULL)
		return error_set(err, ENOMEM, "plan %s", path);
	if (guest_file_is_there(g, fresh) || guest_file_is_there(g, aside))
		return 0;
	if (device_words_rewrite(&renamed, text, how, err) == -1)
		return -1;
	if (renamed == NULL)
		return 0;
	if (changes_plan(changes, fresh, NULL, renamed, reason, err) == -1 ||
		changes_plan_move(changes, path, aside, reason, err) == -1)
		return -1;
	changes_join_last(changes);
	return plan_wish(g, links, path, name, changes, err);
}

/* Nothing waits for it any more. */
static int
plan_disabled(const char *path, const char *text, const struct rewrite *how,
	struct changes *changes, struct error *err)
{
	AUTO(freep) char *after = NULL;

	if (device_lines_rewrite(&after, text, how, err) == -1)
		return -1;
	return after == NULL
		? 0
		: changes_plan(changes, path, text, after,
			  "The device is not in this machine.", err);
}

int
swap_units_plan(guestfs_h *g, struct references *references,
	struct findings *findings, struct changes *changes,
	struct error *err)
{
	AUTO(strings_freep) char **files =
		guest_files(g, SWAP_WISH_FOLDER "*.swap");
	AUTO(names_freep) struct names links = {0};
	struct guest_files guest;

	guest_libguestfs_open(&guest, g);
	if (files != NULL && files[0] != NULL &&
		swap_wish_links(&links, &guest, err) == -1)
		return -1;
	for (char **file = files; file != NULL && *file != NULL; file++) {
		const struct rewrite how = {*file, references, findings};
		AUTO(freep) char *text = guest_file_text(g, *file, findings);
		struct reference reference;
		char device[256];

		if (text == NULL ||
			!swap_wish_device(device, sizeof device, text))
			continue;
		reference_resolve(references, device, "swap", &reference);
		if (reference.state == REFERENCE_NAMED &&
			reference.stable[0] != '\0' &&
			plan_renamed(g, &links, *file, text, &reference, &how,
				changes, err) == -1)
			return -1;
		if (reference_is_lost(&reference) &&
			plan_disabled(*file, text, &how, changes, err) == -1)
			return -1;
	}
	return 0;
}
