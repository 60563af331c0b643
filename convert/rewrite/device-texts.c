/*
 * Which texts of a guest name consoles and cards: the table below.  Files of boot
 * loaders are edited a second time here, behind their device names (texts.c).
 */
#include "convert/rewrite/device-texts.h"

#include <stdlib.h>

#include "common/error.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/guest-file.h"
#include "convert/rewrite/change.h"
#include "convert/rewrite/console.h"
#include "convert/rewrite/rewriters.h"

static const char console[] = "The serial console is on the VM's port, ttyS0.";
static const char card[] = "The VM does not have this graphics card.";

/* Where the EFI system partition is mounted. */
#define ESP "/{boot/efi,efi,boot}"

/* `pattern` is of glob(7), with braces. */
static const struct text {
	const char *pattern;
	rewrite_function *rewrite;
	const char *reason;
} texts[] = {
	{"/boot/grub/grub.cfg", console_rewrite_loader, console},
	{"/boot/grub2/grub.cfg", console_rewrite_loader, console},
	{ESP "/EFI/*/grub.cfg", console_rewrite_loader, console},
	{"/boot/grub/custom.cfg", console_rewrite_loader, console},
	{"/boot/grub2/custom.cfg", console_rewrite_loader, console},
	{ESP "/loader/entries/*.conf", console_rewrite_loader, console},
	{"/boot/grub/grubenv", console_rewrite_loader, console},
	{"/boot/grub2/grubenv", console_rewrite_loader, console},
	{ESP "/EFI/*/grubenv", console_rewrite_loader, console},
	{"/boot/grub/grub.conf", console_rewrite_loader, console},
	{"/boot/grub/menu.lst", console_rewrite_loader, console},
	{ESP "/EFI/*/grub.conf", console_rewrite_loader, console},
	{ESP "/EFI/*/elilo.conf", console_rewrite_loader, console},
	{"/boot/extlinux/*.conf", console_rewrite_loader, console},
	{"/boot/extlinux.conf", console_rewrite_loader, console},
	{"/boot/syslinux/*.cfg", console_rewrite_loader, console},
	{"/etc/elilo.conf", console_rewrite_loader, console},
	{"/etc/lilo.conf", console_rewrite_loader, console},
	{"/etc/kernel/cmdline", console_rewrite_loader, console},
	{"/etc/default/grub", console_rewrite_loader, console},
	{"/etc/default/grub.d/*.cfg", console_rewrite_loader, console},
	{"/etc/grub.d/40_custom", console_rewrite_loader, console},
	{"/etc/cmdline.d/*.conf", console_rewrite_loader, console},
	{"/etc/inittab", console_rewrite_getty, console},
	{"/etc/init/*.conf", console_rewrite_getty, console},
	{"/etc/event.d/*", console_rewrite_getty, console},
	{"/etc/securetty", console_rewrite_securetty, console},
};

static const char *const xorg[] = {"/etc/X11/xorg.conf",
	"/etc/X11/XF86Config", "/etc/X11/XF86Config-4",
	"/etc/X11/xorg.conf.d/*.conf"};

struct planning {
	guestfs_h *g;
	struct references *references;
	struct findings *findings;
	struct changes *changes;
};

static int
plan_file(const struct planning *planning, const char *path,
	rewrite_function *rewrite, const char *reason, struct error *err)
{
	const char *planned = changes_text(planning->changes, path);
	AUTO(freep) char *text = guest_file_text(planning->g, path,
		planning->findings);
	AUTO(freep) char *after = NULL;
	bool is_alone = planned == NULL;
	const struct rewrite how = {path, planning->references,
		planning->findings};

	if (text == NULL)
		return 0;
	if (rewrite(&after, planned == NULL ? text : planned, &how, err) == -1)
		return error_add(err, "rewrite %s", path);
	if (after == NULL)
		return 0;
	if (changes_plan(planning->changes, path, text, after, reason, err) ==
		-1)
		return -1;
	if (is_alone)
		changes_mark_optional(planning->changes, path);
	return 0;
}

static int
plan_files(const struct planning *planning, const char *pattern,
	rewrite_function *rewrite, const char *reason, struct error *err)
{
	AUTO(strings_freep) char **files = guest_files(planning->g, pattern);

	for (char **file = files; file != NULL && *file != NULL; file++) {
		if (plan_file(planning, *file, rewrite, reason, err) == -1)
			return -1;
	}
	return 0;
}

/* Every X server since 2014 brings this driver; others drive VGA by its BIOS. */
static rewrite_function *
choose_driver(guestfs_h *g)
{
	AUTO(strings_freep) char **found = guest_files(g,
		"/usr/lib*/xorg/modules/drivers/modesetting_drv.so");

	return found != NULL && *found != NULL ? xorg_rewrite_modesetting
					       : xorg_rewrite_vesa;
}

int
device_texts_plan(guestfs_h *g, struct references *references,
	struct findings *findings, struct changes *changes, struct error *err)
{
	const struct planning planning = {g, references, findings, changes};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		if (plan_files(&planning, texts[i].pattern, texts[i].rewrite,
			    texts[i].reason, err) == -1)
			return -1;
	}
	for (size_t i = 0; i < sizeof xorg / sizeof *xorg; i++) {
		if (plan_files(&planning, xorg[i], choose_driver(g), card,
			    err) == -1)
			return -1;
	}
	return 0;
}
