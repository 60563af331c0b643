/* Secrets that are known by what they look like.  Next: secret-keys.c. */
#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "convert/assess/secret-parts.h"

enum { TOKEN_BYTES = 40, MARKED_BYTES = 6 };

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
			at = secret_hide(colon + 1, at);
	}
}

/* "username=bob%password", as smbclient and mount.cifs take it. */
static void
hide_behind_percent(char *text)
{
	for (char *at = text; (at = strcasestr(at, "user")) != NULL;) {
		char *end, *percent;

		at += strlen("user");
		at += strncasecmp(at, "name", 4) == 0 ? 4 : 0;
		if (*at != '=')
			continue;
		end = at + strcspn(at, " \t,\"'");
		percent = memchr(at, '%', (size_t)(end - at));
		if (percent != NULL && percent + 1 < end)
			at = secret_hide(percent + 1, end);
	}
}

/* "$6$salt$hash", "{SSHA}hash", tokens that say what they are. */
static void
hide_marked(char *text)
{
	static const char *const marks[] = {"$1$", "$2a$", "$2b$", "$2y$",
		"$5$", "$6$", "$y$", "$7$", "$apr1$", "{SSHA}", "{SHA}",
		"{SSHA512}", "{CRYPT}", "{MD5}", "grub.pbkdf2.", "pbkdf2",
		"AKIA", "ASIA", "ghp_", "gho_", "ghs_", "ghu_", "ghr_",
		"github_pat_", "glpat-", "glrt-", "xoxb-", "xoxp-", "xoxa-",
		"xapp-", "sk_live_", "rk_live_", "SG.", "AIza", "eyJ",
		"AGE-SECRET-KEY-", "hvs.", "npm_", "dckr_pat_", "pypi-",
		"dop_v1_", "shpat_", "ya29.", "NRAK-", "services/T0"};

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		size_t n = strlen(marks[i]);

		for (char *at = text; (at = strstr(at, marks[i])) != NULL;) {
			char *end = at + strcspn(at, " \t:\"',;<>");

			at = end - at >= (ptrdiff_t)n + MARKED_BYTES
				? secret_hide(at + n, end)
				: at + n;
		}
	}
	text = strstr(text, "PRIVATE KEY-----");
	if (text != NULL) {
		text += strlen("PRIVATE KEY-----");
		secret_hide(text, text + strlen(text));
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
			text = secret_hide(text, text + bytes);
		else
			text += bytes > 0 ? bytes : 1;
	}
}

void
secret_hide_shaped(char *text)
{
	hide_marked(text);
	hide_before_at(text);
	hide_behind_percent(text);
	hide_random(text);
}
