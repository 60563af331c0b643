/*
 * The last word of `unrack convert` and `unrack import`.
 */
#include "convert/verdict.h"

#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "convert/pipeline.h"
#include "convert/state/machine.h"
#include "convert/verb.h"

int
verdict_print(const struct machine *machine,
	const struct pipeline_options *options,
	const struct pipeline_result *result, struct error *err)
{
	printf("verdict: %s\nreason: %s\nfindings: %u blockers, %u warnings\n"
	       "report: %s/report/report.html\nstart it: %s/vm/run-isolated\n",
		result->verdict, result->reason, result->blockers,
		result->warnings, machine->folder, machine->folder);
	if (result->os_name[0] == '\0') {
		error_set(err, 0, "no operating system was recognised on the "
			"disks of %s; the VM has emulated hardware and nothing "
			"in it was converted", machine->name);
		error_hint(err, "See the findings in the report; check that all "
			"disks of the server were given.");
		return EXIT_FAILED;
	}
	return strcmp(result->verdict, "boots") == 0 ||
			(options->no_verify && result->blockers == 0)
		? EXIT_DONE
		: EXIT_FAILED;
}
