/*
 * The host's GRUB: its image maker and its modules.  What the guest has is not
 * used, so nothing of it runs here.
 */
#include "convert/rewrite/host-grub.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "common/process.h"
#include "drivers-inject/names.h"

#define FOLDER "/usr/lib/grub"

enum { FILE_LIMIT = 16 << 20, ARGUMENT_LIMIT = 64, TIMEOUT_SECONDS = 60 };

int
host_grub_file(char **data_out, size_t *bytes_out, const char *platform,
	const char *name, struct error *err)
{
	AUTO(freep) char *path = io_format(FOLDER "/%s/%s", platform, name);

	if (path == NULL)
		return error_set(err, ENOMEM, "read GRUB's files");
	if (io_read_file(data_out, bytes_out, path, FILE_LIMIT, err) == 0)
		return 0;
	return error_hint(err, "Install GRUB's files on this host: grub-pc-bin "
		"for BIOS, grub-efi-amd64-bin for UEFI.");
}

/* "NAME: NEEDED NEEDED..."; NULL when the module has no line. */
static const char *
find_line(const char *moddep, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = moddep; *at != '\0'; at += *at == '\n') {
		if (strncmp(at, name, n) == 0 && at[n] == ':')
			return at + n + 1;
		at += strcspn(at, "\n");
	}
	return NULL;
}

int
host_grub_closure(struct names *names_out, const char *moddep,
	const char *const *modules, struct error *err)
{
	for (; *modules != NULL; modules++)
		if (names_add_once(names_out, *modules, err) == -1)
			return -1;
	for (size_t i = 0; i < names_out->count; i++) {
		const char *at = find_line(moddep, names_out->items[i]);

		if (at == NULL)
			return error_set(err, ENOENT, "GRUB on this host has no "
				"module %s", names_out->items[i]);
		for (at += strspn(at, " "); *at != '\0' && *at != '\n';
			at += strspn(at, " ")) {
			size_t n = strcspn(at, " \n");
			AUTO(freep) char *needed = strndup(at, n);

			if (needed == NULL ||
				names_add_once(names_out, needed, err) == -1)
				return error_set(err, ENOMEM, "list modules");
			at += n;
		}
	}
	return 0;
}

/* grub-mkimage takes names of files: these are of memory. */
static int
make(char **image_out, size_t *bytes_out, const char *platform, int config,
	int image, const char *const *modules, struct error *err)
{
	const char *argv[ARGUMENT_LIMIT] = {"grub-mkimage", "-O", platform, "-p",
		"/boot/grub", "-c", NULL, "-o", NULL};
	char config_name[64], image_name[64];
	size_t count = 9;

	snprintf(config_name, sizeof config_name, "/proc/%d/fd/%d", getpid(),
		config);
	snprintf(image_name, sizeof image_name, "/proc/%d/fd/%d", getpid(),
		image);
	argv[6] = config_name;
	argv[8] = image_name;
	for (; *modules != NULL && count + 1 < ARGUMENT_LIMIT; modules++)
		argv[count++] = *modules;
	if (process_run(argv, NULL, TIMEOUT_SECONDS, err) == -1)
		return error_hint(err, "Install grub-common and grub-pc-bin "
			"(UEFI: grub-efi-amd64-bin) on this host.");
	return io_read_file(image_out, bytes_out, image_name, FILE_LIMIT, err);
}

int
host_grub_image(char **image_out, size_t *bytes_out, const char *platform,
	const char *config, const char *const *modules, struct error *err)
{
	AUTO(fd_closep) int config_fd = memfd_create("grub.cfg", MFD_CLOEXEC);
	AUTO(fd_closep) int image_fd = memfd_create("core.img", MFD_CLOEXEC);

	if (config_fd == -1 || image_fd == -1)
		return error_set(err, errno, "make a boot loader");
	if (io_write(config_fd, config, strlen(config), "grub.cfg", err) == -1)
		return -1;
	return make(image_out, bytes_out, platform, config_fd, image_fd,
		modules, err);
}
