/*
 * Encrypted volumes, opened in the appliance.  The disks stay as encrypted as
 * they were: what is read and written passes through the kernel's dm-crypt there.
 * volume.c lists what is on disks; this adds to it.
 */
#include "convert/assess/unlock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/log.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/assess/fstab.h"
#include "convert/assess/guest-file.h"
#include "convert/assess/luks-keys.h"
#include "convert/assess/luks.h"
#include "convert/assess/reference.h"
#include "convert/assess/volume.h"
#include "drivers-inject/appliance.h"

enum { KEY_FILE_LIMIT = 8192, KEY_TRIES = 32 };

/* Seconds of a processor, about, that are given to all passphrases together. */
enum { SECONDS_LIMIT = 1800 };

struct attempts {
	guestfs_h *g;
	struct findings *findings;
	unsigned seconds; /* of what was tried */
};

static bool
is_locked(const struct volume *volume)
{
	return strcmp(volume->type, "crypto_LUKS") == 0 && !volume->is_open &&
		volume->uuid[0] != '\0' &&
		volume->uuid[strspn(volume->uuid,
			"0123456789abcdefABCDEF-")] == '\0';
}

static void
note_cost(const struct attempts *attempts, const struct volume *volume,
	const char *why)
{
	if (attempts->findings != NULL)
		finding_add(attempts->findings, "storage.luks-cost",
			volume->source, 0, why, NULL);
	else
		log_warn("%s stays locked: %s", volume->source, why);
}

/* Seconds that one passphrase takes; 0: too many, which is said. */
static unsigned
weigh(const struct attempts *attempts, const struct volume *volume)
{
	struct error why = {0};
	unsigned seconds;

	if (luks_weigh(&seconds, attempts->g, volume->device, &why) == 0)
		return seconds;
	note_cost(attempts, volume, why.text);
	return 0;
}

static bool
may_try(struct attempts *attempts, const struct volume *volume,
	unsigned seconds)
{
	attempts->seconds += seconds;
	if (attempts->seconds <= SECONDS_LIMIT)
		return true;
	note_cost(attempts, volume, "trying all that was given takes over half "
		"an hour");
	return false;
}

/* As Fedora's initramfs names it, so that such names are found. */
static int
open_with(guestfs_h *g, const struct volume *volume, const char *key)
{
	char name[sizeof volume->uuid + 8];

	snprintf(name, sizeof name, "luks-%s", volume->uuid);
	return guestfs_cryptsetup_open(g, volume->device, key, name, -1);
}

/* What an opened volume has brought. */
static int
add_inside(struct volumes *volumes, guestfs_h *g, struct volume *volume,
	struct error *err)
{
	char device[sizeof volume->device];
	struct volume *inside;

	snprintf(device, sizeof device, "/dev/mapper/luks-%s", volume->uuid);
	volume->is_open = true;
	if (volumes_add(volumes, g, VOLUME_CRYPT, device, err) == -1)
		return -1;
	inside = &volumes->list[volumes->count - 1];
	snprintf(inside->inside, sizeof inside->inside, "%s", volume->uuid);
	if (strcmp(inside->type, "LVM2_member") != 0)
		return 0;
	if (guestfs_lvm_scan(g, 1) == -1)
		log_debug("scan for LVM: %s", guestfs_last_error(g));
	return volumes_add_new(volumes, g, VOLUME_LV, guestfs_lvs, err);
}

static bool
try_keys(struct attempts *attempts, const struct volume *volume,
	const struct luks_keys *keys)
{
	const char *key;
	size_t index = 0;
	unsigned seconds = 0;

	while ((key = luks_keys_next(keys, volume->uuid, &index)) != NULL) {
		if (seconds == 0)
			seconds = weigh(attempts, volume);
		if (seconds == 0 || !may_try(attempts, volume, seconds))
			return false;
		if (open_with(attempts->g, volume, key) == 0)
			return true;
		log_debug("a passphrase does not open %s", volume->source);
	}
	return false;
}

int
unlock_all(struct volumes *volumes, guestfs_h *g, const struct luks_keys *keys,
	struct findings *findings, struct error *err)
{
	struct attempts attempts = {g, findings, 0};

	/* What is added joins the end of the list, and is looked at in turn. */
	for (size_t i = 0; keys != NULL && i < volumes->count; i++) {
		struct volume *volume = &volumes->list[i];

		if (is_locked(volume) && try_keys(&attempts, volume, keys) &&
			add_inside(volumes, g, volume, err) == -1)
			return -1;
	}
	return 0;
}

/* A key in a file of the guest; NULL when it is none that can be used. */
static char *
read_key(guestfs_h *g, const struct fstab_line *line)
{
	const char *path = line->field[CRYPTTAB_KEY];
	size_t bytes;
	char *key;

	if (*path != '/' || string_starts(path, "/dev/") ||
		strstr(line->field[CRYPTTAB_OPTIONS], "keyfile-") != NULL ||
		strstr(line->field[CRYPTTAB_OPTIONS], "keyscript") != NULL)
		return NULL;
	key = guest_file_head(g, path, KEY_FILE_LIMIT, &bytes);
	if (key != NULL && bytes > 0 && strlen(key) == bytes &&
		bytes < KEY_FILE_LIMIT)
		return key;
	if (key != NULL)
		explicit_bzero(key, bytes);
	free(key);
	return NULL;
}

int
unlock_by_crypttab(struct volumes *volumes, guestfs_h *g, const char *crypttab,
	struct references *references, struct findings *findings,
	struct error *err)
{
	struct attempts attempts = {g, findings, 0};
	struct fstab_place place = {0, 0};
	struct fstab_line line;
	int tries = 0;

	while (crypttab != NULL && tries < KEY_TRIES &&
		fstab_next(crypttab, &place, &line)) {
		AUTO(freep) char *key = NULL;
		struct reference source;
		struct volume *volume;
		unsigned seconds;
		int opened = -1;

		reference_resolve(references, line.field[CRYPTTAB_SOURCE],
			"crypto_LUKS", &source);
		if (source.volume == NULL || !is_locked(source.volume) ||
			(key = read_key(g, &line)) == NULL)
			continue;
		tries++;
		volume = &volumes->list[source.volume - volumes->list];
		seconds = weigh(&attempts, volume);
		if (seconds > 0 && may_try(&attempts, volume, seconds))
			opened = open_with(g, volume, key);
		explicit_bzero(key, strlen(key));
		if (opened == 0 && add_inside(volumes, g, volume, err) == -1)
			return -1;
	}
	return 0;
}

const struct volume *
unlock_inside(const struct volumes *volumes, const struct volume *encrypted)
{
	for (size_t i = 0; encrypted->uuid[0] != '\0' && i < volumes->count;
		i++) {
		if (volumes->list[i].kind == VOLUME_CRYPT &&
			strcmp(volumes->list[i].inside, encrypted->uuid) == 0)
			return &volumes->list[i];
	}
	return NULL;
}
