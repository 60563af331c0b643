/*
 * The kernels that a guest can boot, and the initramfs images made for them:
 * in /boot by their names, in folders of their own (systemd's kernel-install),
 * and unified ones, which are both in one file.
 * A kernel's release decides which modules fit it, so it is read from the boot
 * image itself (Documentation/arch/x86/boot.rst); names can lie, as those of
 * rescue images do.
 */
#include "drivers-inject/kernel.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "common/strings.h"
#include "drivers-inject/guest.h"
#include "drivers-inject/pe.h"

enum {
	HEADER_BYTES = 64 << 10,
	UNIFIED_HEADER_BYTES = 1 << 20, /* with the sections before .linux */
	KERNEL_LIMIT = 100,
	IMAGE_LIMIT = 8, /* of one kernel */
	MACHINE_ID_BYTES = 32,
	TOKEN_LIMIT = 4096,
};

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

/* Names without a version, as hand-built kernels have; beside each other. */
static const char *const plain_names[] = {"vmlinuz", "bzImage", "kernel"};
static const char *const plain_initramfs[] = {"initrd.img", "initrd",
	"initramfs.img", "initramfs"};

/* Where kernels lie in folders, or unified. */
static const char *const partitions[] = {"/boot", "/efi", "/boot/efi"};

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

/* Empty when neither the image nor the name tells it. */
static void
find_version(struct kernel *kernel, const struct guest_files *files,
	const char *suffix)
{
	AUTO(freep) char *start = NULL;
	struct error ignored;
	size_t bytes;

	kernel->version_is_read =
		files->read(files->handle, kernel->image, HEADER_BYTES, &start,
			&bytes, &ignored) == 0 &&
		kernel_release(kernel->version, start, bytes);
	if (kernel->version_is_read)
		return;
	snprintf(kernel->version, sizeof kernel->version, "%s",
		strlen(suffix) < sizeof kernel->version &&
				version_is_sane(suffix)
			? suffix
			: "");
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
	find_version(kernel, files, suffix);
	return find_initramfs(kernel, boot, suffix, err);
}

/* A name alone makes none: SUSE's vmlinux-VERSION.gz is for debuggers. */
static bool
is_kernel(const struct kernel *kernel, const struct guest_files *files)
{
	AUTO(freep) char *modules = io_format("/lib/modules/%s",
		kernel->version);

	if (kernel->version_is_read)
		return true;
	return kernel->version[0] != '\0' &&
		(kernel->initramfs.count > 0 ||
			(modules != NULL &&
				guest_has_folder(files, modules, NULL) == 1));
}

static bool
is_one_of(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
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

/* What is being collected. */
struct search {
	const struct guest_files *files;
	struct kernel *kernels;
	size_t count;
	char token[128]; /* what kernel-install calls this system's folder */
};

static bool
is_listed(const struct search *search, const char *image)
{
	for (size_t i = 0; i < search->count; i++)
		if (strcmp(search->kernels[i].image, image) == 0)
			return true;
	return false;
}

/* The same behind links: SUSE's in /boot lead to /usr/lib/modules. */
static bool
is_listed_file(const struct search *search, const char *real)
{
	const struct guest_files *files = search->files;

	for (size_t i = 0; i < search->count; i++) {
		AUTO(freep) char *other = NULL;
		struct error ignored;

		if (files->real_path(files->handle, search->kernels[i].image,
			    &other, &ignored) == 0 && strcmp(other, real) == 0)
			return true;
	}
	return false;
}

/*
 * A file that is no kernel after all (a broken link, a folder, a backup) is
 * passed by.
 */
static int
collect_named(struct search *search, const struct names *boot,
	struct error *err)
{
	for (size_t i = 0; i < boot->count && search->count < KERNEL_LIMIT;
		i++) {
		const char *name = boot->items[i], *suffix = suffix_of(name);
		AUTO(freep) char *path = io_format("/boot/%s", name);

		if (path == NULL)
			return error_set(err, ENOMEM, "find kernels");
		if (suffix == NULL ||
			guest_has_file(search->files, path, NULL) != 1)
			continue;
		if (describe(&search->kernels[search->count++], search->files,
				boot, name, suffix, err) == -1)
			return -1;
		if (!is_kernel(&search->kernels[search->count - 1],
			    search->files))
			kernel_clear(&search->kernels[--search->count]);
	}
	return 0;
}

/*
 * A kernel outside of the usual names: its version is in it, or else it cannot
 * be told what it is, and it is passed by.  Its initramfs lies in the same
 * folder.
 */
static int
add_plain(struct search *search, const char *folder, const char *name,
	const char *const *initramfs, size_t initramfs_count, struct error *err)
{
	struct kernel *kernel = &search->kernels[search->count];
	AUTO(freep) char *path = io_format("%s/%s", folder, name);
	AUTO(freep) char *start = NULL;
	AUTO(freep) char *real = NULL;
	char version[KERNEL_VERSION_BYTES];
	size_t bytes;

	if (path == NULL)
		return error_set(err, ENOMEM, "find kernels");
	if (search->count == KERNEL_LIMIT || is_listed(search, path) ||
		guest_has_file(search->files, path, NULL) != 1)
		return 0;
	if (search->files->real_path(search->files->handle, path, &real, err) ==
			-1 ||
		search->files->read(search->files->handle, path, HEADER_BYTES,
			&start, &bytes, err) == -1)
		return -1;
	/* "vmlinuz" is often a link to one that was listed. */
	if (!kernel_release(version, start, bytes) ||
		is_listed_file(search, real))
		return 0;
	search->count++;
	*kernel = (struct kernel){
		.version_is_read = true,
		.image = take(path),
		.config = io_format("%s/config", folder),
	};
	strcpy(kernel->version, version);
	for (size_t i = 0; i < initramfs_count; i++) {
		AUTO(freep) char *beside = io_format("%s/%s", folder,
			initramfs[i]);

		if (beside == NULL || kernel->config == NULL)
			return error_set(err, ENOMEM, "find kernels");
		if (guest_has_file(search->files, beside, NULL) == 1 &&
			names_add(&kernel->initramfs, beside, err) == -1)
			return -1;
	}
	return 0;
}

static int
list_folder(const struct search *search, const char *folder,
	struct names *names, struct error *err)
{
	if (guest_has_folder(search->files, folder, NULL) != 1)
		return 0;
	if (search->files->list(search->files->handle, folder, names, err) ==
		-1)
		return -1;
	names_sort(names);
	return 0;
}

/* The machine's id, unless kernel-install was told another name. */
static bool
is_token(const struct search *search, const char *name)
{
	return (strlen(name) == MACHINE_ID_BYTES &&
		strspn(name, "0123456789abcdef") == MACHINE_ID_BYTES) ||
		strcmp(name, "Default") == 0 ||
		(search->token[0] != '\0' && strcmp(name, search->token) == 0);
}

static void
read_token(struct search *search)
{
	AUTO(freep) char *text = NULL;
	struct error ignored;
	size_t bytes;

	if (guest_read(search->files, "/etc/kernel/entry-token", TOKEN_LIMIT,
		    true, &text, &bytes, &ignored) == 0 && text != NULL)
		snprintf(search->token, sizeof search->token, "%.*s",
			(int)strcspn(text, " \r\n"), text);
}

/* What kernel-install put beside a kernel, under the name that it came with. */
static int
list_initramfs(const struct search *search, const char *folder,
	struct names *images, struct error *err)
{
	AUTO(names_freep) struct names inside = {NULL, 0, 0};

	if (list_folder(search, folder, &inside, err) == -1)
		return -1;
	for (size_t i = 0; i < inside.count && images->count < IMAGE_LIMIT; i++)
		if ((string_starts(inside.items[i], "initrd") ||
			    string_starts(inside.items[i], "initramfs")) &&
			names_add(images, inside.items[i], err) == -1)
			return -1;
	return 0;
}

/* PARTITION/TOKEN/VERSION/linux, and its initramfs. */
static int
collect_entries(struct search *search, const char *partition,
	const struct names *top, struct error *err)
{
	for (size_t i = 0; i < top->count; i++) {
		const char *id = top->items[i];
		AUTO(freep) char *folder = io_format("%s/%s", partition, id);
		AUTO(names_freep) struct names versions = {NULL, 0, 0};

		if (folder == NULL)
			return error_set(err, ENOMEM, "find kernels");
		if (!is_token(search, id))
			continue;
		if (list_folder(search, folder, &versions, err) == -1)
			return -1;
		for (size_t v = 0; v < versions.count; v++) {
			AUTO(freep) char *one = io_format("%s/%s", folder,
				versions.items[v]);

			AUTO(names_freep) struct names images = {NULL, 0, 0};

			if (one == NULL)
				return error_set(err, ENOMEM, "find kernels");
			if (list_initramfs(search, one, &images, err) == -1 ||
				add_plain(search, one, "linux",
					(const char *const *)images.items,
					images.count, err) == -1)
				return -1;
		}
	}
	return 0;
}

/* The release of a unified image, from its .uname or from the kernel in it. */
static bool
unified_release(char version_out[KERNEL_VERSION_BYTES], const char *start,
	size_t bytes)
{
	struct pe_section section;

	if (pe_find(&section, start, bytes, ".uname") && section.there > 0 &&
		section.there < KERNEL_VERSION_BYTES) {
		memcpy(version_out, section.data, section.there);
		version_out[section.there] = '\0';
		version_out[strcspn(version_out, " \r\n")] = '\0';
		if (version_is_sane(version_out))
			return true;
	}
	return pe_find(&section, start, bytes, ".linux") &&
		kernel_release(version_out, section.data, section.there);
}

static int
add_unified(struct search *search, const char *path, const char *name,
	struct error *err)
{
	struct kernel *kernel = &search->kernels[search->count];
	AUTO(freep) char *start = NULL;
	struct pe_section section;
	size_t bytes;

	if (search->count == KERNEL_LIMIT || is_listed(search, path) ||
		guest_has_file(search->files, path, NULL) != 1)
		return 0;
	if (search->files->read(search->files->handle, path,
			UNIFIED_HEADER_BYTES, &start, &bytes, err) == -1)
		return -1;
	if (!pe_find(&section, start, bytes, ".linux"))
		return 0;
	*kernel = (struct kernel){.image = strdup(path), .unified = true};
	if (kernel->image == NULL)
		return error_set(err, ENOMEM, "find kernels");
	search->count++;
	kernel->version_is_read = unified_release(kernel->version, start,
		bytes);
	if (!kernel->version_is_read)
		snprintf(kernel->version, sizeof kernel->version, "%.*s",
			(int)strcspn(name, "/ "), name);
	return 0;
}

static int
collect_unified(struct search *search, const char *partition,
	struct error *err)
{
	AUTO(freep) char *folder = io_format("%s/EFI/Linux", partition);
	AUTO(names_freep) struct names names = {NULL, 0, 0};

	if (folder == NULL)
		return error_set(err, ENOMEM, "find kernels");
	if (list_folder(search, folder, &names, err) == -1)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		AUTO(freep) char *path = io_format("%s/%s", folder,
			names.items[i]);
		const char *dot = strrchr(names.items[i], '.');

		if (path == NULL)
			return error_set(err, ENOMEM, "find kernels");
		if (dot != NULL && strcasecmp(dot, ".efi") == 0 &&
			add_unified(search, path, names.items[i], err) == -1)
			return -1;
	}
	return 0;
}

static int
collect(struct search *search, const struct names *boot, struct error *err)
{
	if (collect_named(search, boot, err) == -1)
		return -1;
	for (size_t i = 0; i < boot->count; i++)
		if (is_one_of(boot->items[i], plain_names,
			    sizeof plain_names / sizeof *plain_names) &&
			add_plain(search, "/boot", boot->items[i],
				plain_initramfs,
				sizeof plain_initramfs /
					sizeof *plain_initramfs,
				err) == -1)
			return -1;
	for (size_t i = 0; i < sizeof partitions / sizeof *partitions; i++) {
		AUTO(names_freep) struct names top = {NULL, 0, 0};

		if (list_folder(search, partitions[i], &top, err) == -1 ||
			collect_entries(search, partitions[i], &top, err) ==
				-1 ||
			collect_unified(search, partitions[i], err) == -1)
			return -1;
	}
	return 0;
}

static void
put_first(struct kernel *kernels, size_t count, const char *first)
{
	for (size_t i = 1; first != NULL && i < count; i++) {
		struct kernel one = kernels[i];

		if (strcmp(one.image, first) != 0)
			continue;
		memmove(kernels + 1, kernels, i * sizeof *kernels);
		kernels[0] = one;
		return;
	}
}

int
kernel_list(struct kernel **kernels_out, size_t *count_out,
	const struct guest_files *files, const char *first, struct error *err)
{
	AUTO(names_freep) struct names boot = {NULL, 0, 0};
	struct search search = {.files = files};

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
	search.kernels = calloc(KERNEL_LIMIT, sizeof *search.kernels);
	if (search.kernels == NULL)
		return error_set(err, ENOMEM, "find kernels");
	read_token(&search);
	if (collect(&search, &boot, err) == -1) {
		kernel_free_all(search.kernels, search.count);
		return -1;
	}
	qsort(search.kernels, search.count, sizeof *search.kernels,
		newer_first);
	put_first(search.kernels, search.count, first);
	*kernels_out = search.kernels;
	*count_out = search.count;
	return 0;
}
