/*
 * Which stage a machine is in: told to whoever waits, on both sides, and
 * recorded with its seconds.
 */
#include <string.h>

#include "common/log.h"
#include "common/monotonic.h"
#include "convert/pipeline-parts.h"
#include "convert/state/machine.h"

void
pipeline_say(struct pipeline *p, const char *level, const char *text)
{
	log_info("%s: %s", p->machine->name, text);
	if (p->source->notice != NULL)
		p->source->notice(p->source, level, text);
}

void
pipeline_stage_end(struct pipeline *p)
{
	double seconds;

	if (p->stage == NULL)
		return;
	seconds = monotonic_seconds() - p->stage_start;
	json_array_append_new(json_object_get(p->session, "stages"),
		json_pack("{s:s, s:f}", "name", p->stage, "seconds", seconds));
	log_debug("%s: %s took %.1f s", p->machine->name, p->stage, seconds);
	p->stage = NULL;
}

/* What each stage is, for the person who waits. */
static const struct {
	const char *stage, *sentence;
} sentences[] = {
	{"assess", "looking for the operating system"},
	{"trim", "setting free space apart"},
	{"convert", "converting, in the overlay"},
	{"estimate", "measuring what the copy will take"},
	{"capture", "copying what is in use"},
	{"compare", "comparing what was copied with what is there now"},
	{"reread", "reading what was copied a second time"},
	{"damage", "finding out what unreadable sectors held"},
	{"rebase", "joining the conversion to the capture"},
	{"emit", "writing the VM"},
	{"settle", "putting the new generation in the place of the last"},
	{"verify", "booting the VM, isolated"},
	{"report", "writing the report"},
};

static const char *
sentence_of(const char *stage)
{
	for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++)
		if (strcmp(sentences[i].stage, stage) == 0)
			return sentences[i].sentence;
	return stage;
}

void
pipeline_stage_begin(void *cookie, const char *stage)
{
	struct pipeline *p = cookie;

	pipeline_stage_end(p);
	p->stage = stage;
	p->stage_start = monotonic_seconds();
	progress_begin(p->progress, stage, 0);
	pipeline_say(p, "info", sentence_of(stage));
}
