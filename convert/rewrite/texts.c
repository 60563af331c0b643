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
#include "convert/assess/evidence.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest-file.h"
#include "convert/assess/guest.h"
#include "convert/assess/reference.h"
#include "convert/rewrite/aside.h"
#include "convert/rewrite/change.h"
#include "convert/rewrite/loader.h"
#include "convert/rewrite/network.h"
#include "convert/rewrite/rewriters.h"
#include "convert/rewrite/swap-unit.h"

/*
 * What the boot loader reads now, what it or a tool will read later, and what
 * has nothing to do with names.
 */
enum when { NOW, LATER, LOST };

/* Where the EFI system partition is mounted. */
#define ESP "/{boot/efi,efi,boot}"

/*
 * `pattern` is of glob(7), with braces; a file that several of them lead to is
 * edited once.
 */
static const struct text {
	const char *pattern;
	rewrite_function *rewrite;
	enum when when;
	bool is_evidence; /* of what names mean: loader_learn() */
} texts[] = {
	{"/etc/fstab", fstab_rewrite, NOW, false},
	{"/etc/crypttab", crypttab_rewrite, NOW, false},
	{"/boot/grub/grub.cfg", loader_rewrite_grub2, NOW, true},
	{"/boot/grub2/grub.cfg", loader_rewrite_grub2, NOW, true},
	{ESP "/EFI/*/grub.cfg", loader_rewrite_grub2, NOW, true},
	{"/boot/grub/custom.cfg", loader_rewrite_grub2, NOW, false},
	{"/boot/grub2/custom.cfg", loader_rewrite_grub2, NOW, false},
	{ESP "/loader/entries/*.conf", loader_rewrite_entry, NOW, true},
	{"/boot/grub/grubenv", loader_rewrite_grubenv, NOW, true},
	{"/boot/grub2/grubenv", loader_rewrite_grubenv, NOW, true},
	{"/boot/grub/grub.conf", loader_rewrite_grub, NOW, true},
	{"/boot/grub/menu.lst", loader_rewrite_grub, NOW, true},
	{ESP "/EFI/*/grub.conf", loader_rewrite_grub, NOW, true},
	{ESP "/EFI/*/elilo.conf", loader_rewrite_lilo, NOW, true},
	{"/boot/extlinux/*.conf", loader_rewrite_syslinux, NOW, true},
	{"/boot/extlinux.conf", loader_rewrite_syslinux, NOW, true},
	{"/boot/syslinux/*.cfg", loader_rewrite_syslinux, NOW, true},
	{"/boot/syslinux/*.conf", loader_rewrite_syslinux, NOW, true},
	{"/boot/syslinux.cfg", loader_rewrite_syslinux, NOW, true},
	{"/extlinux.conf", loader_rewrite_syslinux, NOW, true},
	{"/extlinux/*.conf", loader_rewrite_syslinux, NOW, true},
	{"/syslinux.cfg", loader_rewrite_syslinux, NOW, true},
	{"/etc/elilo.conf", loader_rewrite_lilo, LATER, false},
	{"/etc/lilo.conf", loader_rewrite_lilo, LATER, true},
	{"/etc/kernel/cmdline", loader_rewrite_arguments, LATER, false},
	{"/etc/grub.d/40_custom", loader_rewrite_grub2, LATER, false},
	{"/etc/default/grub", grub_defaults_rewrite, LATER, false},
	{"/etc/default/grub.d/*.cfg", grub_defaults_rewrite, LATER, false},
	{"/etc/crypttab.initramfs", crypttab_rewrite, LATER, false},
	{"/etc/mdadm.conf", mdadm_rewrite, NOW, false},
	{"/etc/mdadm/mdadm.conf", mdadm_rewrite, NOW, false},
	{"/etc/mdadm.conf.d/*.conf", mdadm_rewrite, NOW, false},
	{"/etc/mdadm/mdadm.conf.d/*.conf", mdadm_rewrite, NOW, false},
	{"/etc/lvm/lvm.conf", lvm_rewrite, NOW, false},
	{"/etc/lvm/lvmlocal.conf", lvm_rewrite, NOW, false},
	{"/etc/multipath.conf", multipath_rewrite, NOW, false},
	{"/etc/multipath/conf.d/*.conf", multipath_rewrite, NOW, false},
	{"/etc/systemd/system/*.mount", device_lines_rewrite, NOW, false},
	{"/etc/auto.*", device_lines_rewrite, NOW, false},
	{"/etc/auto/*", device_lines_rewrite, NOW, false},
	{"/etc/autofs/auto.*", device_lines_rewrite, NOW, false},
	{"/etc/kdump.conf", device_lines_rewrite, NOW, false},
	{"/etc/sysconfig/kdump", device_words_rewrite, NOW, false},
	{"/etc/default/kdump-tools", device_words_rewrite, NOW, false},
	{"/etc/sysconfig/rawdevices", device_lines_rewrite, NOW, false},
	{"/etc/sysconfig/oracleasm*", oracleasm_rewrite, NOW, false},
	{"/etc/sysconfig/bootloader", device_words_rewrite, LATER, false},
	{"/etc/default/grub_installdevice", device_words_rewrite, LATER, false},
	{"/etc/dracut.conf", device_words_rewrite, LATER, false},
	{"/etc/dracut.conf.d/*.conf", device_words_rewrite, LATER, false},
	{"/etc/mkinitcpio.conf", device_words_rewrite, LATER, false},
	{"/etc/mkinitcpio.d/*.preset", device_words_rewrite, LATER, false},
	{"/etc/initramfs-tools/conf.d/cryptroot", device_words_rewrite, LATER,
		false},
	{"/etc/initramfs-tools/initramfs.conf", resume_rewrite, NOW, false},
	{"/etc/initramfs-tools/conf.d/mdadm", boot_degraded_rewrite, LOST,
		false},
	{"/etc/initramfs-tools/conf.d/*", resume_rewrite, NOW, false},
};

static const char *const reasons[] = {
	[NOW] = "Names of devices depend on hardware; the UUID of a content "
		"does not.",
	[LATER] = "The next update of the boot loader shall not write device "
		  "names.",
	[LOST] = "A member of an array is not here: the boot goes on without "
		 "it.",
};

/* The files that a pattern leads to; a text is NULL where it is none. */
struct found {
	char **paths;
	char **texts;
};

enum { TEXTS = sizeof texts / sizeof *texts, TEXTS_BYTES = 64 << 20 };

static void
found_free(struct found (*found)[TEXTS])
{
	for (size_t i = 0; i < TEXTS; i++) {
		struct found *one = &(*found)[i];

		for (size_t j = 0; one->paths != NULL && one->paths[j] != NULL;
			j++)
			if (one->texts != NULL)
				free(one->texts[j]);
		free(one->texts);
		strings_freep(&one->paths);
	}
}

/* NULL when it is none, or what was read before leaves no room. */
static char *
read_text(guestfs_h *g, const char *path, size_t *room,
	struct findings *findings)
{
	AUTO(freep) char *text = guest_file_text(g, path, findings);
	size_t bytes = text == NULL ? 0 : strlen(text);

	if (bytes > *room) {
		finding_add(findings, "guest.file-refused", path, 0,
			"the files to convert hold more than 64 MiB", NULL);
		return NULL;
	}
	*room -= bytes;
	return take(text);
}

/* Each call of the appliance takes milliseconds, so all is read only once. */
static int
read_texts(struct found (*found)[TEXTS], guestfs_h *g,
	struct findings *findings, struct error *err)
{
	size_t room = TEXTS_BYTES;

	for (size_t i = 0; i < TEXTS; i++) {
		struct found *one = &(*found)[i];
		size_t count = 0;

		one->paths = guest_files(g, texts[i].pattern);
		while (one->paths != NULL && one->paths[count] != NULL)
			count++;
		one->texts = calloc(count + 1, sizeof *one->texts);
		if (one->texts == NULL)
			return error_set(err, ENOMEM, "read %s",
				texts[i].pattern);
		for (size_t j = 0; j < count; j++)
			one->texts[j] = read_text(g, one->paths[j], &room,
				findings);
	}
	return 0;
}

/* What is not here may be known only by the names in all texts. */
static void
learn_crypttab(const struct found *found, struct references *references)
{
	for (size_t i = 0; found->paths != NULL && found->paths[i] != NULL;
		i++)
		evidence_of_crypttab(references, found->texts[i],
			references_volumes(references));
}

static void
learn(const struct found found[TEXTS], const struct volume *root,
	struct references *references)
{
	for (size_t i = 0; i < TEXTS; i++) {
		for (size_t j = 0; found[i].paths != NULL &&
			found[i].paths[j] != NULL; j++) {
			const char *text = found[i].texts[j];

			if (text != NULL)
				device_words_notice(references, text);
			if (text != NULL && texts[i].is_evidence)
				loader_learn(texts[i].rewrite, text,
					references, root);
		}
	}
	for (size_t i = 0; i < TEXTS; i++) {
		if (strcmp(texts[i].pattern, "/etc/crypttab") == 0)
			learn_crypttab(&found[i], references);
	}
}

static int
plan_file(const struct text *how, const char *path, const char *text,
	struct references *references, struct findings *findings,
	struct changes *changes, struct error *err)
{
	AUTO(freep) char *after = NULL;
	const struct rewrite rewrite = {path, references, findings};

	if (text == NULL || changes_have(changes, path))
		return 0;
	if (how->rewrite(&after, text, &rewrite, err) == -1)
		return error_add(err, "rewrite %s", path);
	if (after == NULL)
		return 0;
	return changes_plan(changes, path, text, after, reasons[how->when],
		err);
}

static int
plan_text(const struct text *how, const struct found *found,
	struct references *references, struct findings *findings,
	struct changes *changes, struct error *err)
{
	for (size_t i = 0; found->paths != NULL && found->paths[i] != NULL;
		i++)
		if (plan_file(how, found->paths[i], found->texts[i],
			references, findings, changes, err) == -1)
			return -1;
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

static const char name_reason[] =
	"Each card keeps its old name by its MAC address.";

/*
 * Rules of several interfaces may go to the same file, which may have rules of
 * the administrator; what cannot be read is not written over.
 */
static int
plan_rules(guestfs_h *g, const struct network_rule *rule, const char *added,
	struct findings *findings, struct changes *changes, struct error *err)
{
	const char *path = rule->path;
	AUTO(freep) char *before = guest_file_text(g, path, findings);
	size_t n = before == NULL ? 0 : strlen(before);
	AUTO(freep) char *after = io_format("%s%s%s", n == 0 ? "" : before,
		n > 0 && before[n - 1] != '\n' ? "\n" : "", added);

	if (after == NULL)
		return error_set(err, ENOMEM, "plan %s", path);
	if (before == NULL && rule->needs_file) {
		network_rule_lost(rule, findings);
		return 0;
	}
	if (before == NULL && is_taken(g, path))
		path = "/etc/udev/rules.d/70-unrack-net.rules";
	return changes_plan(changes, path, before, after, name_reason, err);
}

/* The file is unrack's own: one of an earlier conversion is replaced. */
static int
plan_link(guestfs_h *g, const struct network_rule *rule,
	struct findings *findings, struct changes *changes, struct error *err)
{
	AUTO(freep) char *before = guest_file_text(g, rule->path, findings);

	return changes_plan(changes, rule->path, before, rule->text,
		name_reason, err);
}

/* The rules of one file, from rules[first] on. */
static int
plan_file_of_rules(guestfs_h *g, const struct network_rule *rules,
	size_t first, size_t count, struct findings *findings,
	struct changes *changes, struct error *err)
{
	AUTO(freep) char *added = NULL;

	if (changes_have(changes, rules[first].path))
		return 0;
	if (!rules[first].is_appended)
		return plan_link(g, &rules[first], findings, changes, err);
	for (size_t i = first; i < count; i++) {
		char *longer;

		if (strcmp(rules[i].path, rules[first].path) != 0)
			continue;
		longer = io_format("%s%s", added == NULL ? "" : added,
			rules[i].text);
		if (longer == NULL)
			return error_set(err, ENOMEM, "plan %s",
				rules[i].path);
		free(added);
		added = longer;
	}
	return plan_rules(g, &rules[first], added, findings, changes, err);
}

/* A file that goes by slot or driver is made to go by the MAC. */
static int
plan_match(guestfs_h *g, const struct guest *guest,
	const struct guest_match *match, struct findings *findings,
	struct changes *changes, struct error *err)
{
	const char *planned = changes_text(changes, match->path);
	AUTO(freep) char *text = guest_file_text(g, match->path, findings);
	AUTO(freep) char *after = NULL;
	char copy[256];
	bool is_copied = network_match_copy(copy, match);
	bool is_rule = string_starts(match->path, "/etc/udev/");

	if (text != NULL && !is_copied &&
		network_match_rewrite(&after, planned == NULL ? text : planned,
			guest, match, err) == -1)
		return -1;
	network_match_report(findings, match, after != NULL ||
		(is_copied && text != NULL) ||
		(is_rule && match->mac[0] != '\0'));
	if (after != NULL)
		return changes_plan(changes, match->path, text, after,
			"The VM's cards are in other slots.", err);
	if (is_copied && text != NULL && !is_taken(g, copy))
		return changes_plan(changes, copy, NULL, text,
			"The VM's cards are in other slots.", err);
	return 0;
}

static int
plan_network(guestfs_h *g, const struct guest *guest,
	struct findings *findings, struct changes *changes, struct error *err)
{
	AUTO(freep) struct network_rule *rules =
		calloc(GUEST_INTERFACES, sizeof *rules);
	size_t count = 0;

	if (rules == NULL)
		return error_set(err, ENOMEM, "plan the network");
	for (size_t i = 0; i < guest->match_count; i++)
		if (plan_match(g, guest, &guest->matches[i], findings, changes,
			    err) == -1)
			return -1;
	for (size_t i = 0; i < guest->interface_count; i++)
		count += network_rule(&rules[count], guest,
			&guest->interfaces[i], findings);
	for (size_t i = 0; i < count; i++)
		if (plan_file_of_rules(g, rules, i, count, findings, changes,
			    err) == -1)
			return -1;
	return 0;
}

int
texts_plan(guestfs_h *g, const struct guest *guest, const struct volume *root,
	struct references *references, struct findings *findings,
	struct changes *changes, struct error *err)
{
	AUTO(found_free) struct found found[TEXTS] = {{NULL, NULL}};

	if (findings_have(findings, "boot.several-systems"))
		root = NULL;
	if (read_texts(&found, g, findings, err) == -1)
		return -1;
	learn(found, root, references);
	for (size_t i = 0; i < TEXTS; i++)
		if (plan_text(&texts[i], &found[i], references, findings,
			changes, err) == -1)
			return -1;
	if (swap_units_plan(g, references, findings, changes, err) == -1 ||
		aside_plan(g, findings, changes, err) == -1)
		return -1;
	return plan_network(g, guest, findings, changes, err);
}
