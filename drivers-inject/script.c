/*
 * Images of mkinitrd have no udev: their init is a list of commands, for the
 * interpreter nash or a small shell, and what is not loaded by a line of it is
 * not loaded.  Everything that looks for disks comes behind those lines, and the
 * new ones go behind the last of them, where all that they need is loaded.
 */
#include "drivers-inject/script.h"

#include <string.h>

#include "common/error.h"
#include "drivers-inject/bytes.h"
#include "drivers-inject/initramfs.h"
#include "drivers-inject/modules.h"
#include "drivers-inject/names.h"
#include "drivers-inject/tree.h"

struct line {
	const char *at;
	size_t bytes; /* without the newline */
};

enum { SCRIPT_LIMIT = 1 << 20 };

static bool
next_line(const struct script *script, struct line *line)
{
	const char *end = script->text + script->bytes, *stop;

	if (line->at == NULL)
		line->at = script->text;
	else
		line->at += line->bytes + 1;
	if (line->at >= end)
		return false;
	stop = memchr(line->at, '\n', (size_t)(end - line->at));
	line->bytes = (size_t)((stop == NULL ? end : stop) - line->at);
	return true;
}

/* Within functions and conditions, lines are indented: those are not meant. */
static bool
starts(const struct line *line, const char *word)
{
	size_t bytes = strlen(word);

	return line->bytes >= bytes && memcmp(line->at, word, bytes) == 0 &&
		(line->bytes == bytes || line->at[bytes] == ' ' ||
			line->at[bytes] == '\t');
}

static bool
loads(const struct line *line)
{
	return starts(line, "insmod") || starts(line, "/sbin/insmod") ||
		starts(line, "modprobe") || starts(line, "/sbin/modprobe");
}

/* What looks for disks or mounts them, where no module is loaded before. */
static bool
looks_for_disks(const struct line *line)
{
	static const char *const words[] = {"stabilized", "mkblkdevs",
		"raidautorun", "lvm", "resume", "mkrootdev", "mount /sysroot",
		"/sbin/udevstart", "udev_discover_root"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (starts(line, words[i]))
			return true;
	return false;
}

/* What a line loads: the first word behind the command that is no option. */
static bool
line_module(const struct line *line, char name_out[MODULES_NAME_BYTES])
{
	const char *at = line->at, *end = line->at + line->bytes;

	for (unsigned words = 0; at < end; words++) {
		char word[256];
		size_t used = 0;

		while (at < end && (*at == ' ' || *at == '\t'))
			at++;
		for (; at < end && *at != ' ' && *at != '\t'; at++)
			if (used < sizeof word - 1)
				word[used++] = *at;
		word[used] = '\0';
		if (words == 0 || used == 0 || word[0] == '-')
			continue;
		modules_name(name_out, word);
		return true;
	}
	return false;
}

/* By its lines; a shell has an insmod only where it is used. */
static bool
examine(struct script *script)
{
	struct line line = {NULL, 0};
	bool any = false;

	while (next_line(script, &line)) {
		if (!loads(&line))
			continue;
		any = true;
		script->modprobes = starts(&line, "modprobe") ||
			starts(&line, "/sbin/modprobe");
		script->flat = !script->modprobes &&
			memmem(line.at, line.bytes, "/lib/modules/", 13) ==
				NULL;
	}
	return any || memmem(script->text, script->bytes, "#!/bin/nash", 11) !=
		NULL;
}

bool
script_find(struct script *script_out, const struct initramfs *initramfs)
{
	static const char *const paths[] = {"init", "linuxrc"};

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		const struct tree_node *node =
			tree_find(initramfs->tree, paths[i]);

		if (!tree_is_file(node) || node->bytes < 2 ||
			node->bytes > SCRIPT_LIMIT ||
			memcmp(node->data, "#!", 2) != 0)
			continue;
		*script_out = (struct script){
			.path = paths[i],
			.text = (const char *)node->data,
			.bytes = node->bytes,
			.flat = true,
		};
		if (examine(script_out))
			return true;
	}
	return false;
}

static bool
is_loaded(const struct script *script, const char *module)
{
	struct line line = {NULL, 0};
	char name[MODULES_NAME_BYTES];

	while (next_line(script, &line))
		if (loads(&line) && line_module(&line, name) &&
			strcmp(name, module) == 0)
			return true;
	return false;
}

/* Where new lines belong; `model` is an older one of their kind, or empty. */
static size_t
find_place(const struct script *script, struct line *model, bool *nodes_out)
{
	struct line line = {NULL, 0};
	size_t place = 0, before_disks = script->bytes;
	bool uses_nodes = false, nodes_after = false;

	while (next_line(script, &line)) {
		size_t at = (size_t)(line.at - script->text);

		if (loads(&line)) {
			place = at + line.bytes;
			*model = line;
			nodes_after = false;
		}
		if (starts(&line, "mkblkdevs"))
			uses_nodes = nodes_after = true;
		if (looks_for_disks(&line) && at < before_disks)
			before_disks = at;
	}
	*nodes_out = uses_nodes && !nodes_after;
	return place > 0 ? place : before_disks;
}

static int
append(struct bytes *out, const char *text, struct error *err)
{
	return bytes_append(out, text, strlen(text), err);
}

/* As the older line does it: "insmod /lib/", "/sbin/modprobe -q ". */
static int
add_line(struct bytes *out, const struct script *script,
	const struct line *model, const char *folder, const char *file,
	const char *module, struct error *err)
{
	bool in_sbin = model->bytes > 0 &&
		memmem(model->at, model->bytes, "/sbin/", 6) != NULL;

	if (append(out, in_sbin ? "/sbin/" : "", err) == -1)
		return -1;
	if (script->modprobes)
		return append(out, "modprobe -q ", err) == -1 ||
			append(out, module, err) == -1
			? -1
			: append(out, "\n", err);
	return append(out, "insmod /", err) == -1 ||
		append(out, folder, err) == -1 || append(out, "/", err) == -1 ||
		append(out, file, err) == -1
		? -1
		: append(out, "\n", err);
}

int
script_extend(struct bytes *text_out, const struct script *script,
	const char *folder, const struct names *modules, bool *changed_out,
	struct error *err)
{
	struct line model = {script->text, 0};
	bool nodes;
	size_t place = find_place(script, &model, &nodes);
	size_t rest = place;

	*changed_out = false;
	if (bytes_append(text_out, script->text, place, err) == -1)
		return -1;
	/* Behind a line, or in front of one. */
	if (place > 0 && script->text[place - 1] != '\n') {
		rest += place < script->bytes;
		if (append(text_out, "\n", err) == -1)
			return -1;
	}
	for (size_t i = 0; i < modules->count; i++) {
		char name[MODULES_NAME_BYTES];

		modules_name(name, modules->items[i]);
		if (is_loaded(script, name))
			continue;
		*changed_out = true;
		if (add_line(text_out, script, &model, folder,
				modules->items[i], name, err) == -1)
			return -1;
	}
	if (*changed_out && nodes && append(text_out, "mkblkdevs\n", err) == -1)
		return -1;
	return bytes_append(text_out, script->text + rest, script->bytes - rest,
		err);
}
