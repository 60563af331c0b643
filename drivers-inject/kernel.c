/*
 * The kernels that a guest can boot, and the initramfs images made for them.
 * A kernel's release decides which modules fit it, so it is read from the boot
 * image itself (Documentation/arch/x86/boot.rst); names can lie, as those of
 * rescue images do.
 */
#include "drivers-inject/kernel.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "drivers-inject/guest.h"

enum { HEADER_BYTES = 64 << 10, KERNEL_LIMIT = 100 };

static const char *const prefixes[] = {"vmlinuz-", "vmlinux-", "kernel-",
	"bzImage-"};

/* Around what follows the prefix. */
static const struct {
	const char *before, *after;
} initramfs_names[] = {
	{"initrd.img-", ""},	/* Debian, Ubuntu */
	{"initramfs-", ".img"}, /* Red Hat, Arch */
	{"initramfs-", "-fallback.img"},
	{"initrd-", ""}, /* SUSE */
	{"initrd-", ".img"},
	{"initramfs-", ""},
	{"initramfs-genkernel-x86_64-", ""},
};

static bool
version_is_sane(const char *version)
{
	return *version != '\0' && *version != '.' && *version != '-' &&
		version[strspn(version, "abcdefghijklmnopqrstuvwxyz"
					"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					"0123456789._+~-")] == '\0';
}

bool
kernel_release(char version_out[KERNEL_VERSION_BYTES], const void *image,
	size_t bytes)
{
	const uint8_t *data = image;
	size_t at, used;

	if (bytes < 0x210 || memcmp(data + 0x202, "HdrS", 4) != 0)
		return false;
	at = (size_t)(data[0x20e] | data[0x20f] << 8) + 0x200;
	for (used = 0; used < KERNEL_VERSION_BYTES - 1 && at < bytes &&
		data[at] > ' ' && data[at] < 0x7f;
		used++)
		version_out[used] = (char)data[at++];
	version_out[used] = '\0';
	return at < bytes && (data[at] == ' ' || data[at] == '\0') &&
		version_is_sane(version_out);
}

static void
kernel_clear(struct kernel *kernel)
{
	free(kernel->image);
	free(kernel->config);
	names_freep(&kernel->initramfs);
}

void
kernel_free_all(struct kernel *kernels, size_t count)
{
	for (size_t i = 0; i < count; i++)
		kernel_clear(&kernels[i]);
	free(kernels);
}

static int
find_version(struct kernel *kernel, const struct guest_files *files,
	const char *suffix, struct error *err)
{
	AUTO(freep) char *start = NULL;
	size_t bytes;

	if (files->read(files->handle, kernel->image, HEADER_BYTES, &start,
			&bytes, err) == -1)
		return -1;
	kernel->version_is_read = kernel_release(kernel->version, start, bytes);
	if (kernel->version_is_read)
		return 0;
	if (strlen(suffix) >= sizeof kernel->version ||
		!version_is_sane(suffix))
		return error_set(err, 0, "%s tells no version", kernel->image);
	strcpy(kernel->version, suffix);
	return 0;
}

static int
find_initramfs(struct kernel *kernel, const struct names *boot,
	const char *suffix, struct error *err)
{
	for (size_t i = 0;
		i < sizeof initramfs_names / sizeof *initramfs_names; i++) {
		AUTO(freep) char *path = io_format("/boot/%s%s%s",
			initramfs_names[i].before, suffix,
			initramfs_names[i].after);

		if (path == NULL)
			return error_set(err, ENOMEM, "find an initramfs");
		if (names_has(boot, path + strlen("/boot/")) &&
			names_add_once(&kernel->initramfs, path, err) == -1)
			return -1;
	}
	return 0;
}

static int
describe(struct kernel *kernel, const struct guest_files *files,
	const struct names *boot, const char *name, const char *suffix,
	struct error *err)
{
	*kernel = (struct kernel){
		.image = io_format("/boot/%s", name),
		.config = io_format("/boot/config-%s", suffix),
	};
	if (kernel->image == NULL || kernel->config == NULL)
		return error_set(err, ENOMEM, "find kernels");
	if (find_version(kernel, files, suffix, err) == -1)
		return -1;
	return find_initramfs(kernel, boot, suffix, err);
}

static const char *
suffix_of(const char *name)
{
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return name + strlen(prefixes[i]);
	return NULL;
}

static int
newer_first(const void *a, const void *b)
{
	return strverscmp(((const struct kernel *)b)->version,
		((const struct kernel *)a)->version);
}

/* A file that is no kernel after all (a broken link, a folder) is passed by. */
static int
collect(struct kernel *kernels, size_t *count, const struct guest_files *files,
	const struct names *boot, struct error *err)
{
	for (size_t i = 0; i < boot->count && *count < KERNEL_LIMIT; i++) {
		const char *name = boot->items[i], *suffix = suffix_of(name);
		AUTO(freep) char *path = io_format("/boot/%s", name);

		if (path == NULL)
			return error_set(err, ENOMEM, "find kernels");
		if (suffix == NULL || guest_has_file(files, path, NULL) != 1)
			continue;
		if (describe(&kernels[(*count)++], files, boot, name, suffix,
				err) == -1)
			return -1;
	}
	return 0;
}

int
kernel_list(struct kernel **kernels_out, size_t *count_out,
	const struct guest_files *files, struct error *err)
{
	AUTO(names_freep) struct names boot = {NULL, 0, 0};
	struct kernel *kernels;
	size_t count = 0;

	switch (guest_has_folder(files, "/boot", err)) {
	case -1:
		return -1;
	case 0:
		error_set(err, ENOENT, "list /boot of the guest");
		return error_hint(err, "Give every disk of the server, the one "
			"with /boot too.");
	}
	if (files->list(files->handle, "/boot", &boot, err) == -1)
		return -1;
	names_sort(&boot);
	kernels = calloc(KERNEL_LIMIT, sizeof *kernels);
	if (kernels == NULL)
		return error_set(err, ENOMEM, "find kernels");
	if (collect(kernels, &count, files, &boot, err) == -1) {
		kernel_free_all(kernels, count);
		return -1;
	}
	qsort(kernels, count, sizeof *kernels, newer_first);
	*kernels_out = kernels;
	*count_out = count;
	return 0;
}
