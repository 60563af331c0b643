/*
 * The kernel's command line, wherever a boot loader keeps it (loader.c knows
 * where): the arguments that name disks.
 */
#include "convert/rewrite/command-line.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/assess/reference.h"
#include "convert/assess/volume-name.h"
#include "convert/rewrite/edit.h"

/*
 * Arguments whose value is a block device, up to a colon where more follows it
 * ("cryptdevice=DEVICE:NAME"), or the UUID of an array, which has no type.
 */
static const struct parameter {
	const char *key, *type, *rule;
	const char *stop; /* what ends the device, beside space and quotes */
} parameters[] = {
	{"root=", "", "linux.grub.device-name", ""},
	{"real_root=", "", "linux.grub.device-name", ""},
	{"mount.usr=", "", "linux.grub.device-name", ""},
	{"crypt_root=", "crypto_LUKS", "linux.grub.device-name", ""},
	{"cryptroot=", "crypto_LUKS", "linux.grub.device-name", ""},
	{"cryptdevice=", "crypto_LUKS", "linux.grub.device-name", ":"},
	{"cryptopts=source=", "crypto_LUKS", "linux.grub.device-name", ","},
	{"resume=", "swap", "linux.resume.device-name", ""},
	{"real_resume=", "swap", "linux.resume.device-name", ""},
	{"rd.md.uuid=", NULL, "linux.grub.array-gone", ""},
	{"rd_MD_UUID=", NULL, "linux.grub.array-gone", ""},
};

/* Such an argument's value, as it stands in the text. */
struct argument {
	const struct parameter *parameter;
	size_t offset, bytes;
	char value[512];
};

static bool
may_precede(char c)
{
	return isspace((unsigned char)c) || c == '"' || c == '\'' || c == '=';
}

/* Up to `limit`: what is longer is no value, and may be most of the text. */
static size_t
value_bytes(const char *text, const char *stop, size_t limit)
{
	char ends[24];
	size_t bytes = 0;

	snprintf(ends, sizeof ends, " \t\r\n\"'\\%s", stop);
	while (bytes < limit && text[bytes] != '\0' &&
		strchr(ends, text[bytes]) == NULL)
		bytes++;
	return bytes;
}

/* The argument that begins at `at`, if one does. */
static bool
read_argument(const char *text, size_t at, struct argument *argument)
{
	for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++) {
		size_t n = strlen(parameters[i].key), bytes;

		if (strncmp(text + at, parameters[i].key, n) != 0)
			continue;
		bytes = value_bytes(text + at + n, parameters[i].stop,
			sizeof argument->value);
		if (bytes == 0 || bytes >= sizeof argument->value)
			continue;
		argument->parameter = &parameters[i];
		argument->offset = at + n;
		argument->bytes = bytes;
		snprintf(argument->value, sizeof argument->value, "%.*s",
			(int)bytes, text + at + n);
		return true;
	}
	return false;
}

/* The next argument in [*at, end). */
static bool
next_argument(const char *text, size_t *at, size_t end,
	struct argument *argument)
{
	for (; *at < end; ++*at) {
		if ((*at > 0 && !may_precede(text[*at - 1])) ||
			!read_argument(text, *at, argument))
			continue;
		*at = argument->offset + argument->bytes;
		return true;
	}
	return false;
}

/*
 * What a controller's firmware made is no array in the VM, and dracut would wait
 * for it in vain.  Of others that are not here, assess/storage.c speaks.
 */
static bool
array_is_gone(const struct references *references, const char *uuid)
{
	const struct volumes *volumes = references_volumes(references);
	bool has_firmwares = false;

	for (size_t i = 0; i < volumes->count; i++) {
		const struct volume *volume = &volumes->list[i];

		if (volume->kind == VOLUME_ARRAY &&
			volume_uuid_is(volume->array_uuid, uuid))
			return false;
		has_firmwares |= volume_raid_maker(volume) != NULL;
	}
	return has_firmwares;
}

static void
rewrite_array(struct edit *edit, const struct argument *argument,
	unsigned number, const struct rewrite *rewrite)
{
	size_t key_bytes = strlen(argument->parameter->key);

	if (!array_is_gone(rewrite->references, argument->value))
		return;
	finding_add(rewrite->findings, argument->parameter->rule,
		rewrite->path, number, argument->value,
		"It is not waited for any more.");
	edit_replace(edit, argument->offset - key_bytes,
		key_bytes + argument->bytes, "");
}

static void
rewrite_argument(struct edit *edit, const struct argument *argument,
	bool has_initramfs, unsigned number, const struct rewrite *rewrite)
{
	struct reference reference;
	const char *name;

	reference_resolve(rewrite->references, argument->value,
		argument->parameter->type, &reference);
	name = has_initramfs ? reference.stable : reference.partition;
	if (reference.state == REFERENCE_NAMED && *name != '\0') {
		finding_add(rewrite->findings, argument->parameter->rule,
			rewrite->path, number, argument->value,
			"Replaced by the UUID of what the partition holds.");
		edit_replace(edit, argument->offset, argument->bytes, name);
	} else if (reference.state == REFERENCE_NAMED ||
		reference.state == REFERENCE_MISSING ||
		reference.state == REFERENCE_AMBIGUOUS) {
		finding_add(rewrite->findings, "storage.reference-unresolved",
			rewrite->path, number, argument->value, NULL);
	}
}

void
command_line_rewrite(struct edit *edit, size_t at, size_t end,
	bool has_initramfs, unsigned number, const struct rewrite *rewrite)
{
	struct argument argument;

	while (next_argument(edit->text, &at, end, &argument)) {
		if (argument.parameter->type == NULL)
			rewrite_array(edit, &argument, number, rewrite);
		else
			rewrite_argument(edit, &argument, has_initramfs,
				number, rewrite);
	}
}

void
command_line_learn(const char *text, size_t at, size_t end,
	struct references *references, const struct volume *root)
{
	struct argument argument;

	while (next_argument(text, &at, end, &argument)) {
		if (argument.parameter->type == NULL)
			continue;
		reference_learn(references, argument.value,
			argument.parameter->type);
		if (root != NULL &&
			strcmp(argument.parameter->key, "root=") == 0)
			reference_pin(references, argument.value, root);
	}
}
