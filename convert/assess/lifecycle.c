/*
 * How long a distribution is maintained.  The dates are of the makers' security
 * updates that one gets without paying for longer ones.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "convert/assess/examine.h"
#include "convert/assess/looks.h"

/* Of two that fit, the first counts: longer versions stand before shorter. */
static const struct {
	const char *distro, *version, *ends;
} lives[] = {
	{"debian", "4", "2010-02-15"},
	{"debian", "5", "2012-02-06"},
	{"debian", "6", "2016-02-29"},
	{"debian", "7", "2018-05-31"},
	{"debian", "8", "2020-06-30"},
	{"debian", "9", "2022-06-30"},
	{"debian", "10", "2024-06-30"},
	{"debian", "11", "2026-08-31"},
	{"debian", "12", "2028-06-30"},
	{"debian", "13", "2030-06-30"},
	{"ubuntu", "8.04", "2013-05-09"},
	{"ubuntu", "10.04", "2015-04-30"},
	{"ubuntu", "12.04", "2017-04-28"},
	{"ubuntu", "14.04", "2019-04-25"},
	{"ubuntu", "16.04", "2021-04-30"},
	{"ubuntu", "18.04", "2023-05-31"},
	{"ubuntu", "20.04", "2025-05-31"},
	{"ubuntu", "22.04", "2027-04-30"},
	{"ubuntu", "22.10", "2023-07-20"},
	{"ubuntu", "23.04", "2024-01-25"},
	{"ubuntu", "23.10", "2024-07-11"},
	{"ubuntu", "24.04", "2029-04-30"},
	{"ubuntu", "24.10", "2025-07-10"},
	{"ubuntu", "25.04", "2026-01-15"},
	{"centos", "4", "2012-02-29"},
	{"centos", "5", "2017-03-31"},
	{"centos", "6", "2020-11-30"},
	{"centos", "7", "2024-06-30"},
	{"centos", "8", "2021-12-31"},
	{"centos", "9", "2027-05-31"},
	{"centos", "10", "2030-01-01"},
	{"rhel", "4", "2012-02-29"},
	{"rhel", "5", "2017-03-31"},
	{"rhel", "6", "2020-11-30"},
	{"rhel", "7", "2024-06-30"},
	{"rhel", "8", "2029-05-31"},
	{"rhel", "9", "2032-05-31"},
	{"rhel", "10", "2035-05-31"},
	{"rocky", "8", "2029-05-31"},
	{"rocky", "9", "2032-05-31"},
	{"rocky", "10", "2035-05-31"},
	{"almalinux", "8", "2029-03-01"},
	{"almalinux", "9", "2032-05-31"},
	{"almalinux", "10", "2035-05-31"},
	{"ol", "5", "2017-06-30"},
	{"ol", "6", "2021-03-31"},
	{"ol", "7", "2024-12-31"},
	{"ol", "8", "2029-07-31"},
	{"ol", "9", "2032-06-30"},
	{"fedora", "30", "2020-05-26"},
	{"fedora", "31", "2020-11-24"},
	{"fedora", "32", "2021-05-25"},
	{"fedora", "33", "2021-11-30"},
	{"fedora", "34", "2022-06-07"},
	{"fedora", "35", "2022-12-13"},
	{"fedora", "36", "2023-05-16"},
	{"fedora", "37", "2023-12-05"},
	{"fedora", "38", "2024-05-21"},
	{"fedora", "39", "2024-11-26"},
	{"fedora", "40", "2025-05-13"},
	{"fedora", "41", "2025-12-15"},
	{"sles", "10", "2013-07-31"},
	{"sles", "11", "2019-03-31"},
	{"sles", "12", "2024-10-31"},
	{"sles", "15.3", "2022-12-31"},
	{"sles", "15.4", "2023-12-31"},
	{"sles", "15.5", "2024-12-31"},
	{"sles", "15.6", "2025-12-31"},
	{"sles", "15", "2031-07-31"},
	{"opensuse", "42", "2019-06-30"},
	{"opensuse-leap", "42", "2019-06-30"},
	{"opensuse-leap", "15.0", "2019-12-03"},
	{"opensuse-leap", "15.1", "2021-01-31"},
	{"opensuse-leap", "15.2", "2021-12-31"},
	{"opensuse-leap", "15.3", "2022-12-31"},
	{"opensuse-leap", "15.4", "2023-12-07"},
	{"opensuse-leap", "15.5", "2024-12-31"},
	{"amzn", "1", "2023-12-31"},
	{"amzn", "2018.03", "2023-12-31"},
	{"amzn", "2023", "2029-06-30"},
	{"amzn", "2", "2026-06-30"},
	{"alpine", "3.12", "2022-05-01"},
	{"alpine", "3.13", "2022-11-01"},
	{"alpine", "3.14", "2023-05-01"},
	{"alpine", "3.15", "2023-11-01"},
	{"alpine", "3.16", "2024-05-23"},
	{"alpine", "3.17", "2024-11-22"},
	{"alpine", "3.18", "2025-05-09"},
	{"alpine", "3.19", "2025-11-01"},
	{"alpine", "3.20", "2026-04-01"},
};

/* NULL when nothing is known about it. */
static const char *
find_end(const char *distro, const char *version)
{
	for (size_t i = 0; i < sizeof lives / sizeof *lives; i++) {
		size_t n = strlen(lives[i].version);

		if (strcmp(lives[i].distro, distro) == 0 &&
			strncmp(version, lives[i].version, n) == 0 &&
			(version[n] == '\0' || version[n] == '.'))
			return lives[i].ends;
	}
	return NULL;
}

static void
look(struct examination *examination, const struct rule *rule,
	bool (*fires)(const char *today, const char *ends))
{
	const json_t *os = json_object_get(examination->guest, "os");
	const char *ends = find_end(json_text(os, "distro", ""),
		json_text(os, "version", ""));
	struct line line = {
		.next = files_text(examination->files, "/etc/os-release")};
	char what[256];

	if (ends == NULL || !fires(examination->today, ends))
		return;
	while (line_next(&line) && strncmp(line.text, "PRETTY_NAME", 11) != 0)
		;
	snprintf(what, sizeof what, "%s, until %s", json_text(os, "name", ""),
		ends);
	examine_note(examination, rule,
		line.number == 0 ? "guest: os" : "/etc/os-release",
		line.number, what);
}

static bool
is_past(const char *today, const char *ends)
{
	return strcmp(today, ends) > 0;
}

/* One year on, by the digits of the year. */
static bool
is_near(const char *today, const char *ends)
{
	char next_year[32];

	snprintf(next_year, sizeof next_year, "%04d%.6s", atoi(today) + 1,
		today + 4);
	return !is_past(today, ends) && strcmp(ends, next_year) < 0;
}

void
end_of_life_look(struct examination *examination, const struct rule *rule)
{
	look(examination, rule, is_past);
}

void
end_of_life_soon_look(struct examination *examination, const struct rule *rule)
{
	look(examination, rule, is_near);
}
