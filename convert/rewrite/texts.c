/*
 * Which texts of a guest are rewritten, by whom, and why: the table below.  All
 * evidence about names is collected before the first of them is decided.
 */
#include "convert/rewrite/texts.h"

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
#include "convert/assess/guest.h"
#include "convert/rewrite/change.h"
#include "convert/rewrite/network.h"
#include "convert/rewrite/rewriters.h"

static const char by_uuid[] =
	"Names of devices depend on hardware; the UUID of a content does not.";
static const char by_uuid_later[] =
	"The next update of the boot loader shall not write device names.";

/* A path that ends with "/" means the files in that folder. */
static const struct {
	const char *path, *ending;
	rewrite_function *rewrite;
	const char *reason;
} texts[] = {
	{"/etc/fstab", "", fstab_rewrite, by_uuid},
	{"/etc/crypttab", "", crypttab_rewrite, by_uuid},
	{"/boot/grub/grub.cfg", "", grub2_rewrite_config, by_uuid},
	{"/boot/grub/custom.cfg", "", grub2_rewrite_config, by_uuid},
	{"/boot/grub2/grub.cfg", "", grub2_rewrite_config, by_uuid},
	{"/etc/grub.d/40_custom", "", grub2_rewrite_config, by_uuid_later},
	{"/etc/default/grub", "", grub2_rewrite_defaults, by_uuid_later},
	{"/etc/default/grub.d/", ".cfg", grub2_rewrite_defaults,
		by_uuid_later},
	{"/etc/initramfs-tools/initramfs.conf", "", resume_rewrite, by_uuid},
	{"/etc/initramfs-tools/conf.d/", "", resume_rewrite, by_uuid},
};

static void
learn(guestfs_h *g, const char *path, const struct volume *root,
	struct references *references, struct findings *findings)
{
	AUTO(freep) char *text = guest_file_text(g, path, findings);

	if (text != NULL)
		grub2_learn(text, references, root);
}

static int
plan_file(guestfs_h *g, size_t index, const char *path,
	struct references *references, struct findings *findings,
	struct changes *changes, struct error *err)
{
	AUTO(freep) char *text = guest_file_text(g, path, findings);
	AUTO(freep) char *after = NULL;
	const struct rewrite how = {path, references, findings};

	if (text == NULL)
		return 0;
	if (texts[index].rewrite(&after, text, &how, err) == -1)
		return error_add(err, "rewrite %s", path);
	if (after == NULL)
		return 0;
	return changes_plan(changes, path, text, after, texts[index].reason,
		err);
}

static int
plan_entry(guestfs_h *g, size_t index, struct references *references,
	struct findings *findings, struct changes *changes, struct error *err)
{
	AUTO(strings_freep) char **files = NULL;
	const char *path = texts[index].path;
	char folder[256];
	size_t n = strlen(path);

	if (path[n - 1] != '/')
		return plan_file(g, index, path, references, findings, changes,
			err);
	snprintf(folder, sizeof folder, "%.*s", (int)n - 1, path);
	files = guest_folder_files(g, folder, texts[index].ending);
	for (char **file = files; file != NULL && *file != NULL; file++) {
		if (plan_file(g, index, *file, references, findings, changes,
			    err) == -1)
			return -1;
	}
	return 0;
}

/* Is something there that is no text, say a link to /dev/null? */
static bool
is_taken(guestfs_h *g, const char *path)
{
	struct guestfs_statns *stat = guestfs_lstatns(g, path);
	bool is_there = stat != NULL;

	guestfs_free_statns(stat);
	return is_there;
}

/*
 * Rules of several interfaces may go to the same file, which may have rules of
 * the administrator; what cannot be read is not written over.
 */
static int
plan_rules(guestfs_h *g, const char *path, const char *added,
	struct findings *findings, struct changes *changes, struct error *err)
{
	AUTO(freep) char *before = guest_file_text(g, path, findings);
	size_t n = before == NULL ? 0 : strlen(before);
	AUTO(freep) char *after = io_format("%s%s%s", n == 0 ? "" : before,
		n > 0 && before[n - 1] != '\n' ? "\n" : "", added);

	if (after == NULL)
		return error_set(err, ENOMEM, "plan %s", path);
	if (before == NULL && is_taken(g, path))
		path = "/etc/udev/rules.d/70-unrack-net.rules";
	return changes_plan(changes, path, before, after,
		"Each card keeps its old name by its MAC address.", err);
}

/* The file is unrack's own: one of an earlier conversion is replaced. */
static int
plan_link(guestfs_h *g, const struct network_rule *rule,
	struct findings *findings, struct changes *changes, struct error *err)
{
	AUTO(freep) char *before = guest_file_text(g, rule->path, findings);

	return changes_plan(changes, rule->path, before, rule->text,
		"Each card keeps its old name by its MAC address.", err);
}

static int
plan_network(guestfs_h *g, const struct guest *guest,
	struct findings *findings, struct changes *changes, struct error *err)
{
	AUTO(freep) char *appended = NULL;
	struct network_rule rule;
	const char *path = NULL;

	for (size_t i = 0; i < guest->interface_count; i++) {
		char *longer;

		if (!network_rule(&rule, guest, &guest->interfaces[i],
			    findings))
			continue;
		if (!rule.is_appended) {
			if (plan_link(g, &rule, findings, changes, err) == -1)
				return -1;
			continue;
		}
		path = "/etc/udev/rules.d/70-persistent-net.rules";
		longer = io_format("%s%s", appended == NULL ? "" : appended,
			rule.text);
		if (longer == NULL)
			return error_set(err, ENOMEM, "plan %s", path);
		free(appended);
		appended = longer;
	}
	return path == NULL ? 0
			    : plan_rules(g, path, appended, findings, changes,
				      err);
}

int
texts_plan(guestfs_h *g, const struct guest *guest, const struct volume *root,
	struct references *references, struct findings *findings,
	struct changes *changes, struct error *err)
{
	if (findings_have(findings, "boot.several-systems"))
		root = NULL;
	learn(g, "/boot/grub/grub.cfg", root, references, findings);
	learn(g, "/boot/grub2/grub.cfg", root, references, findings);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		if (plan_entry(g, i, references, findings, changes, err) == -1)
			return -1;
	}
	return plan_network(g, guest, findings, changes, err);
}
