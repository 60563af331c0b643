/*
 * The boot loaders on an EFI system partition, and which of them is the guest's:
 * the one that the old firmware started, else the one that names the guest's
 * file systems, else the one in its distribution's folder.
 */
#include "convert/assess/efi-loaders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/error.h"
#include "common/own.h"
#include "drivers-inject/guest.h"
#include "drivers-inject/names.h"
#include "drivers-inject/pe.h"

enum { FOLDER_LIMIT = 64, NAME_LIMIT = 256, HEAD_BYTES = 4096 };

/* How a file begins that is such a loader. */
static const struct {
	const char *name;
	enum efi_kind kind;
} kinds[] = {
	{"elilo", EFI_ELILO},
	{"grub", EFI_GRUB},
	{"refind", EFI_MENU},
	{"gummiboot", EFI_MENU},
	{"systemd-boot", EFI_MENU},
	{"shim", EFI_SHIM},
};

bool
efi_starts_with(const char *text, const char *start)
{
	return strncasecmp(text, start, strlen(start)) == 0;
}

bool
efi_ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcasecmp(text + n - m, end) == 0;
}

static enum efi_kind
kind_of(const char *name)
{
	enum efi_kind kind = EFI_OTHER;

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (efi_starts_with(name, kinds[i].name) && efi_ends_with(name, ".efi"))
			kind = kinds[i].kind;
	return kind;
}

bool
efi_list(const struct guest_files *files, const char *folder,
	struct names *names)
{
	struct error ignored;

	if (guest_has_folder(files, folder, &ignored) != 1 ||
		files->list(files->handle, folder, names, &ignored) == -1)
		return false;
	names_sort(names);
	return true;
}

const char *
efi_find(const struct names *names, const char *wanted)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcasecmp(names->items[i], wanted) == 0)
			return names->items[i];
	return NULL;
}

char *
efi_read_program(const struct guest_files *files, const char *path,
	size_t *bytes_out)
{
	struct error ignored;
	char *data = NULL;

	if (guest_has_file(files, path, &ignored) != 1 ||
		guest_read(files, path, EFI_PROGRAM_BYTES, true, &data,
			bytes_out, &ignored) == -1)
		return NULL;
	return data;
}

bool
efi_mentions(const char *data, size_t bytes, const struct efi_owner *owner)
{
	for (const char *const *uuid = owner->uuids; *uuid != NULL; uuid++)
		if (memmem(data, bytes, *uuid, strlen(*uuid)) != NULL)
			return true;
	return false;
}

static bool
file_mentions(const struct efi_loaders *loaders, const char *path)
{
	AUTO(freep) char *data = NULL;
	size_t bytes = 0;

	data = efi_read_program(loaders->files, path, &bytes);
	return data != NULL && efi_mentions(data, bytes, loaders->owner);
}

/* "\EFI\debian\shimx64.efi" as a path below the point. */
static bool
is_preferred(const struct efi_loaders *loaders, const char *path)
{
	const char *wanted = loaders->owner->preferred;

	path += strlen(loaders->point);
	if (wanted == NULL)
		return false;
	for (; *path != '\0' && *wanted != '\0'; path++, wanted++)
		if (*path == '/' ? *wanted != '\\' && *wanted != '/'
			: strncasecmp(path, wanted, 1) != 0)
			return false;
	return *path == '\0' && *wanted == '\0';
}

static int
score(const struct efi_loaders *loaders, const struct efi_loader *loader,
	const char *folder)
{
	char config[400];
	int points = (int)loader->kind;

	snprintf(config, sizeof config, "%.*s/grub.cfg",
		(int)loader->folder_bytes, loader->path);
	if (is_preferred(loaders, loader->path))
		points += 64;
	if (file_mentions(loaders, config) ||
		(loader->kind == EFI_GRUB &&
			file_mentions(loaders, loader->path)))
		points += 32;
	if (strcasecmp(folder, loaders->owner->distro) == 0 ||
		(loader->kind == EFI_MENU && loaders->has_entries))
		points += 16;
	return points;
}

static void
add_loader(struct efi_loaders *loaders, const char *path, const char *folder,
	enum efi_kind kind)
{
	struct efi_loader *loader = &loaders->list[loaders->count];
	AUTO(freep) char *head = NULL;
	struct error ignored;
	size_t bytes;

	if (loaders->count == EFI_LOADERS || strlen(path) >= sizeof loader->path ||
		guest_has_file(loaders->files, path, &ignored) != 1 ||
		loaders->files->read(loaders->files->handle, path, HEAD_BYTES,
			&head, &bytes, &ignored) == -1)
		return;
	*loader = (struct efi_loader){.kind = kind,
		.machine = pe_machine(head, bytes)};
	if (loader->machine == 0)
		return;
	strcpy(loader->path, path);
	loader->folder_bytes = (size_t)(strrchr(path, '/') - path);
	loader->score = score(loaders, loader, folder);
	loaders->count++;
}

static void
scan_folder(struct efi_loaders *loaders, const char *folder)
{
	AUTO(names_freep) struct names names = {NULL, 0, 0};
	char path[400];

	snprintf(path, sizeof path, "%s/EFI/%.100s", loaders->point, folder);
	if (!efi_list(loaders->files, path, &names))
		return;
	for (size_t i = 0; i < names.count && i < NAME_LIMIT; i++) {
		enum efi_kind kind = kind_of(names.items[i]);

		snprintf(path, sizeof path, "%s/EFI/%.100s/%.100s",
			loaders->point, folder, names.items[i]);
		if (kind != EFI_OTHER || is_preferred(loaders, path))
			add_loader(loaders, path, folder, kind);
	}
}

void
efi_loaders_scan(struct efi_loaders *loaders)
{
	AUTO(names_freep) struct names folders = {NULL, 0, 0};
	char path[320];
	struct error ignored;

	snprintf(path, sizeof path, "%s/loader/entries", loaders->point);
	loaders->has_entries =
		guest_has_folder(loaders->files, path, &ignored) == 1;
	snprintf(path, sizeof path, "%s/EFI", loaders->point);
	snprintf(loaders->boot, sizeof loaders->boot, "%s/EFI/BOOT",
		loaders->point);
	if (!efi_list(loaders->files, path, &folders))
		return;
	if (efi_find(&folders, "BOOT") != NULL)
		snprintf(loaders->boot, sizeof loaders->boot, "%s/EFI/%s",
			loaders->point, efi_find(&folders, "BOOT"));
	for (size_t i = 0; i < folders.count && i < FOLDER_LIMIT; i++)
		if (strcasecmp(folders.items[i], "BOOT") != 0)
			scan_folder(loaders, folders.items[i]);
}

const struct efi_loader *
efi_loaders_best(const struct efi_loaders *loaders, unsigned machine)
{
	const struct efi_loader *best = NULL;

	for (size_t i = 0; i < loaders->count; i++) {
		const struct efi_loader *loader = &loaders->list[i];

		if (loader->machine == machine &&
			(best == NULL || loader->score > best->score))
			best = loader;
	}
	return best;
}

