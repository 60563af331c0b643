/*
 * Any bytes as the texts of a guest that injection reads or extends: lists of
 * modules in each syntax, scripts, module indexes, boot images and unified
 * ones.  What was extended once has nothing lacking.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "drivers-inject/bytes.h"
#include "drivers-inject/generator.h"
#include "drivers-inject/kernel.h"
#include "drivers-inject/modules.h"
#include "drivers-inject/names.h"
#include "drivers-inject/pe.h"
#include "drivers-inject/script.h"
#include "tests/fuzz/fuzz.h"

static void
extend_list(const struct generator_list *list, const char *text, size_t bytes,
	const struct names *names)
{
	AUTO(bytes_freep) struct bytes once = {NULL, 0, 0};
	AUTO(bytes_freep) struct bytes twice = {NULL, 0, 0};
	struct error err;
	bool changed, again;

	if (generator_extend(&once, list, text, bytes, names, &changed, &err) ==
		-1)
		abort();
	if (!changed)
		return;
	if (generator_extend(&twice, list, (const char *)once.data, once.used,
		    names, &again, &err) == -1 || again)
		abort();
}

static void
extend_script(const char *text, size_t bytes, unsigned kind,
	const struct names *names)
{
	struct script script = {.path = "init", .text = text, .bytes = bytes,
		.flat = kind == 0, .modprobes = kind == 1};
	AUTO(bytes_freep) struct bytes out = {NULL, 0, 0};
	struct error err;
	bool changed;

	if (script_extend(&out, &script, "lib", names, &changed, &err) == -1 ||
		out.used < bytes)
		abort();
}

static void
read_modules(const char *text, size_t bytes)
{
	AUTO(modules_freep) struct modules *modules = NULL;
	AUTO(names_freep) struct names paths = {NULL, 0, 0};
	struct error err;

	if (modules_parse(&modules, "/lib/modules/1", strndup(text, bytes),
		    NULL, &err) == -1)
		return;
	modules->alias_text = strndup(text, bytes);
	for (size_t i = 0; i < modules->count && i < 20; i++)
		modules_closure(modules, &modules->items[i], &paths, &err);
	modules_claim(modules, "ahci", "pci:v00008086d00002922");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static char virtio[] = "virtio", blk[] = "virtio_blk";
	static char *items[] = {virtio, blk};
	const struct names names = {items, 2, 2};
	const char *text = (const char *)data;
	struct pe_section section;
	char version[KERNEL_VERSION_BYTES];

	for (const struct generator *one = generators; one->name != NULL;
		one++) {
		if (one->tool.path != NULL)
			extend_list(&one->tool, text, bytes, &names);
		for (size_t i = 0; i < 2 && one->triggers[i].path != NULL; i++)
			extend_list(&one->triggers[i], text, bytes, &names);
	}
	for (unsigned kind = 0; kind < 3; kind++)
		extend_script(text, bytes, kind, &names);
	read_modules(text, bytes);
	kernel_release(version, data, bytes);
	if (pe_find(&section, data, bytes, ".initrd") &&
		section.there > 0 && section.data[section.there - 1] == 0xff)
		return 0;
	return 0;
}
