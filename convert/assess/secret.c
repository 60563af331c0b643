/*
 * Hiding secrets in what a guest's texts show.  There is no telling a password
 * from a word, so this goes by what stands before it, and by shapes that only keys and
 * tokens have.  Hiding a harmless word costs little; showing a password does not.
 */
#include "convert/assess/secret.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "common/strings.h"

enum { STARS = 8, TOKEN_BYTES = 40 };

/* Put at most STARS asterisks there, so that its length is hidden too. */
static char *
hide(char *from, char *to)
{
	size_t bytes = (size_t)(to - from);
	size_t kept = bytes < STARS ? bytes : STARS;

	memset(from, '*', kept);
	memmove(from + kept, to, strlen(to) + 1);
	return from + kept;
}

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* What stands before a secret, and whether a space is enough between them. */
static const struct {
	const char *word;
	bool spaced, whole; /* whole: the word must end there */
} keys[] = {
	{"password", true, false},
	{"passwd", true, false},
	{"passphrase", true, false},
	{"kennwort", true, false},
	{"rootpw", true, false},
	{"bindpw", true, false},
	{"pwd", false, true},
	{"pass", true, true},
	{"pw", false, true},
	{"secret", true, false},
	{"token", true, false},
	{"apikey", true, false},
	{"api_key", true, false},
	{"api-key", true, false},
	{"accesskey", true, false},
	{"access_key", true, false},
	{"private_key", false, false},
	{"privatekey", false, false},
	{"presharedkey", false, false},
	{"account_key", false, false},
	{"accountkey", false, false},
	{"encryption_key", false, false},
	{"credential", false, false},
	{"auth", false, true}, /* Docker's */
	{"authtok", true, false},
	{"_salt", false, true},
	{"masterauth", true, true},
	{"community", true, true},
	{"com2sec", true, true},
	{"psk", true, true},
	{"identified by", true, true},
	{"bearer", true, true},
	{"sign", false, true}, /* FlexLM's, which makes a licence one */
	{"basic", true, true},
};

/* Servers to pass requests to are no passwords. */
static bool
is_other(const char *text, const char *word)
{
	static const char *const starts[] = {"proxy", "fastcgi", "uwsgi",
		"scgi", "grpc", "memcached", "by", "nopasswd"};

	while (word > text && is_word(word[-1]))
		word--;
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
		if (strncasecmp(word, starts[i], strlen(starts[i])) == 0)
			return true;
	}
	return false;
}

/* From behind a key to its value; NULL when none follows. */
static char *
find_value(char *at, bool spaced, bool whole)
{
	char *word_end = at;
	bool separated;

	while (is_word(*word_end))
		word_end++;
	if (whole && word_end > at && !isdigit((unsigned char)*at) && *at != '_')
		return NULL;
	at = word_end + strspn(word_end, "\"'])} \t");
	separated = *at != '\0' && strchr("=:,>", *at) != NULL;
	at += strspn(at, "=:>, \t");
	if (*at == '\0' || (!separated && (!spaced || at == word_end)))
		return NULL;
	/* "PasswordAuthentication yes" */
	return separated || whole || !isalpha((unsigned char)word_end[-1]) ||
			strspn(word_end, " \t") > 0
		? at
		: NULL;
}

static char *
value_end(char *value)
{
	if (*value == '"' || *value == '\'') {
		char quote[] = {*value, '\0'};
		char *end = value + 1 + strcspn(value + 1, quote);

		return end;
	}
	return value + strcspn(value, " \t,;&<>)]}\"'");
}

static void
hide_behind_keys(char *text)
{
	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
		size_t n = strlen(keys[k].word);

		for (char *at = text; (at = strcasestr(at, keys[k].word)) !=
				      NULL;) {
			bool goes_on = isalpha((unsigned char)at[n]);
			char *value = is_other(text, at)
				? NULL
				: find_value(at + n, keys[k].spaced && !goes_on,
					  keys[k].whole);

			at += n;
			if (value == NULL)
				continue;
			if (*value == '"' || *value == '\'')
				hide(value + 1, value_end(value));
			else
				hide(value, value_end(value));
		}
	}
}

/* "user:password@", with "//" before it even when the password holds "/". */
static void
hide_before_at(char *text)
{
	for (char *at = text; (at = strchr(at, '@')) != NULL; at++) {
		char *start = at, *colon, *url;

		while (start > text && strchr(" \t\"'<>=,;", start[-1]) == NULL)
			start--;
		url = strstr(start, "://");
		if (url != NULL && url < at)
			start = url + 3;
		colon = memchr(start, ':', (size_t)(at - start));
		if (colon != NULL && colon + 1 < at)
			at = hide(colon + 1, at);
	}
}

/* Hide the word behind `option` in lines that call `program`. */
static void
hide_option(char *text, const char *program, const char *option,
	const char *from)
{
	char *at = strstr(text, program);

	while (at != NULL && (at = strstr(at, option)) != NULL) {
		char *end;

		at += strlen(option);
		at += *at == '"' || *at == '\'';
		end = at + strcspn(at, strchr("\"'", at[-1]) == NULL
				? " \t|;"
				: (const char[]){at[-1], '\0'});
		if (*from != '\0') {
			char *begin = strpbrk(at, from);

			at = begin == NULL || begin >= end ? end : begin + 1;
		}
		if (end > at)
			at = hide(at, end);
	}
}

static void
hide_options(char *text)
{
	static const struct {
		const char *program, *option, *from;
	} options[] = {
		{"mysql", " -p", ""},
		{"mariadb", " -p", ""},
		{"sshpass", " -p ", ""},
		{"sshpass", " -p", ""},
		{"curl", " -u ", ":"},
		{"curl", " -u", ":"},
		{"curl", " --user ", ":"},
		{"curl", " --user=", ":"},
		{"smb", " -U ", "%"},
		{"smbclient", " -U", "%"},
		{"ldap", " -w ", ""},
		{"ipmitool", " -P ", ""},
		{"snmp", " -c ", ""},
		{"snmp", " -A ", ""},
		{"snmp", " -X ", ""},
		{"plink", " -pw ", ""},
		{"sqlplus", " ", "/"},
		{"sqlcmd", " -P ", ""},
		{"redis-cli", " -a ", ""},
		{"openssl", " -k ", ""},
		{"zip", " -P ", ""},
	};
	char *pipe = strstr(text, "chpasswd");
	char *colon = strchr(text, ':');

	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		hide_option(text, options[i].program, options[i].option,
			options[i].from);
	if (pipe != NULL && colon != NULL && colon < pipe)
		hide(colon + 1, colon + 1 + strcspn(colon + 1, " \t\"'|"));
}

/* "$6$salt$hash", "{SSHA}hash", tokens that say what they are. */
static void
hide_marked(char *text)
{
	static const char *const marks[] = {"$1$", "$2a$", "$2b$", "$2y$",
		"$5$", "$6$", "$y$", "$7$", "$apr1$", "{SSHA}", "{SHA}",
		"{SSHA512}", "{CRYPT}", "{MD5}", "grub.pbkdf2.", "pbkdf2",
		"AKIA", "ASIA", "ghp_", "gho_", "ghs_", "github_pat_",
		"glpat-", "xoxb-", "xoxp-", "xoxa-", "sk_live_", "rk_live_",
		"SG.", "AIza", "eyJ", "AGE-SECRET-KEY-", "hvs."};

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		size_t n = strlen(marks[i]);

		for (char *at = text; (at = strstr(at, marks[i])) != NULL;) {
			char *end = at + strcspn(at, " \t:\"',;<>");

			at = end - at >= (ptrdiff_t)n + 6 ? hide(at + n, end)
							  : at + n;
		}
	}
	text = strstr(text, "PRIVATE KEY-----");
	if (text != NULL) {
		text += strlen("PRIVATE KEY-----");
		hide(text, text + strlen(text));
	}
}

/* A run of letters and digits that is neither a path nor a word. */
static bool
is_random(const char *at, size_t bytes)
{
	size_t upper = 0, lower = 0, digits = 0, slashes = 0, hex = 0;

	for (size_t i = 0; i < bytes; i++) {
		upper += isupper((unsigned char)at[i]) != 0;
		lower += islower((unsigned char)at[i]) != 0;
		digits += isdigit((unsigned char)at[i]) != 0;
		slashes += at[i] == '/';
		hex += isxdigit((unsigned char)at[i]) != 0;
	}
	return bytes >= TOKEN_BYTES &&
		(hex == bytes ||
			(upper > 2 && lower > 2 && digits > 1 && *at != '/' &&
				slashes * 8 < bytes));
}

static void
hide_random(char *text)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop"
				  "qrstuvwxyz0123456789+/_";

	while (*text != '\0') {
		size_t bytes = strspn(text, set);

		if (bytes > 0 && is_random(text, bytes))
			text = hide(text, text + bytes);
		else
			text += bytes > 0 ? bytes : 1;
	}
}

void
secret_mask(char *text)
{
	hide_marked(text);
	hide_before_at(text);
	hide_options(text);
	hide_behind_keys(text);
	hide_random(text);
}

/*
 * Files in which a place tells what is secret: all behind so many separators,
 * or behind the separator where the key says so.
 */
static const struct shape {
	const char *path, *separators;
	unsigned skipped;
} shapes[] = {
	{"*.pgpass", ":", 4},
	{"*pgpass.conf", ":", 4},
	{"*/chap-secrets", " \t", 2},
	{"*/pap-secrets", " \t", 2},
	{"*/ipsec.secrets", ":", 1},
	{"*htpasswd*", ":", 1},
	{"*htdigest*", ":", 2},
	{"*/rsyncd.secrets", ":", 1},
	{"*/smbpasswd", ":", 2},
	{"*/shadow*", ":", 1},
	{"*/gshadow*", ":", 1},
	{"*/sasl_passwd", ":", 1},
	{"*/passwd.client", ":", 2},
};

static const char *const keyed[] = {"*cred*", "*.my.cnf", "*/my.cnf",
	"*/debian.cnf", "*odbc.ini", "*.env", "*/wp-config*.php"};

static bool
has_secret_key(const char *text, const char *end)
{
	static const char *const words[] = {"pass", "pwd", "secret", "token",
		"key"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		const char *at = strcasestr(text, words[i]);

		if (at != NULL && at < end)
			return true;
	}
	return false;
}

static void
hide_by_place(char *text, const struct shape *shape)
{
	char *at = text;

	for (unsigned i = 0; at != NULL && i < shape->skipped; i++) {
		at = strpbrk(at, shape->separators);
		if (at != NULL)
			at += *at == ':' ? 1 : strspn(at, shape->separators);
	}
	if (at != NULL && *at != '\0')
		hide(at, at + strlen(at));
}

void
secret_mask_line(char *text, const char *path)
{
	char *equals = strpbrk(text, "=,");

	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		if (fnmatch(shapes[i].path, path, 0) == 0)
			hide_by_place(text, &shapes[i]);
	}
	for (size_t i = 0; equals != NULL && i < sizeof keyed / sizeof *keyed;
		i++) {
		if (fnmatch(keyed[i], path, 0) != 0 ||
			!has_secret_key(text, equals))
			continue;
		equals++;
		equals += strspn(equals, " \t");
		hide(equals, equals + strlen(equals));
		break;
	}
	secret_mask(text);
}

void
secret_mask_lines(char *text)
{
	char *to = text;

	while (*text != '\0') {
		size_t bytes = strcspn(text, "\n");
		bool is_last = text[bytes] == '\0';
		char *next = text + bytes + !is_last;

		text[bytes] = '\0';
		secret_mask(text);
		bytes = strlen(text);
		memmove(to, text, bytes);
		to += bytes;
		if (!is_last)
			*to++ = '\n';
		text = next;
	}
	*to = '\0';
}
