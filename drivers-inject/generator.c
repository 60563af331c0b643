/*
 * The tools that make initramfs images, as a table.  A row with a load list is
 * fully supported; the others are recognised, so that the report can say what
 * the image is, and nothing is done to it.
 */
#include "drivers-inject/generator.h"

#include <string.h>

#include "common/error.h"
#include "drivers-inject/bytes.h"
#include "drivers-inject/initramfs.h"
#include "drivers-inject/modules.h"
#include "drivers-inject/names.h"
#include "drivers-inject/tree.h"

const struct generator generators[] = {
	{
		.name = "initramfs-tools",
		.signs = {{"conf/initramfs.conf", NULL},
			{"scripts/functions", "load_modules"}},
		.load_list = "conf/modules",
		.tool_list = "/etc/initramfs-tools/modules",
		.tool_folder = "/etc/initramfs-tools",
	},
	{
		.name = "dracut",
		.signs = {{"usr/lib/dracut", NULL}, {"lib/dracut", NULL},
			{"lib/dracut-lib.sh", NULL}},
	},
	{
		.name = "mkinitrd (nash)",
		.signs = {{"init", "#!/bin/nash"}, {"linuxrc", "#!/bin/nash"}},
	},
	{
		.name = "mkinitrd (SUSE)",
		.signs = {{"run_all.sh", NULL}, {"config/start.sh", NULL}},
	},
	{
		.name = "mkinitcpio",
		.signs = {{"init_functions", NULL}, {"buildconfig", NULL}},
	},
	{
		.name = "genkernel",
		.signs = {{"etc/initrd.defaults", NULL}},
	},
	{
		.name = "booster",
		.signs = {{"etc/booster.init.yaml", NULL}},
	},
	{
		.name = "mkinitfs (Alpine)",
		.signs = {{"init", "Alpine Init"}},
	},
	{.name = NULL},
};

static bool
has_sign(const struct initramfs *initramfs, const struct generator_sign *sign)
{
	const struct tree_node *node = tree_find(initramfs->tree, sign->path);

	if (node == NULL)
		return false;
	if (sign->text == NULL)
		return true;
	return tree_is_file(node) && node->bytes > 0 &&
		memmem(node->data, node->bytes, sign->text,
			strlen(sign->text)) != NULL;
}

const struct generator *
generator_of(const struct initramfs *initramfs)
{
	for (const struct generator *one = generators; one->name != NULL; one++)
		for (size_t i = 0; i < sizeof one->signs / sizeof *one->signs &&
			one->signs[i].path != NULL;
			i++)
			if (has_sign(initramfs, &one->signs[i]))
				return one;
	return NULL;
}

/* Is the module the first word of a line? */
static bool
list_has(const char *text, size_t bytes, const char *module)
{
	const char *end = text + bytes;

	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		char word[MODULES_NAME_BYTES], name[MODULES_NAME_BYTES];
		size_t used = 0;

		if (stop == NULL)
			stop = end;
		while (text < stop && (*text == ' ' || *text == '\t'))
			text++;
		while (text < stop && used < sizeof word - 1 && *text != ' ' &&
			*text != '\t' && *text != '\0')
			word[used++] = *text++;
		word[used] = '\0';
		modules_name(name, word);
		if (strcmp(name, module) == 0)
			return true;
		text = stop + 1;
	}
	return false;
}

int
generator_extend(struct bytes *list_out, const char *text, size_t bytes,
	const struct names *names, bool *changed_out, struct error *err)
{
	static const char comment[] =
		"# Storage of a virtual machine, added by unrack.\n";

	*changed_out = false;
	if (bytes_append(list_out, text == NULL ? "" : text, bytes, err) == -1)
		return -1;
	for (size_t i = 0; i < names->count; i++) {
		const char *name = names->items[i];

		if (text != NULL && list_has(text, bytes, name))
			continue;
		if (!*changed_out && bytes > 0 && text[bytes - 1] != '\n' &&
			bytes_append(list_out, "\n", 1, err) == -1)
			return -1;
		if (!*changed_out &&
			bytes_append(list_out, comment, sizeof comment - 1,
				err) == -1)
			return -1;
		*changed_out = true;
		if (bytes_append(list_out, name, strlen(name), err) == -1 ||
			bytes_append(list_out, "\n", 1, err) == -1)
			return -1;
	}
	return 0;
}
