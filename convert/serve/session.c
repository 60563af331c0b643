/*
 * One machine's session, a process of its own: its images, the queue of
 * requests, the lanes that carry them, the NBD server that QEMU and libguestfs
 * read from, and the pipeline over all that.  lanes.c is the source's side of
 * it, source/blocks.c the disks'; session-open.c makes and releases all that,
 * session-source.c is what the pipeline sees.
 */
#include "convert/serve/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/event.h"
#include "common/json.h"
#include "common/log.h"
#include "common/own.h"
#include "convert/serve/lanes.h"
#include "convert/serve/screen.h"
#include "convert/serve/session-parts.h"
#include "convert/serve/turn.h"
#include "convert/source/image.h"
#include "convert/source/nbd.h"
#include "convert/source/proof.h"
#include "convert/source/queue.h"
#include "convert/state/journal.h"
#include "convert/state/machine.h"
#include "wire/channel.h"
#include "wire/message.h"

enum { TURN_SECONDS = 2, LAST_WORD_SECONDS = 60 };

static bool
is_pre_copy(const struct session *session)
{
	return strcmp(session->hello->mode, "pre-copy") == 0;
}

static void
session_notice(struct pipeline_source *source, const char *level,
	const char *text)
{
	struct session *session = (struct session *)source;
	const char *stage = atomic_load(&session->progress.stage);

	if (stage != session->stage)
		event_emit("stage", session->machine->name, json_pack("{s:s}",
			"stage", stage));
	session->stage = stage;
	event_emit(strcmp(level, "info") == 0 ? "notice" : "warning",
		session->machine->name, json_pack("{s:o}", "text",
			json_safe_string(text, strlen(text))));
	screen_say(session->screen, level, text);
	queue_wake(session->queue);
}

/* One disk: what the source has no more is dropped, and added to *dropped. */
static int
prove_image(struct session *session, size_t index, uint64_t *dropped,
	struct error *err)
{
	struct image *image = session->images[index];
	uint64_t known, changed;
	char line[160], was[16], is[16];

	if (!image_is_foreign(image))
		return image_adopt(image, err);
	known = image_known_bytes(image);
	if (proof_run(image, session->queue, (uint8_t)index,
		    &session->progress, &changed, err) == -1)
		return error_add(err, "compare %s",
			session->disks[index].name);
	snprintf(line, sizeof line, "%s: %s of an earlier run, %s of it "
		"changed since", session->disks[index].name,
		progress_bytes(was, known), progress_bytes(is, changed));
	log_info("%s: %s", session->machine->name, line);
	session_notice(&session->source, "info", line);
	*dropped += changed;
	return 0;
}

/*
 * Blocks of an earlier boot count only when the source still has them.  In a
 * first generation, what an assessment then reads anew would make a capture of
 * two times, under a VM that was converted: whoever is cut short in here leaves
 * the machine as not captured.
 */
static int
prove_images(struct session *session, struct error *err)
{
	enum machine_state state = machine_state(session->machine);
	bool is_first = session->place == NULL;
	uint64_t total = 0, dropped = 0;

	for (size_t i = 0; i < session->count; i++)
		if (image_is_foreign(session->images[i]))
			total += image_known_bytes(session->images[i]);
	if (total > 0)
		progress_begin(&session->progress, "compare", total);
	if (total > 0 && is_first &&
		machine_set_state(session->machine, MACHINE_ENROLLED, err) == -1)
		return -1;
	for (size_t i = 0; i < session->count; i++)
		if (prove_image(session, i, &dropped, err) == -1)
			return -1;
	return total > 0 && is_first && dropped == 0
		? machine_set_state(session->machine, state, err)
		: 0;
}

static void
say_place(struct session *session, unsigned before)
{
	char line[160];

	snprintf(line, sizeof line, "in the queue behind %u other machine%s; "
		"the host works on %u at a time (serve --jobs)", before,
		before == 1 ? "" : "s", session->settings->jobs);
	log_info("%s: %s", session->machine->name, line);
	session_notice(&session->source, "info", line);
}

/* Wait in the line of machines; the turn is kept until it is ended. */
static int
await_turn(struct session *session, struct turn **turn_out, struct error *err)
{
	unsigned jobs = session->settings->jobs, before, told = 0;

	if (jobs == 0)
		return 0;
	if (turn_take(turn_out, session->settings->turns, err) == -1 ||
		turn_before(*turn_out, &before, err) == -1)
		return -1;
	if (before >= jobs)
		progress_begin(&session->progress, "queue", 0);
	while (before >= jobs) {
		if (before != told)
			say_place(session, before);
		told = before;
		sleep(TURN_SECONDS);
		if (queue_has_failed(session->queue, err))
			return -1; /* the source did not wait */
		if (turn_before(*turn_out, &before, err) == -1)
			return -1;
	}
	return 0;
}

static int
work(struct session *session, struct pipeline_result *result_out,
	struct error *err)
{
	struct pipeline_options options = session->settings->options;
	AUTO(turn_endp) struct turn *turn = NULL;

	options.assess_only |= strcmp(session->hello->mode, "assess") == 0;
	options.pre_copy = is_pre_copy(session);
	if (await_turn(session, &turn, err) == -1 ||
		prove_images(session, err) == -1 ||
		nbd_start(&session->nbd, session->nbd_path, session->exports,
			session->count, err) == -1)
		return -1;
	return session->settings->job(session->machine, &session->source,
		&options, &session->progress, result_out, err);
}

/* A failed read shows as an odd error of a helper: the cause says more. */
static void
prefer_cause(struct session *session, struct error *err)
{
	struct error cause;

	if (queue_has_failed(session->queue, &cause))
		*err = cause;
}

static struct closing
make_closing(const struct session *session,
	const struct pipeline_result *result, const struct error *failure)
{
	struct closing closing = {0};

	if (failure == NULL) {
		snprintf(closing.verdict, sizeof closing.verdict, "%s",
			result->verdict);
		snprintf(closing.text, sizeof closing.text, "%s",
			result->reason);
		/* It has its work to do. */
		snprintf(closing.action, sizeof closing.action, "%s",
			is_pre_copy(session) ? "wait"
					     : session->settings->finish);
		return closing;
	}
	snprintf(closing.verdict, sizeof closing.verdict, "failed");
	snprintf(closing.text, sizeof closing.text, "%.300s%s%.200s",
		failure->text, failure->hint[0] == '\0' ? "" : ". ",
		failure->hint);
	snprintf(closing.action, sizeof closing.action, "%s",
		strcmp(session->settings->finish, "shell") == 0 ? "shell"
								: "wait");
	return closing;
}

static void
journal_end(struct session *session, const struct closing *closing)
{
	uint64_t received, sent;
	json_t *details;
	struct error err;

	lanes_wire(session->lanes, &received, &sent);
	details = json_pack("{s:s, s:I, s:I}", "verdict", closing->verdict,
		"received_bytes", (json_int_t)received, "sent_bytes",
		(json_int_t)sent);
	if (details != NULL)
		json_set_text(details, "reason", closing->text);
	if (journal_add(session->machine, "session.ended", details, &err) == -1)
		log_error(&err);
	event_emit("verdict", session->machine->name, json_pack(
		"{s:s, s:O, s:s}", "verdict", closing->verdict, "reason",
		json_object_get(details, "reason"), "action", closing->action));
	event_emit("session.ended", session->machine->name,
		json_incref(details));
	json_decref(details);
}

static int
journal_begin(struct session *session, struct channel *channel,
	struct error *err)
{
	json_t *details = json_pack("{s:s, s:s, s:s, s:s}", "peer",
		channel_peer(channel), "cipher", channel_cipher(channel),
		"session", session->hello->session, "mode",
		session->hello->mode);
	json_t *disks = json_array();
	int failed;

	for (size_t i = 0; i < session->count; i++)
		json_array_append_new(disks, json_pack("{s:s, s:I}", "name",
			session->disks[i].name, "size_bytes",
			(json_int_t)session->disks[i].size_bytes));
	if (details != NULL) {
		json_set_text(details, "program", session->hello->program);
		json_object_set(details, "disks", disks);
	}
	json_decref(disks);
	failed = journal_add(session->machine, "session.started", details, err);
	event_emit("session.started", session->machine->name,
		json_incref(details));
	json_decref(details);
	return failed;
}

/* Tell the source and everybody who still waits for a block. */
static void
session_end(struct session *session, const struct closing *closing)
{
	struct error over, dead;
	bool lost = queue_has_failed(session->queue, &dead) &&
		(dead.code == ETIMEDOUT || dead.code == ECONNRESET);

	log_status(NULL);
	journal_end(session, closing);
	screen_close(session->screen, closing);
	lanes_finish(session->lanes, lost ? 0 : LAST_WORD_SECONDS);
	error_set(&over, 0, "the session is over");
	queue_fail(session->queue, &over);
	nbd_stopp(&session->nbd);
	for (size_t i = 0; i < session->count; i++)
		if (image_checkpoint(session->images[i], &over) == -1)
			log_error(&over);
	lanes_stop(session->lanes);
}

/* From the first lane on: whatever fails is told to the source. */
static int
session_serve(struct session *session, struct channel *first,
	struct error *err)
{
	struct pipeline_result result = {.verdict = ""};
	struct closing closing;
	int failed = journal_begin(session, first, err);

	if (failed) {
		channel_send_error(first, err);
		channel_close(first);
	} else {
		log_info("%s: %s is connected with %s", session->machine->name,
			channel_peer(first), channel_cipher(first));
		failed = lanes_add_first(session->lanes, first, err);
	}
	if (failed) {
		lanes_stop(session->lanes);
		return -1;
	}
	failed = work(session, &result, err);
	if (failed)
		prefer_cause(session, err);
	closing = make_closing(session, &result, failed ? err : NULL);
	session_end(session, &closing);
	return failed;
}

int
session_run(struct machine *machine, const struct enrolment *enrolment,
	struct channel *first, const struct hello *hello,
	const struct session_settings *settings, struct error *err)
{
	struct session session = {
		.source = session_source,
		.machine = machine,
		.hello = hello,
		.settings = settings};
	int failed;

	session.source.notice = session_notice;
	failed = session_open(&session, enrolment, err);
	if (failed) {
		channel_send_error(first, err);
		channel_close(first);
	} else {
		failed = session_serve(&session, first, err);
	}
	session_release(&session);
	return failed;
}
