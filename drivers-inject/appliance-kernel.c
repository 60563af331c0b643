/*
 * The kernel of the appliance, unpacked ahead of its start.  appliance.c starts
 * it; this only tells supermin, which builds what libguestfs starts, where it is.
 */
#include "drivers-inject/appliance-kernel.h"

#include <elf.h>
#include <errno.h>
#include <glob.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/accelerator.h"
#include "common/bytes.h"
#include "common/error.h"
#include "common/io.h"
#include "common/log.h"
#include "common/own.h"
#include "common/strings.h"
#include "drivers-inject/unpack.h"

enum {
	KERNEL_LIMIT = 64 << 20,
	ELF_LIMIT = 256 << 20,
	/* of the setup header */
	SETUP_SECTORS = 0x1f1,
	MAGIC = 0x202,
	VERSION = 0x206,
	PAYLOAD_OFFSET = 0x248,
	PAYLOAD_BYTES = 0x24c,
	HEADER_END = 0x250,
	HAS_PAYLOAD = 0x208, /* the first version that tells it */
	PVH_NOTE = 18	     /* XEN_ELFNOTE_PHYS32_ENTRY */
};

static bool
has_pvh_note(const uint8_t *notes, size_t bytes)
{
	while (bytes >= sizeof(Elf64_Nhdr)) {
		uint64_t name = bytes_little32(notes);
		uint64_t text = bytes_little32(notes + 4);
		uint64_t whole = sizeof(Elf64_Nhdr) +
			((name + 3) & ~(uint64_t)3) + ((text + 3) & ~(uint64_t)3);

		if (whole > bytes)
			return false;
		if (bytes_little32(notes + 8) == PVH_NOTE && name == 4 &&
			memcmp(notes + sizeof(Elf64_Nhdr), "Xen", 4) == 0)
			return true;
		notes += whole;
		bytes -= whole;
	}
	return false;
}

/* Is it an ELF file of x86-64 with the note by which QEMU starts it? */
static bool
is_startable(const uint8_t *elf, size_t bytes)
{
	Elf64_Ehdr header;
	Elf64_Phdr part;

	if (bytes < sizeof header)
		return false;
	memcpy(&header, elf, sizeof header);
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
		header.e_ident[EI_CLASS] != ELFCLASS64 ||
		header.e_machine != EM_X86_64 ||
		header.e_phentsize != sizeof part || header.e_phoff > bytes ||
		(bytes - header.e_phoff) / sizeof part < header.e_phnum)
		return false;
	for (size_t i = 0; i < header.e_phnum; i++) {
		memcpy(&part, elf + header.e_phoff + i * sizeof part,
			sizeof part);
		if (part.p_type == PT_NOTE && part.p_offset <= bytes &&
			part.p_filesz <= bytes - part.p_offset &&
			has_pvh_note(elf + part.p_offset, part.p_filesz))
			return true;
	}
	return false;
}

int
appliance_kernel_unpack(char **elf_out, size_t *bytes_out, const void *image,
	size_t bytes, struct error *err)
{
	const uint8_t *data = image;
	AUTO(freep) uint8_t *elf = NULL;
	uint64_t offset, packed;
	size_t used;

	if (bytes < HEADER_END || memcmp(data + MAGIC, "HdrS", 4) != 0 ||
		bytes_little(data + VERSION, 2) < HAS_PAYLOAD)
		return error_set(err, EINVAL, "not a bzImage");
	offset = (data[SETUP_SECTORS] == 0 ? 5 : data[SETUP_SECTORS] + 1) * 512 +
		(uint64_t)bytes_little32(data + PAYLOAD_OFFSET);
	packed = bytes_little32(data + PAYLOAD_BYTES);
	if (offset > bytes || packed > bytes - offset)
		return error_set(err, EINVAL, "a bzImage that is cut");
	if (unpack(&elf, bytes_out, &used, unpack_recognise(data + offset,
			packed), data + offset, packed, ELF_LIMIT, err) == -1)
		return error_add(err, "unpack a bzImage");
	if (!is_startable(elf, *bytes_out))
		return error_set(err, EINVAL, "a kernel without a PVH note");
	*elf_out = (char *)take(elf);
	return 0;
}

/* The newest version that has modules, as supermin chooses: freed by the caller. */
static char *
newest_kernel(void)
{
	glob_t found = {0};
	char *newest = NULL;

	if (glob("/boot/vmlinuz-*", 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++) {
			const char *version = strchr(found.gl_pathv[i], '-') + 1;
			AUTO(freep) char *modules = io_format(
				"/lib/modules/%s/modules.dep", version);

			if (modules == NULL || access(modules, R_OK) == -1 ||
				access(found.gl_pathv[i], R_OK) == -1 ||
				(newest != NULL &&
					strverscmp(version, newest) <= 0))
				continue;
			free(newest);
			newest = strdup(version);
		}
	globfree(&found);
	return newest;
}

static int
store(const char *path, const char *source, struct error *err)
{
	AUTO(freep) char *image = NULL;
	AUTO(freep) char *elf = NULL;
	size_t bytes, elf_bytes;
	struct stat there;

	if (stat(path, &there) == 0)
		return 0;
	if (io_read_file(&image, &bytes, source, KERNEL_LIMIT, err) == -1 ||
		appliance_kernel_unpack(&elf, &elf_bytes, image, bytes, err) ==
			-1)
		return error_add(err, "%s", source);
	return io_write_file(path, elf, elf_bytes, 0600, err);
}

/* By size and time, so that a kernel that was installed anew is another one. */
static char *
stored_path(const char *folder, const char *source)
{
	struct stat stat_of;

	return stat(source, &stat_of) == -1
		? NULL
		: io_format("%s/vmlinux-%jd-%jd", folder,
			  (intmax_t)stat_of.st_size, (intmax_t)stat_of.st_mtime);
}

/* Nobody else shall choose what is started; without a home, /tmp is the cache. */
static bool
is_private(const char *folder)
{
	struct stat found;

	return !string_starts(folder, "/tmp/.cache/") &&
		lstat(folder, &found) == 0 && S_ISDIR(found.st_mode) &&
		found.st_uid == geteuid() && (found.st_mode & 022) == 0;
}

static int
use(const char *folder, const char *version, struct error *err)
{
	AUTO(freep) char *source = io_format("/boot/vmlinuz-%s", version);
	AUTO(freep) char *modules = io_format("/lib/modules/%s", version);
	AUTO(freep) char *path =
		source == NULL ? NULL : stored_path(folder, source);

	if (path == NULL || modules == NULL)
		return error_set(err, ENOENT, "find the host's kernel");
	if (io_make_folders(folder, err) == -1)
		return -1;
	if (!is_private(folder))
		return error_set(err, EPERM, "%s is open to others", folder);
	if (store(path, source, err) == -1)
		return -1;
	if (setenv(APPLIANCE_KERNEL_CHOSEN, path, 1) == -1 ||
		setenv("SUPERMIN_KERNEL", path, 1) == -1 ||
		setenv("SUPERMIN_KERNEL_VERSION", version, 1) == -1 ||
		setenv("SUPERMIN_MODULES", modules, 1) == -1 ||
		setenv("LIBGUESTFS_CACHEDIR", folder, 1) == -1)
		return error_set(err, errno, "name the appliance's kernel");
	return 0;
}

static bool
is_chosen(void)
{
	static const char *const names[] = {"SUPERMIN_KERNEL",
		"SUPERMIN_MODULES", "LIBGUESTFS_PATH", "LIBGUESTFS_CACHEDIR"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (getenv(names[i]) != NULL)
			return true;
	return false;
}

void
appliance_kernel_use(void)
{
	AUTO(freep) char *cache = NULL;
	AUTO(freep) char *folder = NULL;
	AUTO(freep) char *version = NULL;
	enum accelerator accelerator;
	struct error why;

	if (is_chosen() || accelerator_find(&accelerator, &why) == -1 ||
		accelerator != ACCELERATOR_TCG)
		return;
	cache = io_cache_folder();
	folder = cache == NULL ? NULL : io_format("%s/appliance", cache);
	version = newest_kernel();
	if (folder == NULL || version == NULL)
		return;
	if (use(folder, version, &why) == -1)
		log_debug("the appliance's kernel is not unpacked: %s",
			why.text);
}
