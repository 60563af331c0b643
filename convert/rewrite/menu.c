/*
 * The menu of a loader that takes another's place.  Texts of the guest stand in
 * single quotes, in which GRUB knows no escapes, unless they are plain.  linux16
 * starts a kernel as the old loaders did, by its code for the BIOS.  Each entry
 * loads what it uses: without GRUB's list of commands none is found by its name.
 */
#include "convert/rewrite/menu.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"

/* What the entries need beyond what the core has. */
static const char beginning[] =
	"# Written by unrack from the configuration of the loader that was here.\n"
	"insmod part_msdos\n"
	"insmod part_gpt\n"
	"insmod lvm\n"
	"insmod mdraid09\n"
	"insmod mdraid1x\n"
	"insmod search\n";

static void
quote(FILE *out, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/=.,:_+-";

	if (*text != '\0' && text[strspn(text, plain)] == '\0') {
		fputs(text, out);
		return;
	}
	fputc('\'', out);
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			fputs("'\\''", out);
		else if ((unsigned char)*text >= ' ')
			fputc(*text, out);
	}
	fputc('\'', out);
}

/* Each word by itself: the kernel gets them with single blanks. */
static void
print_arguments(FILE *out, const char *text)
{
	while (*(text += strspn(text, " \t\r\n")) != '\0') {
		size_t n = strcspn(text, " \t\r\n");
		char word[1024];

		snprintf(word, sizeof word, "%.*s", (int)n, text);
		fputc(' ', out);
		quote(out, word);
		text += n;
	}
}

static void
print_search(FILE *out, const struct menu_file *file)
{
	fputs("\tsearch --no-floppy --fs-uuid --set=root ", out);
	quote(out, file->uuid);
	fputc('\n', out);
}

static void
print_entry(FILE *out, const struct menu_entry *entry)
{
	fputs("\nmenuentry ", out);
	quote(out, entry->title);
	fputs(" {\n", out);
	print_search(out, &entry->kernel);
	if (entry->is_chain) {
		fputs("\tinsmod chain\n\tchainloader +1\n}\n", out);
		return;
	}
	fputs(entry->is_efi ? "\tinsmod linux\n\tlinux "
			    : "\tinsmod linux16\n\tlinux16 ", out);
	quote(out, entry->kernel.path);
	print_arguments(out, entry->arguments);
	fputc('\n', out);
	if (entry->initrd.path[0] != '\0') {
		print_search(out, &entry->initrd);
		fputs(entry->is_efi ? "\tinitrd " : "\tinitrd16 ", out);
		quote(out, entry->initrd.path);
		fputc('\n', out);
	}
	fputs("}\n", out);
}

int
menu_make(char **text_out, const struct menu_entry *entries, size_t count,
	unsigned timeout_seconds, struct error *err)
{
	size_t chosen = 0, bytes;
	FILE *out = open_memstream(text_out, &bytes);

	if (out == NULL)
		return error_set(err, ENOMEM, "write a boot menu");
	for (size_t i = 0; i < count; i++)
		if (entries[i].is_default)
			chosen = i;
	fprintf(out, "%sset default=%zu\nset timeout=%u\n", beginning, chosen,
		timeout_seconds);
	for (size_t i = 0; i < count; i++)
		print_entry(out, &entries[i]);
	if (fclose(out) != 0) {
		free(*text_out);
		*text_out = NULL;
		return error_set(err, ENOMEM, "write a boot menu");
	}
	return 0;
}
