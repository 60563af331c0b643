/*
 * Secrets by their place among the words of a command, of a directive or of a
 * call in a program.
 */
#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "convert/assess/secret-parts.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* ---- options ---- */

/* Ports, paths and protocols stand behind "-p" as well. */
static bool
is_harmless(const char *value, size_t bytes)
{
	static const char *const words[] = {"tcp", "udp", "icmp", "icmpv6",
		"esp", "ah", "all"};

	if (bytes == 0 || *value == '/' || *value == '-' ||
		(*value == '$' && value[-1] != '\'') ||
		strspn(value, "0123456789.:,") >= bytes)
		return true;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strlen(words[i]) == bytes &&
			strncasecmp(value, words[i], bytes) == 0)
			return true;
	}
	return false;
}

static char *
word_end(char *at)
{
	if (*at == '"' || *at == '\'') {
		char quotes[] = {*at, '\0'};

		return at + 1 + strcspn(at + 1, quotes);
	}
	return at + strcspn(at, " \t|;\"'");
}

/* The value of an option, or what stands in it behind one of `from`. */
static void
hide_option(char *line, const char *option, const char *from)
{
	for (char *at = line; (at = strstr(at, option)) != NULL;) {
		char *end, *begin;

		at += strlen(option);
		end = word_end(at);
		begin = at + (*at == '"' || *at == '\'');
		if (*from != '\0') {
			begin = strpbrk(begin, from);
			begin = begin == NULL || begin >= end ? end : begin + 1;
		}
		if (end > begin && !is_harmless(begin, (size_t)(end - begin)))
			at = secret_hide(begin, end);
	}
}

static void
hide_options(char *line)
{
	static const struct {
		const char *program; /* "": any */
		const char *option, *from;
	} options[] = {
		{"", " -p ", ""},
		{"", " -P ", ""},
		{"", " -u ", ":,"},
		{"", " --user ", ":"},
		{"", " --user=", ":"},
		{"", " /user:", " "},
		{"mysql", " -p", ""},
		{"mariadb", " -p", ""},
		{"sshpass", " -p", ""},
		{"curl", " -u", ":"},
		{"smb", " -U ", "%"},
		{"smbclient", " -U", "%"},
		{"ldap", " -w ", ""},
		{"kadmin", " -w ", ""},
		{"ipmitool", " -P", ""},
		{"snmp", " -c ", ""},
		{"snmp", " -A ", ""},
		{"snmp", " -X ", ""},
		{"plink", " -pw ", ""},
		{"sqlplus", " ", "/"},
		{"expdp", " ", "/"},
		{"impdp", " ", "/"},
		{"rman", " ", "/"},
		{"db2", " using ", ""},
		{"sqlcmd", " -P", ""},
		{"osql", " -P", ""},
		{"bcp", " -P", ""},
		{"redis-cli", " -a ", ""},
		{"openssl", " -k ", ""},
		{"openssl", " pass:", ""},
		{"zip", " -P", ""},
		{"7z", " -p", ""},
		{"rar", " -hp", ""},
		{"rar", " -p", ""},
	};

	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		char *program = strstr(line, options[i].program);

		if (program != NULL)
			hide_option(program, options[i].option, options[i].from);
	}
}

/* echo "user:password" | chpasswd */
static void
hide_piped(char *line)
{
	char *pipe = strstr(line, "chpasswd");
	char *colon = strchr(line, ':');

	if (pipe != NULL && colon != NULL && colon < pipe)
		secret_hide(colon + 1,
			colon + 1 + strcspn(colon + 1, " \t\"'|"));
}

/* ---- directives ---- */

/* The rest of the line, behind so many words. */
static void
hide_rest(char *at, unsigned kept)
{
	while (*at != '\0' && kept-- > 0) {
		while (*at != '\0' && !is_blank(*at))
			at++;
		while (is_blank(*at))
			at++;
	}
	if (*at != '\0')
		secret_hide(at, at + strlen(at));
}

static void
hide_in_directives(char *line)
{
	static const struct {
		const char *word;
		unsigned kept; /* words that may be seen, with this one */
	} directives[] = {
		{"createUser ", 2}, /* snmpd.conf */
		{"com2sec ", 3},
		{"com2sec6 ", 3},
		{"trapsink ", 2},
		{"trap2sink ", 2},
		{"informsink ", 2},
		{"radius_server ", 2},
		{"isql ", 3},
		{"htpasswd -b ", 4},
		{"htpasswd -bc ", 4},
		{"net use ", 4},
	};

	for (size_t i = 0; i < sizeof directives / sizeof *directives; i++) {
		char *at = strcasestr(line, directives[i].word);

		if (at != NULL && (at == line || !secret_is_word(at[-1])))
			hide_rest(at, directives[i].kept);
	}
}

/* ---- functions ---- */

static bool
takes_secrets(const char *name, size_t bytes)
{
	static const char *const parts[] = {"connect", "login", "mysqli", "pdo",
		"getconnection", "authenticate", "setcredentials"};

	for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
		size_t n = strlen(parts[p]);

		for (size_t i = 0; i + n <= bytes; i++) {
			if (strncasecmp(name + i, parts[p], n) == 0)
				return true;
		}
	}
	return false;
}

/* Hide all strings of a call but the first; named arguments are keys. */
static void
hide_arguments(char *at)
{
	char before = '(';

	for (; *at != '\0' && *at != ')'; at++) {
		if (*at == '"' || *at == '\'') {
			char *end = word_end(at);

			at = before == ',' ? secret_hide(at + 1, end) : end;
			if (*at == '\0')
				return;
		}
		if (!is_blank(*at))
			before = *at;
	}
}

static void
hide_in_calls(char *line)
{
	for (char *at = line; (at = strchr(at, '(')) != NULL; at++) {
		char *name = at;

		while (name > line && secret_is_word(name[-1]))
			name--;
		if (takes_secrets(name, (size_t)(at - name)))
			hide_arguments(at + 1);
	}
}

void
secret_hide_called(char *line)
{
	hide_options(line);
	hide_piped(line);
	hide_in_directives(line);
	hide_in_calls(line);
}
