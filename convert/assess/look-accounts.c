/*
 * Whose accounts jobs and services run under, and where passwords stand.  A
 * person's account is one of those that the system gives to people by number, or
 * one that only a directory knows.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/strings.h"
#include "convert/assess/examine.h"
#include "convert/assess/looks.h"

enum { FIRST_PERSON = 1000, NOBODY = 65534, ACCOUNT_BYTES = 64 };

/*
 * The number of an account in /etc/passwd; -1: it is not there.  Asked for
 * thousands of them, of as many lines.
 */
static long
account_number(const char *passwd, const char *account)
{
	char wanted[ACCOUNT_BYTES + 2];
	const char *rest = passwd;

	snprintf(wanted, sizeof wanted, "\n%s:", account);
	if (!string_starts(passwd, wanted + 1)) {
		rest = strstr(passwd, wanted);
		if (rest == NULL)
			return -1;
		rest++;
	}
	rest = strpbrk(rest + strlen(wanted + 1), ":\n");
	return rest == NULL || *rest == '\n' ? -1 : strtol(rest + 1, NULL, 10);
}

/* An account that starts at `text`, up to what cannot be in one. */
static bool
is_person(const struct examination *examination, const char *text)
{
	const char *passwd = files_text(examination->files, "/etc/passwd");
	char account[ACCOUNT_BYTES];
	size_t bytes = 0;
	long number;

	while (isalnum((unsigned char)text[bytes]) ||
		(text[bytes] != '\0' && strchr("_.-\\@", text[bytes]) != NULL))
		bytes++;
	if (bytes == 0 || bytes >= sizeof account ||
		!isalpha((unsigned char)*text) || passwd == NULL)
		return false;
	snprintf(account, sizeof account, "%.*s", (int)bytes, text);
	number = account_number(passwd, account);
	/* "%i" and accounts that a package makes later are no directory's. */
	if (number == -1)
		return strpbrk(account, "\\@") != NULL;
	return number >= FIRST_PERSON && number != NOBODY;
}

bool
account_accept(const struct examination *examination, const struct hit *hit)
{
	return is_person(examination, hit->match);
}

bool
cron_account_accept(const struct examination *examination,
	const struct hit *hit)
{
	const char *at = hit->text;

	for (int field = 0; field < 5; field++) {
		at += strcspn(at, " \t");
		at += strspn(at, " \t");
	}
	return is_person(examination, at);
}

/* Behind "su", its options: "su - app -c ...", "sudo -u app ...". */
bool
su_account_accept(const struct examination *examination, const struct hit *hit)
{
	static const char *const programs[] = {"runuser", "sudo", "su"};
	const char *at = NULL;

	for (size_t i = 0; at == NULL && i < sizeof programs / sizeof *programs;
		i++) {
		at = strstr(hit->text, programs[i]);
		at = at == NULL ? NULL : at + strlen(programs[i]);
	}
	while (at != NULL && (*at == ' ' || *at == '\t' || *at == '-'))
		at += *at == '-' ? strcspn(at, " \t") : 1;
	return at != NULL && is_person(examination, at);
}

/* Documentation, messages and code that handles passwords hold none. */
bool
credential_accept(const struct examination *examination, const struct hit *hit)
{
	static const char others[] =
		"*/doc/* */docs/* */man/* *.md *.rst *.js *.css *.html *.po "
		"*/locale/* */translations/* */i18n/* *.example *.sample *.dist";
	static const char *const words[] = {"prompt", "getpass", "PAM_",
		"null", "None", "false", "true", "!vault"};
	const char *value = strstr(hit->text, hit->match);

	(void)examination;
	if (packages_name_matches(hit->path, others))
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (value != NULL && strstr(value, words[i]) != NULL)
			return false;
	return true;
}
