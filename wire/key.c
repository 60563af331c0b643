/*
 * Enrolment files: one machine, one key, at times the host to call.  Failures
 * name the file and the line and never quote what is in it.  Read tls.c for how
 * the key is used.
 */
#include "wire/key.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"

enum { KEY_FILE_LIMIT = 4 << 10, KEY_HEX_BYTES = 2 * KEY_BYTES };

static const char name_first[] = "abcdefghijklmnopqrstuvwxyz0123456789";
static const char name_rest[] = "abcdefghijklmnopqrstuvwxyz0123456789.-";

int
key_check_name(const char *machine, struct error *err)
{
	size_t bytes = strlen(machine);

	if (bytes > 0 && bytes < KEY_NAME_BYTES &&
		strspn(machine, name_first) > 0 &&
		strspn(machine, name_rest) == bytes &&
		strstr(machine, "..") == NULL)
		return 0;
	error_set(err, EINVAL, "machine name");
	return error_hint(err, "a name has 1 to %d lower-case letters, digits, "
			       "dots and hyphens, and begins with a letter or "
			       "digit",
		KEY_NAME_BYTES - 1);
}

int
key_make(struct enrolment *enrolment_out, const char *machine,
	const char *server, struct error *err)
{
	struct enrolment made = {0};
	char host[KEY_SERVER_BYTES], port[8];

	if (key_check_name(machine, err) == -1)
		return -1;
	if (server != NULL && key_split_server(server, host, port, err) == -1)
		return -1;
	if (RAND_priv_bytes(made.key, KEY_BYTES) != 1)
		return error_set(err, EIO, "make a random key");
	strcpy(made.machine, machine);
	strcpy(made.server, server == NULL ? "" : server);
	*enrolment_out = made;
	OPENSSL_cleanse(&made, sizeof made);
	return 0;
}

static int
set_machine(struct enrolment *enrolment, const char *value, struct error *err)
{
	if (key_check_name(value, err) == -1)
		return -1;
	strcpy(enrolment->machine, value);
	return 0;
}

static int
set_server(struct enrolment *enrolment, const char *value, struct error *err)
{
	char host[KEY_SERVER_BYTES], port[8];

	if (key_split_server(value, host, port, err) == -1)
		return -1;
	strcpy(enrolment->server, value);
	return 0;
}

/* The digit's value, or -1. */
static int
hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

static int
set_key(struct enrolment *enrolment, const char *value, struct error *err)
{
	if (strlen(value) != KEY_HEX_BYTES)
		return error_set(err, EINVAL, "key");
	for (size_t i = 0; i < KEY_BYTES; i++) {
		int high = hex_value(value[2 * i]);
		int low = hex_value(value[2 * i + 1]);

		if (high == -1 || low == -1)
			return error_set(err, EINVAL, "key");
		enrolment->key[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
}

static const struct member {
	const char *name;
	bool needed;
	int (*set)(struct enrolment *enrolment, const char *value,
		struct error *err);
} members[] = {
	{"machine", true, set_machine},
	{"server", false, set_server},
	{"key", true, set_key},
};
enum { MEMBER_COUNT = sizeof members / sizeof members[0] };

/* Cut what surrounds a word; a file may have been edited under Windows. */
static char *
trim(char *text)
{
	static const char blanks[] = " \t\r";
	size_t bytes;

	text += strspn(text, blanks);
	bytes = strlen(text);
	while (bytes > 0 && strchr(blanks, text[bytes - 1]) != NULL)
		text[--bytes] = '\0';
	return text;
}

static int
parse_line(struct enrolment *enrolment, bool seen[MEMBER_COUNT], char *line,
	struct error *err)
{
	char *equals, *word;

	line = trim(line);
	if (*line == '\0' || *line == '#')
		return 0;
	equals = strchr(line, '=');
	if (equals == NULL)
		return error_set(err, EINVAL, "no \"=\"");
	*equals = '\0';
	word = trim(line);
	for (size_t i = 0; i < MEMBER_COUNT; i++) {
		if (strcmp(word, members[i].name) != 0)
			continue;
		if (seen[i])
			return error_set(err, EINVAL, "second \"%s\"",
				members[i].name);
		seen[i] = true;
		return members[i].set(enrolment, trim(equals + 1), err);
	}
	return error_set(err, EINVAL, "neither machine, server nor key");
}

static int
parse_lines(struct enrolment *enrolment, char *text, const char *name,
	struct error *err)
{
	bool seen[MEMBER_COUNT] = {0};
	char *line;

	for (unsigned number = 1; (line = strsep(&text, "\n")) != NULL; number++)
		if (parse_line(enrolment, seen, line, err) == -1)
			return error_add(err, "%s, line %u", name, number);
	for (size_t i = 0; i < MEMBER_COUNT; i++)
		if (members[i].needed && !seen[i])
			return error_set(err, EINVAL, "%s has no line \"%s = …\"",
				name, members[i].name);
	return 0;
}

int
key_parse(struct enrolment *enrolment_out, const char *text, const char *name,
	struct error *err)
{
	struct enrolment enrolment = {0};
	size_t bytes = strlen(text);
	char *copy = strdup(text);
	int result = -1;

	if (copy == NULL)
		return error_set(err, ENOMEM, "read %s", name);
	if (parse_lines(&enrolment, copy, name, err) == 0) {
		*enrolment_out = enrolment;
		result = 0;
	} else {
		error_hint(err, "make a new enrolment file on the host with "
				"unrack enroll NAME --out FILE");
	}
	OPENSSL_cleanse(copy, bytes);
	free(copy);
	OPENSSL_cleanse(&enrolment, sizeof enrolment);
	return result;
}

int
key_read(struct enrolment *enrolment_out, const char *path, struct error *err)
{
	bool standard = strcmp(path, "-") == 0;
	const char *name = standard ? "standard input" : path;
	char *text;
	size_t bytes;
	int result;

	if (io_read_file(&text, &bytes, standard ? "/dev/stdin" : path,
		    KEY_FILE_LIMIT, err) == -1)
		return error_add(err, "enrolment");
	if (strlen(text) != bytes)
		result = error_set(err, EINVAL, "%s is not an enrolment file",
			name);
	else
		result = key_parse(enrolment_out, text, name, err);
	OPENSSL_cleanse(text, bytes);
	free(text);
	return result;
}

int
key_write(const struct enrolment *enrolment, const char *path,
	struct error *err)
{
	char text[KEY_FILE_LIMIT], hex[KEY_HEX_BYTES + 1];
	bool has_server = enrolment->server[0] != '\0';
	int used, result;

	for (size_t i = 0; i < KEY_BYTES; i++)
		snprintf(hex + 2 * i, 3, "%02x", enrolment->key[i]);
	used = snprintf(text, sizeof text,
		"# unrack enrolment of %s.  Whoever holds this file can serve\n"
		"# as this machine: keep it secret.\n"
		"machine = %s\n%s%s%skey = %s\n",
		enrolment->machine, enrolment->machine,
		has_server ? "server = " : "", enrolment->server,
		has_server ? "\n" : "", hex);
	result = io_write_file(path, text, (size_t)used, 0600, err);
	OPENSSL_cleanse(text, sizeof text);
	OPENSSL_cleanse(hex, sizeof hex);
	return result;
}

static bool
is_port(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long port = strtoul(text, NULL, 10);

	return digits > 0 && digits <= 5 && text[digits] == '\0' && port > 0 &&
		port <= 65535;
}

/* Where the host's name ends and, behind a colon, the port begins (or NULL). */
static const char *
split(const char **host, size_t *host_bytes, const char *server)
{
	const char *close, *colon;

	*host = server;
	if (*server == '[') {
		*host = server + 1;
		close = strchr(*host, ']');
		if (close == NULL || (close[1] != ':' && close[1] != '\0')) {
			*host_bytes = 0;
			return NULL;
		}
		*host_bytes = (size_t)(close - *host);
		return close[1] == ':' ? close + 2 : NULL;
	}
	colon = strchr(server, ':');
	if (colon == NULL || strchr(colon + 1, ':') != NULL) {
		*host_bytes = strlen(server); /* a name or a bare IPv6 address */
		return NULL;
	}
	*host_bytes = (size_t)(colon - server);
	return colon + 1;
}

int
key_split_server(const char *server, char host_out[KEY_SERVER_BYTES],
	char port_out[8], struct error *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789.-_:%";
	size_t host_bytes;
	const char *host, *port = split(&host, &host_bytes, server);

	if (host_bytes == 0 || strlen(server) >= KEY_SERVER_BYTES ||
		strspn(host, allowed) < host_bytes ||
		(port != NULL && !is_port(port))) {
		error_set(err, EINVAL, "server address");
		return error_hint(err, "write it as HOST, HOST:PORT or "
				       "[IPV6-ADDRESS]:PORT");
	}
	memcpy(host_out, host, host_bytes);
	host_out[host_bytes] = '\0';
	if (port == NULL)
		snprintf(port_out, 8, "%d", KEY_DEFAULT_PORT);
	else
		strcpy(port_out, port);
	return 0;
}
