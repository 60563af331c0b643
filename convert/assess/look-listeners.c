/*
 * Who waits for others, and on which port: as configuration and units say it, else
 * the port that a service has by itself (service.c).  Each becomes a listener of
 * findings.json as well.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "convert/assess/examine.h"
#include "convert/assess/looks.h"

/* Whose file it is, and the services that stand for it in guest.json. */
static const struct program {
	const char *files, *name, *services;
} programs[] = {
	{"/etc/ssh/*", "sshd", "ssh sshd"},
	{"/etc/nginx/*", "nginx", "nginx"},
	{"/etc/apache2/*", "Apache", "apache2"},
	{"/etc/httpd/*", "Apache", "httpd"},
	{"/etc/lighttpd/*", "lighttpd", "lighttpd"},
	{"/etc/postgresql/* /var/lib/pgsql/*", "PostgreSQL", "postgresql"},
	{"/etc/mysql/* /etc/my.cnf*", "MySQL or MariaDB",
		"mysql mysqld mariadb"},
	{"/etc/redis*", "Redis", "redis redis-server"},
	{"/etc/memcached.conf", "memcached", "memcached"},
	{"/etc/mongod.conf", "MongoDB", "mongod"},
	{"/etc/haproxy/*", "HAProxy", "haproxy"},
	{"/etc/squid/*", "Squid", "squid"},
	{"/etc/postfix/*", "Postfix", "postfix"},
	{"*/server.xml", "Tomcat", "tomcat*"},
};

static const struct program *
program_of(const char *path, const char *service)
{
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		if (path != NULL && packages_name_matches(path, programs[i].files))
			return &programs[i];
		if (service != NULL &&
			packages_name_matches(service, programs[i].services))
			return &programs[i];
	}
	return NULL;
}

/* "80", "*:80", "[::]:80", "192.0.2.1:80"; 0: none, as a socket's path. */
static unsigned
read_port(const char *text)
{
	static const struct {
		const char *name;
		unsigned port;
	} names[] = {{"smtp", 25}, {"submission", 587}, {"smtps", 465},
		{"submissions", 465}};
	size_t bytes = strcspn(text, " \t;\"',");
	const char *at = text + bytes;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strlen(names[i].name) == bytes &&
			strncmp(names[i].name, text, bytes) == 0)
			return names[i].port;
	}
	while (at > text && isdigit((unsigned char)at[-1]))
		at--;
	if (at == text + bytes || (at > text && at[-1] != ':') ||
		text + bytes - at > 5 || strtoul(at, NULL, 10) > 65535)
		return 0;
	return (unsigned)strtoul(at, NULL, 10);
}

/* A site that no link makes one of the server's is none. */
static bool
is_used(const struct files *files, const char *path)
{
	const char *available = strstr(path, "-available/");
	char enabled[FILES_PATH_LIMIT];

	if (available == NULL)
		return true;
	snprintf(enabled, sizeof enabled, "%.*s-enabled/%s",
		(int)(available - path), path,
		available + strlen("-available/"));
	return files_find(files, enabled) != NULL;
}

/* What matched is the port, or the option before it. */
bool
listener_accept(const struct examination *examination, const struct hit *hit)
{
	const struct program *program = program_of(hit->path, NULL);
	const char *value = hit->match, *name = strrchr(hit->path, '/') + 1;
	unsigned port;
	char where[FILES_PATH_LIMIT + 16];

	if (*value == '-')
		value = strstr(hit->text, hit->match) + strlen(hit->match);
	port = read_port(value);
	if (port == 0 || !is_used(examination->files, hit->path))
		return false;
	snprintf(where, sizeof where, "%s:%u", hit->path, hit->line);
	findings_add_listener(examination->findings,
		program == NULL ? name : program->name, "tcp", port, where);
	return true;
}

/* Services whose configuration says nothing else. */
void
listeners_look(struct examination *examination, const struct rule *rule)
{
	const json_t *list = json_object_get(examination->guest, "services");
	const json_t *service, *port;
	size_t i, k;

	json_array_foreach(list, i, service)
	{
		const char *name = json_text(service, "name", "");
		const struct program *program = program_of(NULL, name);
		const char *listener = program == NULL ? name : program->name;
		char what[160];

		if (findings_have_listener(examination->findings, listener))
			continue;
		json_array_foreach(json_object_get(service, "ports"), k, port)
		{
			unsigned number =
				(unsigned)json_number(port, "port", 0);

			findings_add_listener(examination->findings, listener,
				"tcp", number, "guest: services");
			snprintf(what, sizeof what, "%.100s, port %u as usual",
				name, number);
			examine_note_as(examination, rule, CONFIDENCE_LIKELY,
				"guest: services", 0, what);
		}
	}
}
