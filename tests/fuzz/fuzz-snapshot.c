/*
 * Any bytes as a guest's folder: a tar archive to which every rule is applied.
 * Beyond not crashing: what is reported stays within its bounds.
 */
#include <stdlib.h>

#include "common/error.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/assess/examine.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	AUTO(files_freep) struct files *files = files_new();
	AUTO(packages_freep) struct packages *packages = packages_new();
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(json_decrefpp) json_t *json = NULL;
	struct examination examination = {.files = files, .packages = packages,
		.today = "2026-01-31", .findings = findings};
	struct error err;

	files_read_tar(files, (const char *)data, bytes, true, "", &err);
	files_settle(files);
	packages_read_files(packages, files);
	examine(&examination);
	json = findings_to_json(findings, "machine", false);
	if (json == NULL)
		abort();
	return 0;
}
