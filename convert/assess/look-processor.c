/*
 * What rules see of processors: what the guest's programs need, against what
 * this host can give a VM.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/strings.h"
#include "convert/assess/examine.h"
#include "convert/assess/looks.h"
#include "convert/size/processor.h"

/* As the psABI of x86-64 has them, by the kernel's names. */
static const char *const v2[] = {"cx16", "lahf_lm", "pni", "popcnt", "sse4_1",
	"sse4_2", "ssse3", NULL};
static const char *const v3[] = {"abm", "avx", "avx2", "bmi1", "bmi2", "f16c",
	"fma", "movbe", "xsave", "sse4_2", "popcnt", NULL};
static const char *const avx[] = {"avx", NULL};
static const char *const sse42[] = {"sse4_2", NULL};
static const char *const sse42_pclmul[] = {"sse4_2", "pclmulqdq", NULL};

/* A distribution whose every program is built for a level, from a version on. */
static const struct {
	const char *distro;
	unsigned since;
	const char *level;
	const char *const *flags;
} builds[] = {
	{"rhel", 10, "x86-64-v3", v3},
	{"centos", 10, "x86-64-v3", v3},
	{"rocky", 10, "x86-64-v3", v3},
	{"ol", 10, "x86-64-v3", v3},
	{"rhel", 9, "x86-64-v2", v2},
	{"centos", 9, "x86-64-v2", v2},
	{"rocky", 9, "x86-64-v2", v2},
	{"almalinux", 9, "x86-64-v2", v2},
	{"ol", 9, "x86-64-v2", v2},
	{"sles", 16, "x86-64-v2", v2},
	{"opensuse-leap", 16, "x86-64-v2", v2},
	{"amzn", 2023, "x86-64-v2", v2},
};

static const struct {
	const char *name, *packages;
	unsigned since; /* major version */
	const char *const *flags;
} programs[] = {
	{"MongoDB", "mongodb-org-server mongodb-enterprise-server", 5, avx},
	{"ClickHouse", "clickhouse-server clickhouse-common-static", 0, sse42},
	{"ScyllaDB", "scylla-server scylla-enterprise-server", 0, sse42_pclmul},
	{"DPDK", "dpdk", 17, sse42},
};

/* "avx, avx2": those that are not among the flags; false when all are. */
static bool
list_missing(char *list, size_t bytes, const json_t *flags,
	const char *const *wanted)
{
	size_t used = 0;

	list[0] = '\0';
	for (; *wanted != NULL && used < bytes; wanted++)
		if (!json_list_has(flags, *wanted))
			used += (size_t)snprintf(list + used, bytes - used,
				"%s%s", used == 0 ? "" : ", ", *wanted);
	return used > 0;
}

static void
note_lack(struct examination *examination, const struct rule *rule,
	const char *name, const char *const *flags, const char *where,
	unsigned line)
{
	char missing[160], what[320];

	if (!list_missing(missing, sizeof missing, json_object_get(
			examination->host, "flags"), flags))
		return;
	snprintf(what, sizeof what, "%.120s; this host has not: %s", name,
		missing);
	examine_note(examination, rule, where, line, what);
}

static void
look_at_system(struct examination *examination, const struct rule *rule)
{
	const json_t *os = json_object_get(examination->guest, "os");
	unsigned version = (unsigned)strtoul(json_text(os, "version", ""), NULL,
		10);
	char name[160];

	for (size_t i = 0; i < sizeof builds / sizeof *builds; i++) {
		if (strcmp(json_text(os, "distro", ""), builds[i].distro) != 0 ||
			version < builds[i].since)
			continue;
		snprintf(name, sizeof name, "%.80s is built for %s",
			json_text(os, "name", builds[i].distro),
			builds[i].level);
		note_lack(examination, rule, name, builds[i].flags,
			"guest: os", 0);
		return;
	}
}

/* "1:5.0.9-1.el8" is 5 */
static unsigned
major_version(const struct package *package)
{
	const char *colon = strchr(package->version, ':');

	return (unsigned)strtoul(colon == NULL ? package->version : colon + 1,
		NULL, 10);
}

void
processor_needed_look(struct examination *examination, const struct rule *rule)
{
	const struct package *package;

	if (json_array_size(json_object_get(examination->host, "flags")) == 0)
		return;
	look_at_system(examination, rule);
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		package = packages_find(examination->packages,
			programs[i].packages);
		if (package != NULL &&
			major_version(package) >= programs[i].since)
			note_lack(examination, rule, programs[i].name,
				programs[i].flags, package->where,
				package->line);
	}
}

void
processor_reduced_look(struct examination *examination,
	const struct rule *rule)
{
	const json_t *cpu = json_object_get(examination->inventory, "cpu");
	const json_t *source = json_object_get(cpu, "flags");
	const json_t *host = json_object_get(examination->host, "flags");
	struct processor processor;
	char what[320];

	if (json_array_size(source) == 0 || json_array_size(host) == 0)
		return;
	processor_choose(&processor,
		json_text(examination->host, "vendor", ""), host, source, NULL);
	if (processor.missing[0] == '\0')
		return;
	snprintf(what, sizeof what, "%.100s; this host has not: %s",
		json_text(cpu, "model", "the server's processor"),
		processor.missing);
	examine_note(examination, rule, "inventory: cpu", 0, what);
}
