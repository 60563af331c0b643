#ifndef CONVERT_CARRY_H
#define CONVERT_CARRY_H

#include "convert/pipeline.h"

struct carry_set;
struct error;
struct machine;

/* A carry set as the source of a pipeline, as a session is one. */
struct carry_source;

/*
 * Bring a loaded set's blocks to the machine's capture and offer it.  The caller
 * holds the machine's lock; the machine becomes what the set's inventory says.
 * What a cut import stored is kept and not read again.
 */
int carry_open(struct carry_source **source_out, const struct machine *machine,
	struct carry_set *set, struct progress *progress, struct error *err);
void carry_close(struct carry_source *source);
struct pipeline_source *carry_pipeline_source(struct carry_source *source);

#endif
