/*
 * The path that every UEFI firmware tries, EFI/BOOT/BOOTX64.EFI, filled with
 * what starts the guest.  Shim starts the file beside it that is called as GRUB
 * is, or fbx64.efi, which looks for BOOTX64.CSV in the vendors' folders; GRUB
 * finds its configuration by what is built into it.  fallback.c knows which
 * partitions these are.
 */
#include "convert/rewrite/esp.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "convert/assess/efi-loaders.h"
#include "convert/assess/finding.h"
#include "drivers-inject/guest.h"
#include "drivers-inject/names.h"
#include "drivers-inject/pe.h"

static const struct machine {
	unsigned number; /* in a PE file */
	const char *path, *fallback, *table;
} machines[] = {
	{0x8664, "BOOTX64.EFI", "fbx64.efi", "BOOTX64.CSV"},
	{0x014c, "BOOTIA32.EFI", "fbia32.efi", "BOOTIA32.CSV"},
	{0xaa64, "BOOTAA64.EFI", "fbaa64.efi", "BOOTAA64.CSV"},
};

/* "shimx64.efi,boot,,\n" in UTF-16. */
static const char shim_table[] =
	"s\0h\0i\0m\0x\0006\0004\0.\0e\0f\0i\0,\0b\0o\0o\0t\0,\0,\0\n";

static bool
is_there(const struct names *names, const char *prefix)
{
	for (size_t i = 0; i < names->count; i++)
		if (efi_starts_with(names->items[i], prefix) &&
			efi_ends_with(names->items[i], ".efi"))
			return true;
	return false;
}

/* Does one of the vendors' folders tell fbx64.efi what there is? */
static bool
has_table(const struct efi_loaders *loaders, const struct machine *machine)
{
	for (size_t i = 0; i < loaders->count; i++) {
		const struct efi_loader *loader = &loaders->list[i];
		char path[400];
		struct error ignored;

		snprintf(path, sizeof path, "%.*s/%s",
			(int)loader->folder_bytes, loader->path,
			machine->table);
		if (guest_has_file(loaders->files, path, &ignored) == 1)
			return true;
	}
	return false;
}

static bool
equals_a_loader(const struct efi_loaders *loaders, const char *data,
	size_t bytes)
{
	for (size_t i = 0; i < loaders->count; i++) {
		AUTO(freep) char *other = NULL;
		size_t other_bytes = 0;

		other = efi_read_program(loaders->files, loaders->list[i].path,
			&other_bytes);
		if (other != NULL && other_bytes == bytes &&
			memcmp(other, data, bytes) == 0)
			return true;
	}
	return false;
}

/*
 * Is what the path holds the guest's?  The same as a loader of its folders, or
 * one that names its file systems, or an older shim or menu of the kind it has.
 */
static bool
is_guests(const struct efi_loaders *loaders, const struct efi_loader *best,
	const char *data, size_t bytes)
{
	static const char menu[] = "LoaderInfo: ";
	struct pe_section section;

	if (equals_a_loader(loaders, data, bytes) ||
		efi_mentions(data, bytes, loaders->owner))
		return true;
	if (best->kind == EFI_SHIM)
		return pe_find(&section, data, bytes, ".vendor_cert");
	return best->kind == EFI_MENU &&
		memmem(data, bytes, menu, sizeof menu - 1) != NULL;
}

static void
plan(struct esp *esp, const char *to, const char *from)
{
	struct esp_file *file = &esp->files[esp->file_count];

	if (esp->file_count == ESP_FILES || strlen(to) >= sizeof file->to)
		return;
	*file = (struct esp_file){.text = NULL};
	strcpy(file->to, to);
	snprintf(file->from, sizeof file->from, "%s", from);
	esp->file_count++;
}

/* What shim starts, and what it asks for keys: from the folder it came from. */
static void
plan_companions(struct esp *esp, const struct efi_loaders *loaders,
	const struct efi_loader *shim, const struct names *boot)
{
	static const char *const companions[] = {"grub", "mm", "MokManager"};
	AUTO(names_freep) struct names names = {NULL, 0, 0};
	char folder[320], to[420], from[420];

	snprintf(folder, sizeof folder, "%.*s", (int)shim->folder_bytes,
		shim->path);
	if (!efi_list(loaders->files, folder, &names))
		return;
	for (size_t i = 0; i < names.count; i++) {
		const char *name = names.items[i];
		bool wanted = false;

		for (size_t c = 0; c < sizeof companions / sizeof *companions;
			c++)
			wanted |= efi_starts_with(name, companions[c]) &&
				efi_ends_with(name, ".efi");
		if (!wanted || efi_find(boot, name) != NULL)
			continue;
		snprintf(from, sizeof from, "%s/%.90s", folder, name);
		snprintf(to, sizeof to, "%s/%.90s", loaders->boot, name);
		plan(esp, to, from);
	}
}

void
esp_add_text(struct esp *esp, const char *to, const char *text, size_t bytes)
{
	plan(esp, to, "");
	for (size_t i = 0; i < esp->file_count; i++)
		if (strcmp(esp->files[i].to, to) == 0) {
			esp->files[i].text = text;
			esp->files[i].bytes = bytes;
		}
}

static void
plan_table(struct esp *esp, const struct efi_loader *shim,
	const struct machine *machine)
{
	char to[400];

	if (machine != &machines[0] ||
		!efi_ends_with(shim->path, "/shimx64.efi"))
		return;
	snprintf(to, sizeof to, "%.*s/%s", (int)shim->folder_bytes, shim->path,
		machine->table);
	esp_add_text(esp, to, shim_table, sizeof shim_table);
}

/* fbx64.efi without a table finds nothing; without it, GRUB has to be there. */
static void
plan_around_shim(struct esp *esp, const struct efi_loaders *loaders,
	const struct efi_loader *shim, const struct machine *machine,
	const struct names *boot)
{
	if (efi_find(boot, machine->fallback) == NULL)
		plan_companions(esp, loaders, shim, boot);
	else if (!has_table(loaders, machine))
		plan_table(esp, shim, machine);
}

static void
plan_machine(struct esp *esp, const struct efi_loaders *loaders,
	const struct machine *machine)
{
	const struct efi_loader *best =
		efi_loaders_best(loaders, machine->number);
	AUTO(names_freep) struct names boot = {NULL, 0, 0};
	AUTO(freep) char *data = NULL;
	const char *name = NULL;
	char path[420];
	size_t bytes = 0;

	if (best == NULL || best->kind == EFI_ELILO)
		return;
	if (efi_list(loaders->files, loaders->boot, &boot))
		name = efi_find(&boot, machine->path);
	snprintf(path, sizeof path, "%s/%s", loaders->boot,
		name == NULL ? machine->path : name);
	data = efi_read_program(loaders->files, path, &bytes);
	if (data == NULL || !is_guests(loaders, best, data, bytes)) {
		plan(esp, path, best->path);
		/* What is beside another's loader is its own. */
		if (data != NULL)
			names_freep(&boot);
	}
	if (best->kind == EFI_SHIM && !is_there(&boot, "grub"))
		plan_around_shim(esp, loaders, best, machine, &boot);
}

/* The path may hold a loader although no vendor's folder does. */
static bool
has_program(const struct efi_loaders *loaders)
{
	AUTO(names_freep) struct names boot = {NULL, 0, 0};

	return efi_list(loaders->files, loaders->boot, &boot) &&
		efi_find(&boot, machines[0].path) != NULL;
}

int
esp_plan(struct esp *esp_out, const struct guest_files *files,
	const char *point, const struct efi_owner *owner, struct error *err)
{
	AUTO(freep) struct efi_loaders *loaders = calloc(1, sizeof *loaders);
	const struct efi_loader *best;

	*esp_out = (struct esp){.state = ESP_EMPTY};
	if (loaders == NULL)
		return error_set(err, ENOMEM, "look at %s", point);
	if (strlen(point) > 200)
		return 0;
	loaders->files = files;
	loaders->point = point;
	loaders->owner = owner;
	efi_loaders_scan(loaders);
	best = efi_loaders_best(loaders, machines[0].number);
	if (best != NULL)
		strcpy(esp_out->loader, best->path);
	for (size_t i = 0; i < sizeof machines / sizeof *machines; i++)
		plan_machine(esp_out, loaders, &machines[i]);
	if (best != NULL && best->kind == EFI_ELILO)
		esp_out->state = ESP_ELILO;
	else if (esp_out->file_count > 0 && best != NULL)
		esp_out->state = ESP_LACKING;
	else if (best != NULL || has_program(loaders))
		esp_out->state = ESP_WHOLE;
	return 0;
}

int
esp_check_room(const struct esp *esp, const struct guest_files *files,
	const char *point, struct error *err)
{
	char inside[320];
	size_t total = 0;

	for (size_t i = 0; i < esp->file_count; i++) {
		const struct esp_file *file = &esp->files[i];
		struct guest_stat st = {.bytes = file->bytes};

		if (file->text == NULL && files->stat(files->handle,
			file->from, &st, err) == -1)
			return -1;
		if (st.bytes > EFI_PROGRAM_BYTES)
			return error_set(err, EFBIG, "copy %s", file->from);
		total += guest_file_room((size_t)st.bytes);
	}
	if (esp->file_count == 0)
		return 0;
	snprintf(inside, sizeof inside, "%.250s/unrack", point);
	return guest_check_room(files, inside, total, esp->file_count, 0, err);
}

bool
esp_has_room(const struct esp *esp, const struct guest_files *files,
	const char *point, const char *partition, struct findings *findings)
{
	struct error why = {.code = 0};

	if (esp_check_room(esp, files, point, &why) == 0 ||
		(why.code != ENOSPC && why.code != EFBIG))
		return true;
	finding_add(findings, "firmware.esp-no-room", partition, 0, why.text,
		NULL);
	return false;
}

int
esp_make(const struct esp_file *file, const struct guest_files *files,
	void **data_out, size_t *bytes_out, struct error *err)
{
	AUTO(freep) char *data = NULL;
	size_t bytes = file->bytes;

	if (file->text == NULL && guest_read(files, file->from,
		EFI_PROGRAM_BYTES, false, &data, &bytes, err) == -1)
		return -1;
	if (file->text != NULL) {
		data = malloc(bytes);
		if (data == NULL)
			return error_set(err, ENOMEM, "write %s", file->to);
		memcpy(data, file->text, bytes);
	}
	if (guest_replace(files, file->to, NULL, 0, data, bytes, err) == -1)
		return -1;
	*data_out = take(data);
	*bytes_out = bytes;
	return 0;
}
