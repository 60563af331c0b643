/*
 * The processor that a VM is given.  Each maker's models form a ladder: one has
 * the flags of all below it.  Only flags that programs look for are listed;
 * those of the kernel and of mitigations follow the model.
 */
#include "convert/size/processor.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/json.h"

enum { ADDED = 8 };

struct rung {
	const char *model;
	const char *added[ADDED + 1]; /* to those below */
};

static const struct rung intel[] = {
	{"Conroe", {"ssse3"}},
	{"Penryn", {"cx16", "sse4_1"}},
	{"Nehalem", {"sse4_2", "popcnt"}},
	{"Westmere", {"aes", "pclmulqdq"}},
	{"SandyBridge", {"avx", "xsave"}},
	{"IvyBridge", {"f16c", "rdrand", "fsgsbase"}},
	{"Haswell-noTSX", {"avx2", "bmi1", "bmi2", "fma", "movbe"}},
	{"Broadwell-noTSX", {"adx", "rdseed"}},
	{"Skylake-Server-noTSX-IBRS", {"avx512f", "avx512bw", "avx512cd",
		"avx512dq", "avx512vl", "clwb"}},
	{"Cascadelake-Server-noTSX", {"avx512_vnni"}},
	{"Icelake-Server-noTSX", {"gfni", "vaes", "avx512_vbmi2"}},
	{NULL, {NULL}},
};

static const struct rung amd[] = {
	{"Opteron_G3", {"sse4a", "cx16", "popcnt"}},
	{"EPYC-IBPB", {"ssse3", "sse4_1", "sse4_2", "aes", "avx2", "bmi2",
		"sha_ni", "adx"}},
	{"EPYC-Rome", {"clwb", "rdpid"}},
	{"EPYC-Milan", {"vaes", "vpclmulqdq"}},
	{NULL, {NULL}},
};

/* Other flags that programs are built for. */
static const char *const others[] = {"3dnow", "fma4", "xop", "tbm", "rtm",
	"sha_ni", NULL};

static bool
has_all(const json_t *flags, const char *const *wanted)
{
	for (; *wanted != NULL; wanted++)
		if (!json_list_has(flags, *wanted))
			return false;
	return true;
}

/* A whole word of QEMU's list, so that Haswell is not Haswell-noTSX. */
static bool
is_known(const char *models, const char *model)
{
	size_t bytes = strlen(model);

	if (models == NULL)
		return true;
	for (const char *at = models; (at = strstr(at, model)) != NULL; at++)
		if (at > models && at[-1] == ' ' &&
			strchr(" \n", at[bytes]) != NULL)
			return true;
	return false;
}

/* Does the source have nothing of what the rungs above this one add? */
static bool
suffices(const struct rung *rung, const json_t *source)
{
	for (rung++; rung->model != NULL; rung++)
		for (const char *const *flag = rung->added; *flag != NULL;
			flag++)
			if (json_list_has(source, *flag))
				return false;
	return true;
}

/* Is it one of "avx, avx2"? */
static bool
names_it(const char *list, const char *name)
{
	size_t bytes = strlen(name);

	for (const char *at = list; (at = strstr(at, name)) != NULL; at++)
		if ((at == list || at[-1] == ' ') &&
			strchr(",", at[bytes]) != NULL)
			return true;
	return false;
}

static void
add_missing(struct processor *processor, const json_t *host,
	const json_t *source, const char *const *flags)
{
	for (; *flags != NULL; flags++) {
		size_t used = strlen(processor->missing);
		size_t room = sizeof processor->missing - used;

		if (!json_list_has(source, *flags) || json_list_has(host, *flags) ||
			names_it(processor->missing, *flags) ||
			strlen(*flags) + 3 > room)
			continue;
		snprintf(processor->missing + used, room, "%s%s",
			used == 0 ? "" : ", ", *flags);
	}
}

void
processor_choose(struct processor *processor_out, const char *host_vendor,
	const json_t *host_flags, const json_t *source_flags,
	const char *models)
{
	bool is_amd = strcmp(host_vendor, "AuthenticAMD") == 0 ||
		strcmp(host_vendor, "HygonGenuine") == 0;

	*processor_out = (struct processor){.model = "qemu64"};
	for (const struct rung *rung = is_amd ? amd : intel;
		rung->model != NULL; rung++) {
		if (!has_all(host_flags, rung->added))
			break;
		if (!is_known(models, rung->model))
			continue;
		processor_out->model = rung->model;
		if (source_flags != NULL && suffices(rung, source_flags))
			break;
	}
	for (const struct rung *rung = intel; rung->model != NULL; rung++)
		add_missing(processor_out, host_flags, source_flags, rung->added);
	for (const struct rung *rung = amd; rung->model != NULL; rung++)
		add_missing(processor_out, host_flags, source_flags, rung->added);
	add_missing(processor_out, host_flags, source_flags, others);
}
