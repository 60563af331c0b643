/*
 * Secrets behind a word that announces them, as configuration has it.  Next:
 * secret-calls.c, for what command lines and programs have.
 */
#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "convert/assess/secret-parts.h"

/* What stands before a secret, and what has to be between them. */
enum {
	SPACED = 1, /* a blank is enough */
	WHOLE = 2,  /* the word must end there */
	QUOTED = 4, /* the secret is in quotes */
	FILED = 8,  /* a path is where the secret is, and may be seen */
	ALONE = 16, /* no letter is before it: "HandlePowerKey=" is no secret */
};
static const struct key {
	const char *word;
	unsigned how;
} keys[] = {
	/* expect "assword:" send "..." */
	{"send", SPACED | WHOLE | QUOTED},
	{"assword", SPACED},
	{"passwort", SPACED},
	{"passwd", SPACED},
	{"passphrase", SPACED},
	{"passcode", SPACED},
	{"kennwort", SPACED},
	{"rootpw", SPACED},
	{"bindpw", SPACED},
	{"authtok", 0},
	{"auth", WHOLE}, /* Docker's */
	{"pwd", WHOLE},
	{"pass", SPACED | WHOLE},
	{"pw", WHOLE},
	{"secret", SPACED},
	{"token", SPACED},
	{"apikey", SPACED},
	{"api_key", SPACED},
	{"api-key", SPACED},
	{"accesskey", SPACED},
	{"access_key", SPACED},
	{"private_key", FILED},
	{"privatekey", FILED},
	{"key", SPACED | WHOLE | FILED | ALONE},
	{"accountkey", FILED},
	{"encryptionkey", FILED},
	{"licensekey", FILED},
	{"licencekey", FILED},
	{"masterkey", FILED},
	{"sharedkey", FILED},
	{"authkey", FILED},
	{"salt", WHOLE | FILED | ALONE},
	{"sig", WHOLE | FILED | ALONE},
	{"signature", WHOLE | FILED | ALONE},
	{"credential", FILED},
	{"stats auth", SPACED | WHOLE},
	{"masterauth", SPACED | WHOLE},
	{"community", SPACED | WHOLE},
	{"psk", SPACED | WHOLE},
	{"identified by", SPACED | WHOLE},
	{"bearer", SPACED | WHOLE},
	{"sign", WHOLE | FILED}, /* FlexLM's, which makes a licence valid */
	{"basic", SPACED | WHOLE},
};

/* The word that a key is in.  One may hold thousands, so it is found once. */
struct word {
	char *start, *end;
};

static void
find_word(struct word *word, char *line, char *at)
{
	if (at < word->end)
		return;
	for (word->start = at; word->start > line &&
		secret_is_word(word->start[-1]);)
		word->start--;
	for (word->end = at; secret_is_word(*word->end);)
		word->end++;
}

/* Servers to pass requests to are no passwords. */
static bool
is_other(const char *word)
{
	static const char *const starts[] = {"proxy", "fastcgi", "uwsgi",
		"scgi", "grpc", "memcached", "by", "nopasswd"};

	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
		if (strncasecmp(word, starts[i], strlen(starts[i])) == 0)
			return true;
	}
	return false;
}

/* In `name="password" value="..."` the secret is behind the second word. */
static char *
skip_value_word(char *at)
{
	char *value = at + strspn(at, "\"'");

	if (strncasecmp(value, "value", 5) != 0)
		return at;
	value += 5;
	value += strspn(value, "\"' \t");
	return *value == '=' || *value == ':' ? value : at;
}

/*
 * From behind a key, which may be in the middle of a word, to its value; NULL
 * when none follows.  *to_end_out: blanks are part of it, as in
 * `password = some words`.
 */
static char *
find_value(char *at, char *word_end, const struct key *key, bool spaced,
	bool *to_end_out)
{
	char *separator;
	const char *separators;
	bool separated;

	if ((key->how & WHOLE) && word_end > at && !isdigit((unsigned char)*at) &&
		*at != '_')
		return NULL;
	at = word_end + strspn(word_end, "\"'])}");
	at += strspn(at, " \t");
	separator = at = skip_value_word(at);
	/* define('DB_PASSWORD', '...'), but no list of options */
	separators = *word_end == '\'' || *word_end == '"' ? "=:,>" : "=:>";
	separated = *at != '\0' && strchr(separators, *at) != NULL;
	at += strspn(at, "=:>, \t");
	*to_end_out = (*separator == '=' || *separator == ':') &&
		(strchr(" \t", separator[-1]) != NULL ||
			strchr(" \t", separator[1]) != NULL);
	if (separated && skip_value_word(at) != at) {
		at = skip_value_word(at);
		at += strspn(at, "=: \t");
	}
	/* a "security key (1050:0407)" opens nothing */
	if (*at == '\0' ||
		(!separated && (!spaced || at == word_end || *at == '(')))
		return NULL;
	/* "PasswordAuthentication yes" */
	return separated || (key->how & WHOLE) ||
			!isalpha((unsigned char)word_end[-1]) ||
			strspn(word_end, " \t") > 0
		? at
		: NULL;
}

/* In quotes to the closing one, which no backslash is before. */
static char *
quoted_end(char *at, char quote)
{
	while (*at != '\0' && *at != quote)
		at += *at == '\\' && at[1] != '\0' ? 2 : 1;
	return at;
}

static void
hide_value(char *value, bool to_end, const struct key *key)
{
	bool is_quoted = *value == '"' || *value == '\'';

	if ((key->how & QUOTED) && !is_quoted)
		return;
	if ((key->how & FILED) && value[is_quoted] == '/')
		return;
	if (is_quoted)
		secret_hide(value + 1, quoted_end(value + 1, *value));
	else if (to_end)
		secret_hide(value, value + strlen(value));
	else
		secret_hide(value, value + strcspn(value, " \t,;&<>)]}\"'"));
}

/* Is there only one word up to here, as in "db.password" or "- password"? */
static bool
begins_line(const char *line, const char *at)
{
	while (at > line && (secret_is_word(at[-1]) || at[-1] == '.'))
		at--;
	while (at > line && strchr(" \t+-\"'", at[-1]) != NULL)
		at--;
	return at == line;
}

static void
hide_behind(char *line, const struct key *key)
{
	size_t n = strlen(key->word);
	struct word first = {line, line}, last = {line, line};

	for (char *at = line; (at = strcasestr(at, key->word)) != NULL; at += n) {
		bool goes_on = isalpha((unsigned char)at[n]), to_end;
		char *value = NULL;

		/* a key may be of two words */
		find_word(&first, line, at);
		find_word(&last, line, at + n);
		if (!is_other(first.start) &&
			!((key->how & ALONE) && at > line &&
				isalpha((unsigned char)at[-1])))
			value = find_value(at + n, last.end, key,
				(key->how & SPACED) && !goes_on, &to_end);
		if (value != NULL)
			hide_value(value, to_end && begins_line(line, at), key);
	}
}

void
secret_hide_keyed(char *line)
{
	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
		hide_behind(line, &keys[k]);
}

void
secret_hide_assigned(char *path)
{
	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
		for (char *at = path; (at = strcasestr(at, keys[k].word)) !=
				      NULL;) {
			at += strlen(keys[k].word);
			if (*at == '=')
				at = secret_hide(at + 1,
					at + 1 + strcspn(at + 1, "/&:"));
		}
	}
}
