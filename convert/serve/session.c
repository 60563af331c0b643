/*
 * One machine's session, a process of its own: its images, the queue of
 * requests, the lanes that carry them, the NBD server that QEMU and libguestfs
 * read from, and the pipeline over all that.  lanes.c is the source's side of
 * it, source/blocks.c the disks'.
 */
#include "convert/serve/session.h"

#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/daytime.h"
#include "common/error.h"
#include "common/event.h"
#include "common/io.h"
#include "common/json.h"
#include "common/log.h"
#include "common/own.h"
#include "convert/capture/bulk.h"
#include "convert/capture/crew.h"
#include "convert/capture/estimate.h"
#include "convert/capture/generation.h"
#include "convert/capture/pool.h"
#include "convert/capture/probe.h"
#include "convert/capture/room.h"
#include "convert/capture/skip.h"
#include "convert/serve/disks.h"
#include "convert/serve/lanes.h"
#include "convert/serve/meter.h"
#include "convert/serve/rendezvous.h"
#include "convert/serve/screen.h"
#include "convert/serve/throttle.h"
#include "convert/serve/turn.h"
#include "convert/source/blocks.h"
#include "convert/source/image.h"
#include "convert/source/nbd.h"
#include "convert/source/proof.h"
#include "convert/source/queue.h"
#include "convert/source/reread.h"
#include "convert/state/journal.h"
#include "convert/state/machine.h"
#include "wire/channel.h"
#include "wire/message.h"

enum {
	TURN_SECONDS = 2,
	LAST_WORD_SECONDS = 60,
	PROBE_RATE_LEAST = 1000000, /* bytes a second */
	PROBE_PARTS = 16 /* a disk with less than such a part is not measured */
};

struct session {
	struct pipeline_source source; /* first, so that it can be cast */
	struct machine *machine;
	struct machine *place; /* of the next generation; NULL: it is the first */
	const struct hello *hello;
	const struct session_settings *settings;
	struct progress progress;
	struct machine_disk *disks;
	size_t count;
	struct image *images[DISKS_LIMIT];
	struct blocks *blocks[DISKS_LIMIT];
	struct nbd_export exports[DISKS_LIMIT];
	char *locations[DISKS_LIMIT];
	char *door_path, *nbd_path, *rate_path;
	struct throttle *throttle;
	struct meter meter; /* the tick's */
	const char *stage;  /* the last one that an event told of */
	struct queue *queue;
	struct screen *screen;
	struct lanes *lanes;
	struct nbd *nbd;
};

static bool
is_pre_copy(const struct session *session)
{
	return strcmp(session->hello->mode, "pre-copy") == 0;
}

static const char *
session_location(struct pipeline_source *source, size_t index,
	const char **format_out)
{
	const struct session *session = (struct session *)source;

	*format_out = "raw";
	return session->locations[index];
}

/* A disk as the inventory describes it. */
static const json_t *
offered_disk(const struct session *session, size_t index)
{
	const json_t *disk;
	size_t i;

	json_array_foreach(json_object_get(session->hello->inventory, "disks"),
		i, disk)
		if (json_flag(disk, "offered", 0) && index-- == 0)
			return disk;
	return NULL;
}

/* What session_capture() hands to its crew. */
struct capture {
	struct session *session;
	const struct plan *plans;
	struct progress *progress;
	struct capture_count *counts;
	pthread_mutex_t pooling; /* making a pool takes memory */
};

static struct pool *
open_pool(struct capture *capture, size_t index)
{
	const struct session *session = capture->session;
	struct error why = {0};
	struct pool *pool = NULL;

	pthread_mutex_lock(&capture->pooling);
	if (pool_open(&pool, session->machine, session->images[index], &why) ==
		-1)
		log_warn("%s: no blocks are shared: %s", session->machine->name,
			why.text);
	pthread_mutex_unlock(&capture->pooling);
	return pool;
}

static int
capture_disk(void *context, size_t index, struct error *err)
{
	struct capture *capture = context;
	const struct session *session = capture->session;
	const struct plan *plan = &capture->plans[index];
	struct capture_count *count = &capture->counts[index];
	AUTO(pool_closep) struct pool *pool = open_pool(capture, index);

	if (bulk_capture(session->blocks[index], pool, plan->extents,
		    plan->count, capture->progress, count, err) == -1 ||
		skip_count(&count->skipped, session->images[index],
			offered_disk(session, index), err) == -1)
		return error_add(err, "disk %s", session->disks[index].name);
	return 0;
}

/* The other disks need not go on. */
static void
capture_failed(void *context, const struct error *why)
{
	const struct capture *capture = context;

	queue_fail(capture->session->queue, why);
}

/*
 * All disks together.  How much of it another capture holds is not known yet;
 * where the file system shares extents, only what none can hold is asked for.
 */
static int
check_room(const struct session *session, uint64_t missing, struct error *err)
{
	AUTO(freep) char *folder = machine_path(session->machine, "capture");
	uint64_t held = 0;

	if (folder == NULL)
		return error_set(err, ENOMEM, "look for room");
	if (room_is_shared(folder) &&
		pool_measure(&held, session->machine, err) == -1)
		return -1;
	return room_check(folder, missing > held ? missing - held : 0, err);
}

static int
session_capture(struct pipeline_source *source, const struct plan *plans,
	size_t count, struct progress *progress,
	struct capture_count *counts_out, struct error *err)
{
	struct session *session = (struct session *)source;
	struct capture capture = {.session = session,
		.plans = plans,
		.progress = progress,
		.counts = counts_out,
		.pooling = PTHREAD_MUTEX_INITIALIZER};
	const struct crew_work work = {count, capture_disk, capture_failed,
		&capture};
	uint64_t missing = 0;

	for (size_t i = 0; i < count; i++)
		missing += bulk_missing(session->blocks[i], plans[i].extents,
			plans[i].count);
	if (check_room(session, missing, err) == -1)
		return -1;
	/* Without what is there, so that rate and remaining time are true. */
	progress_begin(progress, "capture", missing);
	return crew_run(&work, err);
}

static void
look_at_wire(void *context, uint64_t *received_out, uint64_t *receiving_out,
	unsigned *lanes_out)
{
	const struct session *session = context;
	uint64_t sent;

	lanes_wire(session->lanes, received_out, &sent);
	*lanes_out = lanes_receiving(session->lanes, receiving_out);
}

/* What the measurements brought. */
struct probed {
	uint64_t read_bytes, wire_bytes;
};

/*
 * Measure one disk alone; what was read of it is no longer missing.  The ratio
 * is of all that was measured so far.
 */
static int
probe_disk(struct session *session, const struct plan *plan, size_t index,
	struct estimate_disk *disk, struct probed *probed, struct error *err)
{
	const struct probe_wire wire = {look_at_wire, session};
	struct probe probe;

	if (probe_run(&probe, session->blocks[index], session->queue,
		    (uint8_t)index, plan->extents, plan->count, &wire, err) ==
		-1)
		return -1;
	if (probe.read_bytes == 0 || probe.read_seconds <= 0)
		return 0;
	probed->read_bytes += probe.read_bytes;
	probed->wire_bytes += probe.wire_bytes;
	disk->missing_bytes = bulk_missing(session->blocks[index],
		plan->extents, plan->count);
	disk->speed = (double)probe.read_bytes / probe.read_seconds;
	disk->limit = probe_limit(&probe);
	disk->shared = probe_shared(&probe);
	log_debug("%s: %s: read %ju bytes in %.2f s (%.2f s of %u lanes "
		"receiving), hashed %ju in %.2f s", session->machine->name,
		session->disks[index].name, (uintmax_t)probe.read_bytes,
		probe.read_seconds, probe.lane_seconds, probe.lanes,
		(uintmax_t)probe.hashed_bytes, probe.hash_seconds);
	return 0;
}

/* Bytes on the wire for each byte read, as far as the assessment saw. */
static double
ratio_so_far(const struct session *session)
{
	uint64_t received, sent, fetched = 0;

	lanes_wire(session->lanes, &received, &sent);
	for (size_t i = 0; i < session->count; i++)
		fetched += blocks_fetched_bytes(session->blocks[i]);
	return fetched == 0 || received > fetched
		? 1
		: (double)received / (double)fetched;
}

/*
 * Each disk that is a part worth measuring; the others are taken to be like
 * them.
 */
static int
probe_disks(struct session *session, const struct plan *plans, size_t count,
	struct estimate_disk *disks, struct estimate_facts *facts,
	struct error *err)
{
	struct probed probed = {0};
	uint64_t total = 0;

	for (size_t i = 0; i < count; i++)
		total += disks[i].missing_bytes;
	for (size_t i = 0; i < count; i++)
		if (disks[i].missing_bytes > total / PROBE_PARTS &&
			probe_disk(session, &plans[i], i, &disks[i], &probed,
				err) == -1)
			return -1;
	if (probed.read_bytes > 0)
		facts->ratio = (double)probed.wire_bytes /
			(double)probed.read_bytes;
	return 0;
}

static int
session_estimate(struct pipeline_source *source, const struct plan *plans,
	size_t count, struct estimate *estimate_out, struct error *err)
{
	struct session *session = (struct session *)source;
	struct estimate_facts facts = {.ratio = ratio_so_far(session),
		.limit = "wire"};
	struct estimate_disk disks[DISKS_LIMIT] = {0};
	unsigned minute = daytime_now();
	uint64_t limit;

	throttle_rate(session->throttle, &facts.rate);
	limit = rate_at(&facts.rate, minute);
	for (size_t i = 0; i < count; i++)
		disks[i].missing_bytes = bulk_missing(session->blocks[i],
			plans[i].extents, plans[i].count);
	/* Under a slow limit, a measurement would only find the limit. */
	if ((limit == 0 || limit >= PROBE_RATE_LEAST) &&
		probe_disks(session, plans, count, disks, &facts, err) == -1)
		return -1;
	estimate_join(&facts, disks, count, CREW_HANDS);
	estimate_make(estimate_out, &facts, minute);
	return 0;
}

static int
session_reread(struct pipeline_source *source, size_t index,
	struct progress *progress, struct capture_count *count,
	struct error *err)
{
	const struct session *session = (struct session *)source;

	if (reread_run(session->images[index], session->queue, (uint8_t)index,
		    progress, &count->reread, err) == -1)
		return -1;
	return bulk_count(session->blocks[index], count, err);
}

static int
session_compare(struct pipeline_source *source, size_t index,
	struct progress *progress, uint64_t *changed_out, struct error *err)
{
	const struct session *session = (struct session *)source;
	struct image *image = session->images[index];
	uint64_t before, after, zero, ignored;

	image_count(image, &before, &zero);
	progress_begin(progress, "compare", image_known_bytes(image));
	if (proof_run(image, session->queue, (uint8_t)index, progress, &ignored,
		    err) == -1)
		return -1;
	image_count(image, &after, &zero);
	*changed_out = before > after ? before - after : 0;
	return 0;
}

static void
session_wire(struct pipeline_source *source, uint64_t *received_out,
	uint64_t *sent_out)
{
	const struct session *session = (struct session *)source;

	lanes_wire(session->lanes, received_out, sent_out);
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

static int
export_read(void *context, uint64_t offset_bytes, void *data, size_t bytes,
	struct error *err)
{
	return blocks_read(context, offset_bytes, data, bytes, err);
}

/* The operator's limit changed, or the time came for another. */
static void
update_rate(struct session *session)
{
	char text[64], rate[16];
	uint64_t limit;

	if (!throttle_update(session->throttle, daytime_now(), &limit))
		return;
	if (limit == 0)
		snprintf(text, sizeof text, "the wire is not limited any more");
	else
		snprintf(text, sizeof text, "at most %s/s over the wire",
			progress_bytes(rate, limit));
	log_info("%s: %s", session->machine->name, text);
	screen_say(session->screen, "info", text);
}

/* About once a second: what was captured becomes durable. */
static void
session_tick(void *context)
{
	struct session *session = context;
	struct error err;

	update_rate(session);
	meter_tick(&session->meter, &session->progress,
		session->machine->name);
	for (size_t i = 0; i < session->count; i++)
		if (image_flush_old(session->images[i], &err) == -1)
			queue_fail(session->queue, &err);
}

/*
 * The operator ends serve.  Nothing needs an orderly end but the images: helpers
 * die with us, and the next run takes over the rest.
 */
static void
session_stopped(void *context)
{
	const struct session *session = context;
	struct error err;

	log_info("%s: stopped; what was captured is kept",
		session->machine->name);
	for (size_t i = 0; i < session->count; i++)
		if (image_checkpoint(session->images[i], &err) == -1)
			log_error(&err);
	unlink(session->door_path);
	unlink(session->nbd_path);
	_exit(1);
}

/* A generation that is complete stays so until the next one is. */
static int
choose_place(struct session *session, struct error *err)
{
	AUTO(generation_release) struct generation last;

	if (generation_settle(session->machine, err) == -1 ||
		generation_read(&last, session->machine, err) == -1)
		return -1;
	if (last.number == 0)
		return 0;
	if (generation_stage(&session->place, session->machine, err) == -1)
		return -1;
	session->source.place = session->place;
	return 0;
}

/* inventory.json and disks.json: what the source said that it is. */
static int
write_facts(struct session *session, struct error *err)
{
	const struct machine *place = session->place != NULL
		? session->place : session->machine;
	AUTO(freep) char *path = machine_path(place, "inventory.json");

	if (path == NULL)
		return error_set(err, ENOMEM, "write the inventory");
	if (disks_from_inventory(&session->disks, &session->count,
		    session->hello->inventory, err) == -1)
		return -1;
	if (json_file_write(path, session->hello->inventory, err) == -1)
		return -1;
	return machine_write_disks(place, session->disks, session->count, err);
}

static int
open_images(struct session *session, struct error *err)
{
	AUTO(freep) char *folder = machine_path(session->machine, "capture");

	if (folder == NULL)
		return error_set(err, ENOMEM, "open the images");
	if (io_make_folders(folder, err) == -1)
		return -1;
	for (size_t i = 0; i < session->count; i++)
		if (image_open(&session->images[i], folder,
			    session->disks[i].name,
			    session->disks[i].size_bytes,
			    session->hello->session, err) == -1 ||
			blocks_new(&session->blocks[i], session->images[i],
				session->queue, (uint8_t)i, err) == -1)
			return -1;
	return 0;
}

static int
choose_locations(struct session *session, struct error *err)
{
	if (rendezvous_path(&session->door_path, session->machine,
		    "session.sock", err) == -1 ||
		rendezvous_path(&session->nbd_path, session->machine,
			"disks.sock", err) == -1)
		return -1;
	session->rate_path = machine_path(session->machine, "rate");
	if (session->rate_path == NULL)
		return error_set(err, ENOMEM, "begin the session");
	for (size_t i = 0; i < session->count; i++) {
		const char *name = session->disks[i].name;

		/* Neither has a character that a URI would quote. */
		session->locations[i] = io_format("nbd+unix:///%s?socket=%s",
			name, session->nbd_path);
		if (session->locations[i] == NULL)
			return error_set(err, ENOMEM, "begin the session");
		session->exports[i] = (struct nbd_export){name,
			session->disks[i].size_bytes, export_read,
			session->blocks[i]};
	}
	return 0;
}

static struct welcome
make_welcome(const struct session *session)
{
	struct welcome welcome = {.version = FRAME_VERSION, .codec = CODEC_NONE};

	if (session->hello->codecs[CODEC_ZLIB])
		welcome.codec = CODEC_ZLIB;
	if (session->hello->codecs[CODEC_ZSTD])
		welcome.codec = CODEC_ZSTD;
	snprintf(welcome.machine, sizeof welcome.machine, "%s",
		session->machine->name);
	return welcome;
}

static int
start_lanes(struct session *session, const struct enrolment *enrolment,
	struct error *err)
{
	const struct lanes_settings settings = {.enrolment = enrolment,
		.session = session->hello->session,
		.welcome = make_welcome(session),
		.cores = session->hello->cores,
		.fixed_lanes = session->settings->lanes,
		.queue = session->queue,
		.screen = session->screen,
		.throttle = session->throttle,
		.socket_path = session->door_path,
		.patience_seconds = session->settings->patience_seconds,
		.silence_seconds = session->settings->silence_seconds,
		.tick = session_tick,
		.stopped = session_stopped,
		.context = session};

	return lanes_start(&session->lanes, &settings, err);
}

static int
session_open(struct session *session, const struct enrolment *enrolment,
	struct error *err)
{
	if (session->settings->no_share &&
		machine_set_apart(session->machine, err) == -1)
		return -1;
	if (queue_new(&session->queue, err) == -1 ||
		screen_new(&session->screen, &session->progress, err) == -1 ||
		choose_place(session, err) == -1 ||
		write_facts(session, err) == -1 ||
		open_images(session, err) == -1 ||
		choose_locations(session, err) == -1 ||
		throttle_new(&session->throttle, session->rate_path,
			&session->settings->rate, err) == -1)
		return -1;
	update_rate(session); /* before the first request */
	return start_lanes(session, enrolment, err);
}

/* The lanes and the queue are over, or never began. */
static void
session_release(struct session *session)
{
	for (size_t i = 0; i < session->count; i++) {
		blocks_freep(&session->blocks[i]);
		image_close(session->images[i]);
		free(session->locations[i]);
	}
	screen_freep(&session->screen);
	queue_freep(&session->queue);
	machine_disks_free(session->disks, session->count);
	machine_closep(&session->place);
	free(session->door_path);
	free(session->nbd_path);
	free(session->rate_path);
	throttle_freep(&session->throttle);
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
		.source = {.location = session_location,
			.capture = session_capture,
			.estimate = session_estimate,
			.wire = session_wire,
			.notice = session_notice,
			.reread = session_reread,
			.compare = session_compare},
		.machine = machine,
		.hello = hello,
		.settings = settings};
	int failed = session_open(&session, enrolment, err);

	if (failed) {
		channel_send_error(first, err);
		channel_close(first);
	} else {
		failed = session_serve(&session, first, err);
	}
	session_release(&session);
	return failed;
}
