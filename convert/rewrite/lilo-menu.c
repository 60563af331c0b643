/*
 * From lilo.conf's entries to a menu for GRUB.  LILO looks at files when it is
 * run and keeps numbers; GRUB looks when it starts, so a kernel that an update
 * links to the same name is found without anything being run.
 */
#include "convert/rewrite/lilo-menu.h"

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
#include "convert/assess/lilo-config.h"
#include "convert/assess/reference.h"
#include "convert/rewrite/command-line.h"
#include "convert/rewrite/edit.h"

/* What the entries of one menu share. */
struct making {
	guestfs_h *g;
	const struct guest *guest;
	const struct rewrite *rewrite;
	struct menu_entry entries[LILO_IMAGES];
	size_t count;
};

static const char *
below(const struct guest_mount *mount, const char *path)
{
	return strcmp(mount->target, "/") == 0 ? path
		: path + strlen(mount->target);
}

bool
lilo_menu_locate(struct menu_file *file_out, guestfs_h *g,
	const struct guest *guest, const char *path)
{
	AUTO(freep) char *real = *path == '/' ? guestfs_realpath(g, path)
					      : NULL;
	const struct guest_mount *mount, *link;

	if (real == NULL || !guest_file_is_there(g, real))
		return false;
	mount = guest_mount_of(guest, real);
	link = guest_mount_of(guest, path);
	if (mount == NULL || mount->uuid[0] == '\0')
		return false;
	/* A link within the root file system leads GRUB there as well. */
	snprintf(file_out->path, sizeof file_out->path, "%s",
		mount == link && strcmp(mount->target, "/") == 0 ? path
			: below(mount, real));
	snprintf(file_out->uuid, sizeof file_out->uuid, "%s", mount->uuid);
	return strlen(real) < sizeof file_out->path;
}

void
lilo_menu_root(char *name_out, size_t room, const char *version,
	const char *bus, bool old_ide, const struct volume *volume,
	const char *partition)
{
	bool is_guid = strlen(partition) > strlen("PARTUUID=") + 30;
	const char *prefix = strcmp(bus, "virtio") == 0 ? "vd"
		: strcmp(bus, "ide") == 0 && old_ide ? "hd" : "sd";

	if (*partition != '\0' &&
		strverscmp(version, is_guid ? "2.6.37" : "3.8") >= 0)
		snprintf(name_out, room, "%s", partition);
	else if (volume->disk < 26 && volume->partition > 0)
		snprintf(name_out, room, "/dev/%s%c%u", prefix,
			'a' + (int)volume->disk, volume->partition);
	else
		snprintf(name_out, room, "%s", partition);
}

/* Does the kernel drive IDE by the driver that calls disks hda? */
static bool
has_old_ide(guestfs_h *g, const struct guest_kernel *kernel)
{
	AUTO(freep) char *path = io_format("/boot/config-%s", kernel->version);
	AUTO(freep) char *config = NULL;
	size_t bytes;

	if (path != NULL)
		config = guest_file_head(g, path, GUEST_FILE_LIMIT, &bytes);
	if (config == NULL)
		return strverscmp(kernel->version, "2.6.20") < 0;
	return strstr(config, "\nCONFIG_BLK_DEV_PIIX=y") != NULL &&
		(strstr(config, "\nCONFIG_BLK_DEV_IDEDISK=y") != NULL ||
			strstr(config, "\nCONFIG_IDE_GD_ATA=y") != NULL);
}

/* The kernel behind a path, by the name of the file that it leads to. */
static const struct guest_kernel *
kernel_of(const struct making *making, const char *path)
{
	AUTO(freep) char *real = guestfs_realpath(making->g, path);

	for (size_t i = 0; real != NULL && i < making->guest->kernel_count; i++)
		if (strcmp(making->guest->kernels[i].image, real) == 0)
			return &making->guest->kernels[i];
	return NULL;
}

/* root= as it is to be, or empty when it cannot be told. */
static void
name_root(char *name, size_t room, const struct making *making,
	const struct lilo_image *image)
{
	const struct guest *guest = making->guest;
	const struct guest_kernel *kernel = kernel_of(making, image->path);
	const char *spec = image->root;
	struct reference reference;

	if (*spec == '\0' || strcmp(spec, "current") == 0)
		spec = guest->root_device;
	reference_resolve(making->rewrite->references, spec, "", &reference);
	*name = '\0';
	if (reference.volume == NULL) {
		finding_add(making->rewrite->findings,
			"storage.reference-unresolved", making->rewrite->path,
			0, spec, NULL);
		snprintf(name, room, "%s", spec);
	} else if (image->initrd[0] != '\0' || kernel == NULL) {
		snprintf(name, room, "%s", reference.stable[0] != '\0'
			? reference.stable : spec);
	} else {
		lilo_menu_root(name, room, kernel->version,
			kernel->disks[0] == NULL ? "ide" : kernel->disks[0],
			has_old_ide(making->g, kernel), reference.volume,
			reference.partition);
	}
}

/* What LILO would tell the kernel; freed by the caller. */
static char *
make_arguments(const struct making *making, const struct lilo_image *image,
	struct error *err)
{
	bool has_vga = image->vga[0] != '\0' &&
		strcasecmp(image->vga, "normal") != 0;
	AUTO(freep) char *changed = NULL;
	char root[256];
	struct edit edit;

	name_root(root, sizeof root, making, image);
	edit_open(&edit, image->arguments);
	command_line_rewrite(&edit, 0, strlen(image->arguments),
		image->initrd[0] != '\0', 0, making->rewrite);
	if (edit_close(&edit, &changed, err) == -1)
		return NULL;
	return io_format("root=%s%s%s%s %s", root, image->read_only ? " ro"
		: image->read_write ? " rw" : "", has_vga ? " vga=" : "",
		has_vga ? image->vga : "", changed != NULL ? changed
			: image->arguments);
}

/* Another system's partition: by the UUID of what is on it. */
static bool
locate_other(struct menu_file *file, const struct making *making,
	const struct lilo_image *image)
{
	struct reference reference;

	reference_resolve(making->rewrite->references, image->path, "",
		&reference);
	if (reference.volume == NULL || reference.volume->uuid[0] == '\0')
		return false;
	snprintf(file->uuid, sizeof file->uuid, "%s", reference.volume->uuid);
	return true;
}

static int
add_entry(struct making *making, const struct lilo_image *image, bool is_efi,
	struct error *err)
{
	struct menu_entry *entry = &making->entries[making->count];
	bool found;

	*entry = (struct menu_entry){.is_chain = image->is_other,
		.is_default = image->is_default, .is_efi = is_efi};
	snprintf(entry->title, sizeof entry->title, "%s", image->label);
	found = image->is_other ? locate_other(&entry->kernel, making, image)
		: lilo_menu_locate(&entry->kernel, making->g, making->guest,
			image->path);
	if (found && image->initrd[0] != '\0')
		found = lilo_menu_locate(&entry->initrd, making->g,
			making->guest, image->initrd);
	if (!found) {
		if (!image->is_optional)
			finding_add(making->rewrite->findings,
				"linux.loader.entry-lost",
				making->rewrite->path, 0, image->label, NULL);
		return 0;
	}
	if (!image->is_other) {
		entry->arguments = make_arguments(making, image, err);
		if (entry->arguments == NULL)
			return error_set(err, ENOMEM, "make a boot menu");
	}
	making->count++;
	return 0;
}

static void
making_freep(struct making **making)
{
	for (size_t i = 0; *making != NULL && i < (*making)->count; i++)
		free((void *)(uintptr_t)(*making)->entries[i].arguments);
	free(*making);
}

int
lilo_menu_make(char **text_out, guestfs_h *g, const struct guest *guest,
	const struct lilo_config *config, const char *path, bool is_efi,
	struct references *references, struct findings *findings,
	struct error *err)
{
	const struct rewrite rewrite = {path, references, findings};
	AUTO(making_freep) struct making *making = calloc(1, sizeof *making);

	*text_out = NULL;
	if (making == NULL)
		return error_set(err, ENOMEM, "make a boot menu");
	making->g = g;
	making->guest = guest;
	making->rewrite = &rewrite;
	for (size_t i = 0; i < config->count; i++)
		if (add_entry(making, &config->images[i], is_efi, err) == -1)
			return -1;
	if (making->count == 0)
		return 0;
	return menu_make(text_out, making->entries, making->count,
		config->timeout_seconds == 0 ? 2 : config->timeout_seconds,
		err);
}
