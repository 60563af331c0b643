/*
 * Which entry of a boot menu starts by itself, in the formats that are lists of
 * lines "key value": GRUB legacy, syslinux, and the boot loader specification as
 * GRUB and as systemd-boot read it.  grub-config.c and lilo-config.c know the others.
 */
#include "convert/assess/boot-default.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/own.h"
#include "common/strings.h"

struct field {
	char key[32], value[512];
};

/* The next line that is no comment; NULL at the end. */
static const char *
next_field(const char *at, struct field *field)
{
	while (*at != '\0') {
		const char *start = at + strspn(at, " \t");
		size_t bytes = strcspn(start, "\r\n"), key, gap;

		at = start + bytes + strspn(start + bytes, "\r\n");
		if (bytes == 0 || *start == '#')
			continue;
		key = strcspn(start, " \t=\r\n");
		gap = strspn(start + key, " \t=");
		if (key + gap > bytes)
			gap = bytes - key;
		snprintf(field->key, sizeof field->key, "%.*s", (int)key,
			start);
		snprintf(field->value, sizeof field->value, "%.*s",
			(int)(bytes - key - gap), start + key + gap);
		for (size_t n = strlen(field->value);
			n > 0 && isspace((unsigned char)field->value[n - 1]);)
			field->value[--n] = '\0';
		return at;
	}
	return NULL;
}

static bool
is(const struct field *field, const char *key)
{
	return strcasecmp(field->key, key) == 0;
}

/* The first word of a value. */
static bool
take_word(const char *value, char *path_out, size_t room)
{
	snprintf(path_out, room, "%.*s", (int)strcspn(value, " \t"), value);
	return *path_out != '\0';
}

/* ---- GRUB legacy ---- */

/* Without "(hd0,0)" in front. */
static bool
take_grub_path(const char *value, char *path_out, size_t room)
{
	while (string_starts(value, "--")) {
		value += strcspn(value, " \t");
		value += strspn(value, " \t");
	}
	if (*value == '(') {
		value += strcspn(value, ")");
		value += *value == ')';
	}
	return take_word(value, path_out, room);
}

/* The kernel of the title with this number; any title's when it is -1. */
static bool
find_title(const char *text, long wanted, char *path_out, size_t room)
{
	struct field field;
	long number = -1;

	while ((text = next_field(text, &field)) != NULL) {
		number += is(&field, "title");
		if (is(&field, "kernel") && number >= 0 &&
			(wanted == -1 || wanted == number) &&
			strstr(field.value, "/memtest") == NULL)
			return take_grub_path(field.value, path_out, room);
	}
	return false;
}

/* Xen's kernel is a module of the hypervisor. */
static bool
find_module(const char *text, const char *kernel, char *path_out, size_t room)
{
	struct field field;
	bool inside = false;

	while ((text = next_field(text, &field)) != NULL) {
		if (is(&field, "kernel"))
			inside = strstr(field.value, kernel) != NULL;
		if (inside && is(&field, "module"))
			return take_grub_path(field.value, path_out, room);
	}
	return false;
}

bool
grub_legacy_default(const char *text, const char *saved, char *path_out,
	size_t room)
{
	const char *at = text;
	struct field field;
	long number = 0, fallback = -1;
	bool found;

	while ((at = next_field(at, &field)) != NULL && !is(&field, "title")) {
		if (is(&field, "default"))
			number = strcmp(field.value, "saved") != 0
				? strtol(field.value, NULL, 10)
				: saved == NULL ? 0 : strtol(saved, NULL, 10);
		if (is(&field, "fallback"))
			fallback = strtol(field.value, NULL, 10);
	}
	found = (number >= 0 && find_title(text, number, path_out, room)) ||
		(fallback >= 0 && find_title(text, fallback, path_out, room)) ||
		find_title(text, -1, path_out, room);
	if (found && strstr(path_out, "/xen") != NULL) {
		char kernel[512];

		snprintf(kernel, sizeof kernel, "%s", path_out);
		find_module(text, kernel, path_out, room);
	}
	return found;
}

/* ---- syslinux ---- */

struct syslinux {
	char chosen[512], at_timeout[512], in_menu[512];
};

static void
read_syslinux(struct syslinux *config, const char *text)
{
	char label[512] = "";
	struct field field;

	while ((text = next_field(text, &field)) != NULL) {
		if (is(&field, "label"))
			strcpy(label, field.value);
		else if (is(&field, "default"))
			take_word(field.value, config->chosen,
				sizeof config->chosen);
		else if (is(&field, "ontimeout"))
			take_word(field.value, config->at_timeout,
				sizeof config->at_timeout);
		else if (is(&field, "menu") &&
			strcasecmp(field.value, "default") == 0)
			strcpy(config->in_menu, label);
	}
}

/* The kernel of a label; of the first one when it is empty. */
static bool
find_label(const char *text, const char *wanted, char *path_out, size_t room)
{
	struct field field;
	bool inside = false;

	while ((text = next_field(text, &field)) != NULL) {
		if (is(&field, "label"))
			inside = *wanted == '\0' ||
				strcasecmp(field.value, wanted) == 0;
		if (inside && (is(&field, "linux") || is(&field, "kernel")) &&
			strstr(field.value, ".c32") == NULL &&
			strstr(field.value, "memtest") == NULL)
			return take_word(field.value, path_out, room);
	}
	return false;
}

bool
syslinux_default(const char *text, char *path_out, size_t room)
{
	struct syslinux config = {.chosen = ""};
	const char *tried[3];

	read_syslinux(&config, text);
	tried[0] = config.at_timeout;
	tried[1] = config.in_menu;
	tried[2] = config.chosen;
	for (int i = 0; i < 3; i++)
		if (*tried[i] != '\0' &&
			find_label(text, tried[i], path_out, room))
			return true;
	/* "default" may name a kernel, or a menu in which the first counts. */
	if (strchr(config.chosen, '/') != NULL &&
		strstr(config.chosen, ".c32") == NULL)
		return take_word(config.chosen, path_out, room);
	return find_label(text, "", path_out, room);
}

/* ---- the boot loader specification ---- */

static bool
get_field(const char *text, const char *key, char *value, size_t room)
{
	struct field field;

	*value = '\0';
	while ((text = next_field(text, &field)) != NULL)
		if (is(&field, key)) {
			snprintf(value, room, "%s", field.value);
			return true;
		}
	return false;
}

void
loader_conf_default(const char *text, char *wanted_out, size_t room)
{
	get_field(text, "default", wanted_out, room);
	if (*wanted_out == '@') /* what the firmware keeps */
		*wanted_out = '\0';
}

static int
by_name(const void *a, const void *b)
{
	return strverscmp(((const struct boot_entry_file *)b)->id,
		((const struct boot_entry_file *)a)->id);
}

/* Boot counting: "name+0-3" has no tries left. */
static bool
is_spent(const char *id)
{
	const char *plus = strrchr(id, '+');

	return plus != NULL && plus[1] == '0' &&
		(plus[2] == '\0' || plus[2] == '-');
}

static int
by_key(const void *a, const void *b)
{
	const struct boot_entry_file *x = a, *y = b;
	char p[512], q[512];
	bool has_p, has_q;
	int order;

	if (is_spent(x->id) != is_spent(y->id))
		return is_spent(x->id) ? 1 : -1;
	has_p = get_field(x->text, "sort-key", p, sizeof p);
	has_q = get_field(y->text, "sort-key", q, sizeof q);
	if (has_p != has_q)
		return has_p ? -1 : 1;
	if (has_p) {
		if ((order = strcmp(p, q)) != 0)
			return order;
		get_field(x->text, "machine-id", p, sizeof p);
		get_field(y->text, "machine-id", q, sizeof q);
		if ((order = strcmp(p, q)) != 0)
			return order;
		get_field(x->text, "version", p, sizeof p);
		get_field(y->text, "version", q, sizeof q);
		if ((order = strverscmp(q, p)) != 0)
			return order;
	}
	return by_name(a, b);
}

static bool
is_wanted(const char *id, enum boot_order order, const char *wanted)
{
	char name[300];

	if (strcmp(id, wanted) == 0)
		return true;
	snprintf(name, sizeof name, "%s.conf", id);
	return order == BOOT_ORDER_SYSTEMD &&
		(fnmatch(wanted, name, FNM_CASEFOLD) == 0 ||
			fnmatch(wanted, id, FNM_CASEFOLD) == 0);
}

/* By the file that an entry is in. */
static bool
path_is_wanted(const char *path, enum boot_order order, const char *wanted)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash == NULL ? path : slash + 1;
	char id[300];

	snprintf(id, sizeof id, "%.*s", string_ends(base, ".conf")
			? (int)(strlen(base) - strlen(".conf"))
			: (int)strlen(base), base);
	return is_wanted(id, order, wanted);
}

void
entries_keep(char **paths, enum boot_order order, const char *wanted)
{
	size_t kept = 0;
	bool any = false;

	for (size_t i = 0; paths[i] != NULL; i++)
		any |= path_is_wanted(paths[i], order, wanted);
	for (size_t i = 0; any && paths[i] != NULL; i++) {
		char *path = take(paths[i]);

		if (path_is_wanted(path, order, wanted))
			paths[kept++] = path;
		else
			free(path);
	}
}

bool
entries_default(struct boot_entry_file *list, size_t count,
	enum boot_order order, const char *wanted, char *path_out, size_t room)
{
	size_t chosen = 0;
	char path[512];

	if (count > 1)
		qsort(list, count, sizeof *list,
			order == BOOT_ORDER_GRUB ? by_name : by_key);
	if (wanted != NULL && *wanted != '\0') {
		for (chosen = 0; chosen < count &&
			!is_wanted(list[chosen].id, order, wanted); chosen++)
			continue;
		if (chosen == count && order == BOOT_ORDER_GRUB &&
			wanted[strspn(wanted, "0123456789")] == '\0')
			chosen = strtoul(wanted, NULL, 10);
		if (chosen >= count)
			chosen = 0;
	}
	if (count == 0 || !get_field(list[chosen].text, "linux", path,
				    sizeof path))
		return count > 0 && get_field(list[chosen].text, "efi",
			path, sizeof path) &&
			take_word(path, path_out, room);
	return take_word(path, path_out, room);
}
