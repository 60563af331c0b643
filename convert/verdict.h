#ifndef CONVERT_VERDICT_H
#define CONVERT_VERDICT_H

struct error;
struct machine;
struct pipeline_options;
struct pipeline_result;

/* What a verb that ran the pipeline prints, and its exit status. */
int verdict_print(const struct machine *machine,
	const struct pipeline_options *options,
	const struct pipeline_result *result, struct error *err);

#endif
