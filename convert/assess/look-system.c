/*
 * What rules see of the operating system: its kernels and its clock.
 */
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/strings.h"
#include "convert/assess/examine.h"
#include "convert/assess/looks.h"
#include "convert/assess/software.h"

/* Note the kernels that `fires` is true of. */
static void
each_kernel(struct examination *examination, const struct rule *rule,
	bool (*fires)(const struct examination *, const char *version))
{
	const json_t *kernels = json_object_get(examination->guest, "kernels");
	const json_t *kernel;
	size_t i;

	json_array_foreach(kernels, i, kernel)
	{
		const char *version = json_text(kernel, "version", "");

		if (fires(examination, version))
			examine_note(examination, rule,
				json_text(kernel, "image", "/boot"), 0, version);
	}
}

static bool
is_before_virtio(const struct examination *examination, const char *version)
{
	unsigned a, b, c = 0;

	(void)examination;
	if (sscanf(version, "%u.%u.%u", &a, &b, &c) < 2)
		return false;
	return a < 2 || (a == 2 && (b < 6 || (b == 6 && c < 25)));
}

void
kernel_age_look(struct examination *examination, const struct rule *rule)
{
	each_kernel(examination, rule, is_before_virtio);
}

static bool
is_realtime(const struct examination *examination, const char *version)
{
	(void)examination;
	return strstr(version, "-rt") != NULL || strstr(version, ".rt") != NULL ||
		strstr(version, "realtime") != NULL;
}

void
kernel_realtime_look(struct examination *examination, const struct rule *rule)
{
	each_kernel(examination, rule, is_realtime);
}

/* Only where kernels are packages that have the release in their name. */
static bool
is_custom(const struct examination *examination, const char *version)
{
	char pattern[320];

	if (packages_find(examination->packages, "dpkg") == NULL)
		return false;
	snprintf(pattern, sizeof pattern, "*-image-%.80s *-image-*-%.80s "
		"*-kernel-%.80s*", version, version, version);
	return packages_find(examination->packages, pattern) == NULL;
}

void
kernel_custom_look(struct examination *examination, const struct rule *rule)
{
	each_kernel(examination, rule, is_custom);
}

void
kernel_modules_look(struct examination *examination, const struct rule *rule)
{
	static const char modules[] =
		"/lib/modules/*/extra/*.ko* /lib/modules/*/updates/*.ko* "
		"/lib/modules/*/weak-updates/*.ko* /lib/modules/*/misc/*.ko*";
	const struct file *file;

	for (size_t i = 0; (file = files_match(examination->files, modules,
				    &i)) != NULL;)
		examine_note(examination, rule, file->path, 0,
			strrchr(file->path, '/') + 1);
}

void
i386_look(struct examination *examination, const struct rule *rule)
{
	const json_t *os = json_object_get(examination->guest, "os");

	if (strcmp(json_text(os, "arch", ""), "i386") == 0)
		examine_note(examination, rule, "guest: os.arch", 0, "i386");
}

/* ---- time ---- */

bool
time_server_accept(const struct examination *examination, const struct hit *hit)
{
	const char *at = hit->text;
	bool found = false;

	at += strcspn(at, " \t=");
	while (*at != '\0') {
		at += strspn(at, " \t=");
		if (strncmp(at, "127.127.", 8) != 0 && *at != '-')
			found = examine_depend(examination, "ntp", at,
					hit->path, hit->line) ||
				found;
		at += strcspn(at, " \t");
		/* only systemd names several in a line */
		if (!string_starts(hit->text, "NTP="))
			break;
	}
	return found;
}

void
time_unsynchronised_look(struct examination *examination,
	const struct rule *rule)
{
	static const char services[] =
		"systemd-timesyncd chrony chronyd ntp ntpd ntpsec openntpd "
		"xntpd ptp4l phc2sys ntpdate";
	const struct file *file;

	if (files_find(examination->files, "/etc/passwd") == NULL ||
		software_unit(examination, services) != NULL)
		return;
	for (size_t i = 0; (file = files_match(examination->files,
				    "/etc/cron* /var/spool/cron/*", &i)) !=
		NULL;) {
		if (file->text != NULL && strstr(file->text, "ntpdate") != NULL)
			return;
	}
	examine_note(examination, rule, "/etc", 0,
		"no chrony, ntpd, systemd-timesyncd or the like");
}

void
time_zone_look(struct examination *examination, const struct rule *rule)
{
	static const char folder[] = "zoneinfo/";
	const char *text = files_text(examination->files, "/etc/timezone");
	const struct file *link;
	struct line line = {.next = text};
	const char *zone;
	size_t index = 0;
	char what[600];

	link = files_match(examination->files, "/etc/localtime", &index);
	if (link == NULL || link->target == NULL || !line_next(&line))
		return;
	zone = strstr(link->target, folder);
	if (zone == NULL || strcmp(zone + strlen(folder), line.text) == 0)
		return;
	/* "Etc/UTC" and "UTC" are one */
	if (strstr(zone, "UTC") != NULL && strstr(line.text, "UTC") != NULL)
		return;
	snprintf(what, sizeof what, "%.200s, but /etc/localtime is %.200s",
		line.text, zone + strlen(folder));
	examine_note(examination, rule, "/etc/timezone", line.number, what);
}
