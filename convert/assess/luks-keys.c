/*
 * Passphrases of encrypted volumes, from files that the operator names.  They
 * are read into one place that is overwritten at the end; unlock.c uses them.
 */
#include "convert/assess/luks-keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/error.h"
#include "common/own.h"

enum { KEYS_LIMIT = 32 };

struct luks_keys {
	struct key {
		char uuid[40]; /* empty: for any volume */
		char text[LUKS_KEY_BYTES + 1];
	} list[KEYS_LIMIT];
	size_t count;
};

static void
closep(int *fd)
{
	if (*fd != -1)
		close(*fd);
}

/* Without a second copy of it in memory. */
static int
read_text(struct key *key, const char *path, struct error *err)
{
	AUTO(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t got = 1;

	if (fd == -1)
		return error_set(err, errno, "read the passphrase in %s", path);
	while (got > 0 && used < sizeof key->text) {
		got = read(fd, key->text + used, sizeof key->text - used);
		if (got == -1 && errno == EINTR)
			got = 1;
		else if (got == -1)
			return error_set(err, errno,
				"read the passphrase in %s", path);
		else
			used += (size_t)got;
	}
	if (used > LUKS_KEY_BYTES)
		return error_set(err, EFBIG, "the passphrase in %s is longer "
			"than %d bytes", path, LUKS_KEY_BYTES);
	if (used > 0 && key->text[used - 1] == '\n')
		used--;
	key->text[used] = '\0';
	if (used == 0 || strlen(key->text) != used)
		return error_set(err, EINVAL, "%s holds no passphrase, but %s",
			path, used == 0 ? "nothing" : "bytes that are no text");
	return 0;
}

/* "UUID=FILE" begins with 36 digits and dashes. */
static const char *
split_uuid(char uuid[40], const char *spec)
{
	size_t n = strspn(spec, "0123456789abcdefABCDEF-");

	uuid[0] = '\0';
	if (n != 36 || spec[n] != '=')
		return spec;
	memcpy(uuid, spec, n);
	uuid[n] = '\0';
	return spec + n + 1;
}

int
luks_keys_read(struct luks_keys **keys, const char *spec, struct error *err)
{
	struct key *key;
	const char *path;

	if (*keys == NULL)
		*keys = calloc(1, sizeof **keys);
	if (*keys == NULL)
		return error_set(err, ENOMEM, "read a passphrase");
	if ((*keys)->count == KEYS_LIMIT)
		return error_set(err, E2BIG, "over %d passphrases", KEYS_LIMIT);
	key = &(*keys)->list[(*keys)->count];
	path = split_uuid(key->uuid, spec);
	if (read_text(key, path, err) == -1) {
		explicit_bzero(key, sizeof *key);
		return -1;
	}
	(*keys)->count++;
	return 0;
}

const char *
luks_keys_next(const struct luks_keys *keys, const char *uuid, size_t *index)
{
	while (keys != NULL && *index < keys->count) {
		const struct key *key = &keys->list[(*index)++];

		if (key->uuid[0] == '\0' || strcasecmp(key->uuid, uuid) == 0)
			return key->text;
	}
	return NULL;
}

const char *
luks_keys_each(const struct luks_keys *keys, size_t *index)
{
	return keys != NULL && *index < keys->count
		? keys->list[(*index)++].text : NULL;
}

void
luks_keys_mask(const struct luks_keys *keys, char *text)
{
	const char *key;
	size_t index = 0;

	while ((key = luks_keys_each(keys, &index)) != NULL)
		for (char *at = text; (at = strstr(at, key)) != NULL;)
			memset(at, '*', strlen(key));
}

void
luks_keys_free(struct luks_keys *keys)
{
	if (keys == NULL)
		return;
	explicit_bzero(keys, sizeof *keys);
	free(keys);
}
