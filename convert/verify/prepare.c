/*
 * The throw-away overlay of a boot proof.  A converted server talks to its
 * screen only; here, and nowhere else, its kernels learn to talk to a serial
 * port as well, and a witness (witness.c) is planted.  Next to read: boot.c.
 */
#include "convert/verify/prepare.h"

#include <errno.h>
#include <guestfs.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/log.h"
#include "common/own.h"
#include "common/process.h"
#include "common/strings.h"
#include "convert/assess/unlock.h"
#include "convert/assess/volume.h"
#include "convert/emit/qemu.h"
#include "convert/emit/vm.h"
#include "convert/state/machine.h"
#include "convert/verify/loud.h"
#include "convert/verify/witness.h"
#include "drivers-inject/appliance.h"

enum { CONFIG_LIMIT = 4 << 20, VARIABLES_LIMIT = 16 << 20 };

/* Boot loader configurations, as glob patterns. */
static const char *const configs[] = {
	"/boot/grub/grub.cfg",
	"/boot/grub2/grub.cfg",
	"/{boot/efi,efi,boot}/EFI/*/grub.cfg",
	"/{boot/efi,efi,boot}/loader/entries/*.conf",
	"/boot/grub/menu.lst",
	"/boot/grub/grub.conf",
	"/boot/unrack-grub/grub.cfg",
	"/boot/extlinux/extlinux.conf",
	"/boot/extlinux.conf",
	"/extlinux.conf",
	"/boot/syslinux/syslinux.cfg",
};

/* Edit one configuration; false when there was nothing to do or it failed. */
static bool
edit_config(guestfs_h *g, const char *path)
{
	AUTO(freep) char *text = NULL;
	AUTO(freep) char *edited = NULL;
	int64_t bytes;

	if (guestfs_is_file(g, path) != 1)
		return false;
	bytes = guestfs_filesize(g, path);
	if (bytes < 0 || bytes > CONFIG_LIMIT)
		return false;
	text = guestfs_cat(g, path);
	edited = text == NULL ? NULL
			      : loud_configuration(text,
					strstr(path, "/loader/entries/") != NULL);
	return edited != NULL &&
		guestfs_write(g, path, edited, strlen(edited)) == 0;
}

static bool
edit_configs(guestfs_h *g)
{
	bool any = false;

	for (size_t i = 0; i < sizeof configs / sizeof configs[0]; i++) {
		AUTO(strings_freep) char **paths = guestfs_glob_expand(g,
			configs[i]);

		for (size_t j = 0; paths != NULL && paths[j] != NULL; j++)
			any |= edit_config(g, paths[j]);
	}
	return any;
}

static int
mount_one(guestfs_h *g, const char *uuid, const char *device,
	const char *target)
{
	AUTO(freep) char *found = uuid == NULL || *uuid == '\0'
		? NULL : guestfs_findfs_uuid(g, uuid);
	AUTO(freep) char *real = NULL;

	/* mount(8) would follow a guest's link out of the guest */
	if (strcmp(target, "/") != 0 &&
		((real = guestfs_realpath(g, target)) == NULL ||
			strcmp(real, target) != 0))
		return -1;
	if (found == NULL && (device == NULL || *device == '\0'))
		return -1;
	return guestfs_mount(g, found == NULL ? device : found, target);
}

/* The guest's root, and where its init, its kernels and its loader may be. */
static int
mount_guest(guestfs_h *g, const struct vm *vm, struct error *err)
{
	static const char *const targets[] = {"/usr", "/boot", "/boot/efi",
		"/efi"};
	const json_t *root = json_object_get(vm->guest, "root"), *mount;
	size_t i;

	if (mount_one(g, json_text(root, "uuid", NULL),
		    json_text(root, "device", NULL), "/") == -1)
		return guest_error(err, g, "mount the guest's root");
	for (size_t j = 0; j < sizeof targets / sizeof targets[0]; j++)
		json_array_foreach(json_object_get(vm->guest, "mounts"), i,
			mount)
			if (strcmp(json_text(mount, "target", ""),
				    targets[j]) == 0)
				mount_one(g, json_text(mount, "uuid", NULL),
					json_text(mount, "device", NULL),
					targets[j]);
	return 0;
}

static int
open_volumes(guestfs_h *g, const struct vm *vm, const struct luks_keys *keys,
	struct error *err)
{
	AUTO(volumes_release) struct volumes volumes = {NULL, 0};
	AUTO(freep) const char **names = NULL;

	if (keys == NULL)
		return 0;
	names = calloc(vm->disk_count + 1, sizeof *names);
	if (names == NULL)
		return error_set(err, ENOMEM, "open encrypted volumes");
	for (size_t i = 0; i < vm->disk_count; i++)
		names[i] = vm->disks[i].name;
	return volumes_scan(&volumes, g, names, vm->disk_count, err) == -1
		? -1 : unlock_all(&volumes, g, keys, NULL, err);
}

/* In one launch; whatever fails leaves the guest as it is, or half arranged. */
static int
arrange(struct preparation *preparation, const struct vm *vm,
	const struct appliance_disk *disks, const struct luks_keys *keys,
	struct error *err)
{
	AUTO(appliance_killp) guestfs_h *g = NULL;
	struct error why = {0};

	if (appliance_open(&g, disks, vm->disk_count, keys != NULL, err) ==
			-1 ||
		open_volumes(g, vm, keys, err) == -1 ||
		mount_guest(g, vm, err) == -1)
		return -1;
	preparation->console = edit_configs(g);
	preparation->witness = witness_plant(g, &why) == 0;
	if (!preparation->witness)
		log_info("%s", why.text);
	return appliance_close(take(g), err);
}

static int
make_overlay(const char *path, const char *base, struct error *err)
{
	const char *const argv[] = {"qemu-img", "create", "-q", "-f", "qcow2",
		"-F", "qcow2", "-b", base, path, NULL};

	return process_run(argv, NULL, 60, err);
}

static void
free_disks(struct appliance_disk **disks)
{
	for (struct appliance_disk *disk = *disks;
		disk != NULL && disk->path != NULL; disk++) {
		char *path = (char *)(uintptr_t)disk->path;

		free(path);
	}
	free(*disks);
}

/* The VM's own variables are not written: what a boot does to them is lost. */
static int
copy_variables(const struct machine *machine, const char *folder,
	struct error *err)
{
	AUTO(freep) char *from = machine_path(machine, "vm/%s_VARS.fd",
		machine->name);
	AUTO(freep) char *to = io_format("%s/variables.fd", folder);
	AUTO(freep) char *data = NULL;
	const struct qemu_firmware *firmware;
	size_t bytes;

	if (from == NULL || to == NULL)
		return error_set(err, ENOMEM, "prepare the boot");
	if (qemu_find_firmware(&firmware, err) == -1 ||
		io_read_file(&data, &bytes, access(from, R_OK) == 0 ? from
			: firmware->variables, VARIABLES_LIMIT, err) == -1)
		return -1;
	return io_write_file(to, data, bytes, 0600, err);
}

int
prepare_overlays(struct preparation *preparation_out,
	const struct machine *machine, const struct vm *vm, const char *folder,
	const struct luks_keys *keys, struct error *err)
{
	AUTO(free_disks) struct appliance_disk *disks = calloc(
		vm->disk_count + 1, sizeof *disks);
	struct error why = {0};

	if (disks == NULL)
		return error_set(err, ENOMEM, "prepare the boot");
	*preparation_out = (struct preparation){false, false};
	for (size_t i = 0; i < vm->disk_count; i++) {
		AUTO(freep) char *base = machine_path(machine, "vm/%s.qcow2",
			vm->disks[i].name);

		disks[i].path = io_format("%s/%s.qcow2", folder,
			vm->disks[i].name);
		disks[i].format = "qcow2";
		disks[i].sector_bytes = vm->disks[i].large_sectors ? 4096 : 512;
		if (base == NULL || disks[i].path == NULL)
			return error_set(err, ENOMEM, "prepare the boot");
		if (access(base, R_OK) == -1) {
			error_set(err, errno, "open %s", base);
			return error_hint(err, "Run `unrack convert %s` first.",
				machine->name);
		}
		if (make_overlay(disks[i].path, base, err) == -1)
			return -1;
	}
	if (vm->uefi && copy_variables(machine, folder, err) == -1)
		return -1;
	if (vm->windows)
		return 0;
	if (arrange(preparation_out, vm, disks, keys, &why) == -1)
		log_warn("the guest could not be prepared for the boot proof, "
			"which goes on without: %s", why.text);
	return 0;
}
