/*
 * The guest's list of what can be brought back, but for services (disable.c).
 * undo-list.c writes it, undo.sh reads it.
 */
#include "convert/rewrite/undo-marks.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/own.h"
#include "convert/rewrite/change-list.h"
#include "convert/rewrite/comment-out.h"
#include "convert/rewrite/undo-list.h"

/* The name of each is the tag of its lines. */
static const struct disabled_service marks[] = {
	{TAG_CONSOLE, "Logins on serial ports of the old machine",
		"The VM has one serial port, ttyS0.",
		"Bring them back if the VM gets more ports."},
	{TAG_DISPLAY, "Drivers of the old machine's graphics card",
		"X ends without the card of its driver.",
		"Bring them back if the VM gets that card."},
	{TAG_ABSENT, "Lines about disks that are not in this machine",
		"A disk that never comes ends the boot.",
		"Bring them back when the VM has those disks, not before."},
};

static const struct disabled_service agent = {
	"guest-agent", "The agent that was added for the host", "",
	"Where dpkg knows it, remove the package qemu-guest-agent instead."};

/* The title comes before the first step. */
static void
step(struct undo_list *list, bool *is_begun,
	const struct disabled_service *what, const char *kind,
	const char *one, const char *two)
{
	if (!*is_begun)
		undo_list_begin_alone(list, what);
	*is_begun = true;
	undo_list_step(list, kind, one, two);
}

static bool
has_mark(const struct change *change, const char *tag)
{
	char mark[64];

	snprintf(mark, sizeof mark, "#unrack:%s# ", tag);
	return change->after.text != NULL &&
		strstr(change->after.text, mark) != NULL;
}

static bool
is_login(const struct change *change)
{
	return change->service == NULL &&
		strstr(change->path, "/serial-getty@") != NULL;
}

static void
list_marks(struct undo_list *list, const struct disabled_service *mark,
	const struct changes *changes)
{
	bool has_logins = strcmp(mark->name, TAG_CONSOLE) == 0;
	bool is_begun = false;

	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->list[i];

		if (has_mark(change, mark->name))
			step(list, &is_begun, mark, "lines", change->path,
				mark->name);
		if (!has_logins || !is_login(change))
			continue;
		if (change->kind == CHANGE_LINKED && !change->before.exists)
			step(list, &is_begun, mark, "link", change->path,
				change->after.target);
		if (change->kind == CHANGE_REMOVED)
			step(list, &is_begun, mark, "unlinked", change->path,
				change->before.target);
	}
}

static void
list_created(struct undo_list *list, const struct changes *later)
{
	bool is_begun = false;

	for (size_t i = 0; later != NULL && i < later->count; i++) {
		const struct change *change = &later->list[i];

		if (change->kind == CHANGE_CREATED)
			step(list, &is_begun, &agent, "made", change->path, "");
		if (change->kind == CHANGE_LINKED)
			step(list, &is_begun, &agent, "link", change->path,
				change->after.target);
	}
}

int
undo_marks_plan(const struct files *files, const struct changes *later,
	struct changes *changes, struct error *err)
{
	AUTO(undo_list_release) struct undo_list list;

	if (undo_list_open(&list, err) == -1)
		return -1;
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		list_marks(&list, &marks[i], changes);
	list_created(&list, later);
	return undo_list_plan(&list, files, changes, err);
}
