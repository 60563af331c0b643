/*
 * ELILO loads copies of kernels from its own partition, which nothing renews, and
 * no distribution has it any more.  GRUB 2 of the host takes its name and reads
 * the kernels where the guest keeps them; elilo.conf is written as lilo.conf is.
 */
#include "convert/rewrite/elilo.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest-file.h"
#include "convert/assess/lilo-config.h"
#include "convert/rewrite/host-grub.h"
#include "convert/rewrite/lilo-menu.h"

static const char *const modules[] = {"normal", "linux", "chain", "search",
	"search_fs_uuid", "configfile", "echo", "test", "ls", "cat", "reboot",
	"halt", "sleep", "part_gpt", "part_msdos", "fat", "ext2", "xfs", "jfs",
	"reiserfs", "btrfs", "lvm", "mdraid09", "mdraid1x", "gzio", "all_video",
	NULL};

void
elilo_release(struct elilo *elilo)
{
	free(elilo->image);
	free(elilo->menu);
}

/* A path without a "/" in front is one of the loader's folder. */
static void
make_absolute(char *path, size_t room, const char *folder)
{
	char whole[512];

	if (*path == '/' || *path == '\0')
		return;
	snprintf(whole, sizeof whole, "%s/%s", folder, path);
	if (strlen(whole) < room)
		strcpy(path, whole);
}

/* The one that its tool reads, with the guest's paths, else the loader's. */
static char *
read_config(guestfs_h *g, const char *folder, char path[320],
	struct findings *findings)
{
	char *text;

	snprintf(path, 320, "/etc/elilo.conf");
	text = guest_file_text(g, path, findings);
	if (text != NULL)
		return text;
	snprintf(path, 320, "%.250s/elilo.conf", folder);
	return guest_file_text(g, path, findings);
}

static int
make(struct elilo *elilo, guestfs_h *g, const struct guest *guest,
	const char *folder, const char *uuid, struct references *references,
	struct findings *findings, struct error *err)
{
	AUTO(freep) struct lilo_config *config = NULL;
	AUTO(freep) char *start = NULL;
	AUTO(freep) char *text = NULL;
	char path[320];

	text = read_config(g, folder, path, findings);
	if (text == NULL)
		return error_set(err, ENOENT, "there is no elilo.conf");
	if (lilo_config_read(&config, text, err) == -1)
		return -1;
	for (size_t i = 0; i < config->count; i++) {
		make_absolute(config->images[i].path,
			sizeof config->images[i].path, folder);
		make_absolute(config->images[i].initrd,
			sizeof config->images[i].initrd, folder);
	}
	start = io_format("search.fs_uuid %s root\n"
		"configfile ($root)/EFI/unrack/grub.cfg\n", uuid);
	if (start == NULL)
		return error_set(err, ENOMEM, "make a boot loader");
	if (host_grub_image(&elilo->image, &elilo->image_bytes, "x86_64-efi",
		    start, modules, err) == -1 ||
		lilo_menu_make(&elilo->menu, g, guest, config, path, true,
			references, findings, err) == -1)
		return -1;
	return elilo->menu != NULL ? 0
		: error_set(err, 0, "none of its entries leads to a kernel");
}

int
elilo_replace(struct elilo *elilo_out, guestfs_h *g, const struct guest *guest,
	const char *folder, const char *uuid, struct references *references,
	struct findings *findings, struct error *err)
{
	struct error why = {.code = 0};

	*elilo_out = (struct elilo){.image = NULL};
	if (make(elilo_out, g, guest, folder, uuid, references, findings,
		    &why) == 0) {
		finding_add(findings, "linux.loader.replaced", folder, 0,
			"ELILO", "Replaced by GRUB 2 with the same menu.");
		return 0;
	}
	free(elilo_out->menu);
	elilo_out->menu = NULL;
	if (why.code == ENOMEM)
		return error_set(err, ENOMEM, "replace ELILO");
	finding_add(findings, "linux.loader.not-replaced", folder, 0, why.text,
		NULL);
	return 0;
}

void
elilo_keep(const char *folder, const char *why, struct findings *findings)
{
	finding_take_back(findings, "linux.loader.replaced", folder);
	finding_add(findings, "linux.loader.not-replaced", folder, 0, why,
		NULL);
}
