/*
 * What rules see of the daily life of a machine: jobs, and the servers that it
 * reports to.
 */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/strings.h"
#include "convert/assess/examine.h"
#include "convert/assess/looks.h"
#include "convert/assess/sar.h"

/* at's files are called "a" and 13 hexadecimal digits. */
void
at_jobs_look(struct examination *examination, const struct rule *rule)
{
	const struct file *file;

	for (size_t i = 0; (file = files_match(examination->files,
				    "/var/spool/at/a????????????? "
				    "/var/spool/cron/atjobs/a?????????????",
				    &i)) != NULL;)
		examine_note(examination, rule, file->path, 0, "a job of at");
}

/* Jobs that packages bring along, and that do nothing outside. */
bool
cron_job_accept(const struct examination *examination, const struct hit *hit)
{
	static const char *const packaged[] = {"e2scrub*", "popularity-contest",
		"php*", "mdadm", "sysstat", "anacron", "0hourly", "raid-check",
		"certbot", "ntpsec", "mlocate", "exim4", "debsums",
		"zfsutils-linux", "cpufrequtils", "dpkg", "man-db"};
	const char *name = strrchr(hit->path, '/') + 1;

	(void)examination;
	if (strstr(hit->text, "run-parts") != NULL ||
		strstr(hit->text, "anacron ") != NULL)
		return false;
	for (size_t i = 0; string_starts(hit->path, "/etc/cron.d/") &&
		i < sizeof packaged / sizeof *packaged; i++) {
		if (fnmatch(packaged[i], name, 0) == 0)
			return false;
	}
	return true;
}

/* A year or more: days, weeks and months are all called "rotate N". */
bool
log_retention_accept(const struct examination *examination,
	const struct hit *hit)
{
	const char *number = hit->text + strcspn(hit->text, "0123456789");
	bool is_days = string_starts(hit->text, "maxage");

	(void)examination;
	return strtoul(number, NULL, 10) >= (is_days ? 365 : 180);
}

/* "*.* @@host:514", target="host", tcp("host" port(514)), an URL */
bool
log_server_accept(const struct examination *examination, const struct hit *hit)
{
	const char *at = hit->match;

	if (*at == ' ' || *at == '\t')
		at = strstr(hit->text, hit->match) + strspn(at, " \t@");
	else if (strstr(hit->text, "(\"") != NULL)
		at = strstr(hit->text, "(\"") + 2;
	at += strspn(at, "@");
	/* "@@(o)host" and "@@(z9)host" carry options */
	at += *at == '(' ? strcspn(at, ")") + 1 : 0;
	return examine_depend(examination, "syslog", at, hit->path, hit->line);
}

bool
mail_relay_accept(const struct examination *examination, const struct hit *hit)
{
	char host[256];

	/* "[mail.example.com]:587" is a name, not an address */
	if (*hit->match == '[' && strchr(hit->match, ']') != NULL)
		snprintf(host, sizeof host, "%.*s%s",
			(int)strcspn(hit->match + 1, "]"), hit->match + 1,
			strchr(hit->match, ']') + 1);
	else if (strstr(hit->match, "::") != NULL) /* Exim's port */
		snprintf(host, sizeof host, "%.*s%s",
			(int)(strstr(hit->match, "::") - hit->match),
			hit->match, strstr(hit->match, "::") + 1);
	else
		snprintf(host, sizeof host, "%s", hit->match);
	return examine_depend(examination, "smtp", host, hit->path, hit->line);
}

/* "Server=a,b:10051" */
bool
monitoring_server_accept(const struct examination *examination,
	const struct hit *hit)
{
	const char *at = strchr(hit->text, '=');
	bool found = false;

	while (at != NULL && *at != '\0') {
		at += strspn(at, "=,; \t");
		found = examine_depend(examination, "monitoring", at, hit->path,
				hit->line) ||
			found;
		at += strcspn(at, ",; \t");
	}
	return found;
}

bool
configuration_server_accept(const struct examination *examination,
	const struct hit *hit)
{
	const char *at = hit->text + strcspn(hit->text, "=: \t");

	at += strspn(at, "=: \t\"'");
	return examine_depend(examination, "other", at, hit->path, hit->line);
}

/* ---- sar ---- */

void
performance_look(struct examination *examination, const struct rule *rule)
{
	static const char histories[] =
		"/var/log/sysstat/sar[0-9]* /var/log/sa/sar[0-9]*";
	const struct file *file;
	char what[160];

	for (size_t i = 0; (file = files_match(examination->files, histories,
				    &i)) != NULL;) {
		struct sar sar;

		if (file->text == NULL || !sar_read(&sar, file->text))
			continue;
		sar_text(&sar, what, sizeof what);
		examine_note(examination, rule, file->path, 0, what);
	}
}
