/*
 * A guest whose root is encrypted asks for a passphrase on its console.  The
 * proof has one only when the operator gave it; watch.c sees the question.
 */
#include "convert/verify/typist.h"

#include <string.h>
#include <sys/socket.h>

#include "convert/assess/luks-keys.h"

/* Who asks may drop what was typed before it turned the echo off. */
static const double pause_seconds = 2;

static void
drain(const struct typist *typist)
{
	char dropped[16384];

	while (recv(typist->fd, dropped, sizeof dropped, MSG_DONTWAIT) > 0)
		;
}

/* All at once or not at all: half of one would be tried as a whole one. */
static bool
type(const struct typist *typist, const char *key)
{
	char line[LUKS_KEY_BYTES + 1];
	size_t bytes = strlen(key);
	bool sent;

	memcpy(line, key, bytes);
	line[bytes++] = '\n';
	sent = send(typist->fd, line, bytes, MSG_DONTWAIT | MSG_NOSIGNAL) ==
		(ssize_t)bytes;
	explicit_bzero(line, sizeof line);
	return sent;
}

void
typist_step(struct typist *typist, size_t asked, double seconds)
{
	const char *key;

	if (typist->fd == -1)
		return;
	drain(typist);
	if (asked != typist->seen) {
		typist->seen = asked;
		typist->seen_seconds = seconds;
	}
	if (typist->answered >= asked ||
		seconds < typist->seen_seconds + pause_seconds)
		return;
	key = luks_keys_each(typist->keys, &typist->key);
	if (key == NULL) {
		typist->key = 0;
		key = luks_keys_each(typist->keys, &typist->key);
	}
	if (key != NULL && type(typist, key))
		typist->answered++;
}
