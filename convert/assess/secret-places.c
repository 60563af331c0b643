/*
 * Files in which a place tells what is secret: all behind so many separators, or
 * behind the separator where the key says so.
 */
#include <fnmatch.h>
#include <stddef.h>
#include <string.h>

#include "convert/assess/secret-parts.h"

static const struct shape {
	const char *path, *separators;
	unsigned skipped;
} shapes[] = {
	{"*pgpass*", ":", 4},
	{"*/chap-secrets", " \t", 2},
	{"*/pap-secrets", " \t", 2},
	{"*.secrets", ":", 1},
	{"*htpasswd*", ":", 1},
	{"*htdigest*", ":", 2},
	{"*/smbpasswd", ":", 2},
	{"*/shadow*", ":", 1},
	{"*/gshadow*", ":", 1},
	{"*/opasswd", ":", 1},
	{"*/sasl_passwd", " \t", 1},
	{"*/passwd.client", ":", 2},
	{"*/pam_radius*", " \t", 1},
	{"*/raddb/server", " \t", 1},
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

/* Those of diffs begin with a sign. */
static void
hide_behind(char *line, const struct shape *shape)
{
	char *at = line + strspn(line, " \t+-");

	for (unsigned i = 0; at != NULL && i < shape->skipped; i++) {
		at = strpbrk(at, shape->separators);
		if (at != NULL)
			at += *at == ':' ? 1 : strspn(at, shape->separators);
	}
	if (at != NULL && *at != '\0')
		secret_hide(at, at + strlen(at));
}

void
secret_hide_placed(char *line, const char *path)
{
	char *equals = strpbrk(line, "=,");

	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		if (fnmatch(shapes[i].path, path, 0) == 0)
			hide_behind(line, &shapes[i]);
	}
	for (size_t i = 0; equals != NULL && i < sizeof keyed / sizeof *keyed;
		i++) {
		if (fnmatch(keyed[i], path, 0) != 0 ||
			!has_secret_key(line, equals))
			continue;
		equals++;
		equals += strspn(equals, " \t");
		secret_hide(equals, equals + strlen(equals));
		break;
	}
}
