/* The processor's model, between the flags of two machines. */
#include <string.h>

#include "common/own.h"
#include "common/json.h"
#include "convert/size/processor.h"
#include "tests/harness.h"

#define NEHALEM "ssse3 cx16 sse4_1 sse4_2 popcnt"
#define SANDY NEHALEM " aes pclmulqdq avx xsave"
#define HASWELL SANDY " f16c rdrand fsgsbase avx2 bmi1 bmi2 fma movbe"
#define SKYLAKE HASWELL " adx rdseed avx512f avx512bw avx512cd avx512dq " \
	"avx512vl clwb"
#define MILAN "sse4a cx16 popcnt ssse3 sse4_1 sse4_2 aes avx2 bmi2 sha_ni " \
	"adx clwb rdpid vaes vpclmulqdq avx fma f16c movbe bmi1"

static json_t *
flags(const char *text)
{
	json_t *list = text == NULL ? NULL : json_array();

	while (text != NULL && *text != '\0') {
		size_t bytes = strcspn(text, " ");

		json_array_append_new(list, json_stringn(text, bytes));
		text += bytes + strspn(text + bytes, " ");
	}
	return list;
}

static const struct {
	const char *vendor, *host, *source, *models, *model, *missing;
} cases[] = {
	/* all that the source has, and no more, so that it can move on */
	{"GenuineIntel", SKYLAKE, NEHALEM, NULL, "Nehalem", ""},
	{"GenuineIntel", SKYLAKE, HASWELL, NULL, "Haswell-noTSX", ""},
	/* an older host: the best it has, and what programs will miss */
	{"GenuineIntel", SANDY, HASWELL, NULL, "SandyBridge", "f16c, rdrand, "
		"fsgsbase, avx2, bmi1, bmi2, fma, movbe"},
	/* nothing known of the source */
	{"GenuineIntel", SKYLAKE, NULL, NULL, "Skylake-Server-noTSX-IBRS", ""},
	/* across makers */
	{"AuthenticAMD", MILAN, NEHALEM, NULL, "EPYC-IBPB", ""},
	{"GenuineIntel", SKYLAKE, MILAN, NULL, "Skylake-Server-noTSX-IBRS",
		"vaes, sse4a, sha_ni, rdpid, vpclmulqdq"},
	/* a QEMU that does not know the model */
	{"GenuineIntel", SKYLAKE, HASWELL, "x86 Nehalem  (x)\nx86 Haswell  (x)\n"
		"x86 Broadwell-noTSX  (x)\n", "Broadwell-noTSX", ""},
	{"GenuineIntel", "sse2", HASWELL, NULL, "qemu64", "ssse3, cx16, sse4_1, "
		"sse4_2, popcnt, aes, pclmulqdq, avx, xsave, f16c, rdrand, "
		"fsgsbase, avx2, bmi1, bmi2, fma, movbe"},
};

static void
model_has_what_the_source_has_where_the_host_can(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		AUTO(json_decrefpp) json_t *host = flags(cases[i].host);
		AUTO(json_decrefpp) json_t *source = flags(cases[i].source);
		struct processor processor;

		processor_choose(&processor, cases[i].vendor, host, source,
			cases[i].models);
		assert_string_equal(processor.model, cases[i].model);
		assert_string_equal(processor.missing, cases[i].missing);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			model_has_what_the_source_has_where_the_host_can),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
