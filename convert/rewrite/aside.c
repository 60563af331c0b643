/*
 * Files that are put aside.  texts.c edits what has to stay.
 */
#include "convert/rewrite/aside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest-file.h"
#include "convert/rewrite/change.h"

static bool
never_holds(const char *text)
{
	(void)text;
	return false;
}

static const struct {
	const char *path;
	bool (*holds)(const char *text);
	const char *rule; /* NULL: nobody needs to know */
	const char *reason;
} files[] = {
	{"/etc/lvm/devices/system.devices", aside_lvm_devices_hold,
		"storage.lvm-devices", "LVM would use no other disks than these; "
		"without this file it uses all."},
	{"/etc/lvm/cache/.cache", never_holds, NULL,
		"LVM remembers the old disks here, and makes it anew."},
	{"/etc/lvm/.cache", never_holds, NULL,
		"LVM remembers the old disks here, and makes it anew."},
	{"/etc/blkid.tab", never_holds, NULL,
		"blkid remembers the old disks here, and makes it anew."},
	{"/etc/blkid/blkid.tab", never_holds, NULL,
		"blkid remembers the old disks here, and makes it anew."},
};

bool
aside_lvm_devices_hold(const char *text)
{
	static const char *const lasting[] = {"md_uuid", "crypt_uuid",
		"lvmlv_uuid"};
	static const char key[] = "IDTYPE=";

	for (const char *at = text; (at = strstr(at, key)) != NULL;) {
		const char *line = at;
		size_t bytes = strcspn(at += strlen(key), " \t\r\n");
		bool holds = false;

		while (line > text && line[-1] != '\n')
			line--;
		if (line[strspn(line, " \t")] == '#')
			continue;
		for (size_t i = 0; i < sizeof lasting / sizeof *lasting; i++)
			holds |= bytes == strlen(lasting[i]) &&
				strncmp(at, lasting[i], bytes) == 0;
		if (!holds)
			return false;
	}
	return true;
}

static int
plan_file(guestfs_h *g, size_t index, struct findings *findings,
	struct changes *changes, struct error *err)
{
	const char *path = files[index].path;
	AUTO(freep) char *text = guest_file_text(g, path, findings);
	AUTO(freep) char *aside = io_format("%s.unrack-aside", path);

	if (aside == NULL)
		return error_set(err, ENOMEM, "put %s aside", path);
	if (text == NULL || files[index].holds(text) ||
		guest_file_is_there(g, aside))
		return 0;
	if (files[index].rule != NULL)
		finding_add(findings, files[index].rule, path, 0,
			strrchr(path, '/') + 1, "It is put aside.");
	return changes_plan_move(changes, path, aside, files[index].reason,
		err);
}

int
aside_plan(guestfs_h *g, struct findings *findings, struct changes *changes,
	struct error *err)
{
	static const char *const services[] = {"multipathd", "multipath-tools",
		"multipath-tools-boot"};

	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		if (plan_file(g, i, findings, changes, err) == -1)
			return -1;
	}
	for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
		if (changes_wish_disabled(changes, services[i],
			    "The VM has one path to each disk.", err) == -1)
			return -1;
	}
	return 0;
}
