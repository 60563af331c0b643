/*
 * Hiding secrets in what a guest's texts show.  There is no telling a password
 * from a word, so this goes by what stands before it (secret-keys.c, secret-calls.c), by
 * shapes that only keys and tokens have (secret-shapes.c), and by the file that it is
 * in (secret-places.c).
 * Hiding a harmless word costs little; showing a password does not.
 */
#include "convert/assess/secret.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "convert/assess/secret-parts.h"

enum { STARS = 8, LINE_LIMIT = 8192 };

char *
secret_hide(char *from, char *to)
{
	size_t bytes = (size_t)(to - from);
	size_t kept = bytes < STARS ? bytes : STARS;

	memset(from, '*', kept);
	memmove(from + kept, to, strlen(to) + 1);
	return from + kept;
}

bool
secret_is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

void
secret_mask(char *text)
{
	secret_hide_shaped(text);
	secret_hide_called(text);
	secret_hide_keyed(text);
}

void
secret_mask_path(char *path)
{
	secret_hide_shaped(path);
	secret_hide_assigned(path);
}

void
secret_mask_line(char *text, const char *path)
{
	secret_hide_placed(text, path);
	secret_mask(text);
}

/*
 * Mask a line of a text, and tell whether a private key goes on behind it.  One
 * that nobody wrote by hand would take long to look through, and goes whole.
 */
static bool
mask_line(const char *path, char *line, bool in_key)
{
	bool ends = strstr(line, "-----END") != NULL;
	bool begins = strstr(line, "PRIVATE KEY") != NULL &&
		strstr(line, "-----BEGIN") != NULL;

	if ((in_key && !ends) || strlen(line) > LINE_LIMIT)
		secret_hide(line, line + strlen(line));
	else
		secret_mask_line(line, path);
	return !ends && (in_key || begins);
}

void
secret_mask_lines(char *text, const char *path)
{
	char *to = text;
	bool in_key = false;

	while (*text != '\0') {
		size_t bytes = strcspn(text, "\n");
		bool is_last = text[bytes] == '\0';
		char *next = text + bytes + !is_last;

		text[bytes] = '\0';
		in_key = mask_line(path, text, in_key);
		bytes = strlen(text);
		memmove(to, text, bytes);
		to += bytes;
		if (!is_last)
			*to++ = '\n';
		text = next;
	}
	*to = '\0';
}
