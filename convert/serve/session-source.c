/*
 * A session's disks as the pipeline's source: where they are, what copying
 * them takes, and copying them.  session.c is who asks for it.
 */
#include <errno.h>
#include <pthread.h>

#include "common/daytime.h"
#include "common/error.h"
#include "common/json.h"
#include "common/log.h"
#include "common/own.h"
#include "convert/capture/bulk.h"
#include "convert/capture/crew.h"
#include "convert/capture/estimate.h"
#include "convert/capture/pool.h"
#include "convert/capture/probe.h"
#include "convert/capture/room.h"
#include "convert/capture/skip.h"
#include "convert/serve/lanes.h"
#include "convert/serve/session-parts.h"
#include "convert/serve/throttle.h"
#include "convert/source/blocks.h"
#include "convert/source/image.h"
#include "convert/source/proof.h"
#include "convert/source/queue.h"
#include "convert/source/reread.h"
#include "convert/state/machine.h"
#include "wire/message.h"

enum {
	PROBE_RATE_LEAST = 1000000, /* bytes a second */
	PROBE_PARTS = 16 /* a disk with less than such a part is not measured */
};

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

const struct pipeline_source session_source = {
	.location = session_location,
	.capture = session_capture,
	.estimate = session_estimate,
	.wire = session_wire,
	.reread = session_reread,
	.compare = session_compare,
};
