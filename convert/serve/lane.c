/*
 * One connection to the source, seen from the host.  Everything that arrives is
 * hostile until it was checked here: that it was asked for, that it is whole,
 * and that it has the hash it claims.  p2v/lane.c is the other end.
 */
#include "convert/serve/lane.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/monotonic.h"
#include "common/own.h"
#include "convert/serve/screen.h"
#include "convert/serve/throttle.h"
#include "convert/source/queue.h"
#include "wire/block.h"
#include "wire/channel.h"
#include "wire/message.h"

enum {
	DEPTH = 4, /* requests under way */
	IDLE_MS = 1000,
	THROTTLED_MS = 50, /* at a time; notices go on meanwhile */
	PING_SECONDS = 10,
	PONG_SECONDS = 30,
	/*
	 * The source says PONG every ten seconds while it works on an answer, so
	 * silence means that bytes are lost.
	 */
	SILENCE_SECONDS = 30,
	/* A dying disk may take minutes over one range, saying PONG. */
	STALL_SECONDS = 15 * 60
};

struct lane {
	struct channel *channel;
	const struct lane_work *work;
	unsigned number;
	struct codec_context *codec;
	uint8_t *data; /* BLOCK_RUN_LIMIT unpacked blocks */
	struct block_record records[BLOCK_RUN_LIMIT]; /* of those */
	uint8_t zero_hash[HASH_BYTES]; /* of a whole block of zeros */
	struct job *jobs[DEPTH];
	unsigned count;
	uint64_t cookie;
	time_t heard, spoke;
	unsigned silent_seconds; /* of listening, without any byte */
	bool pinged;
};

/* The source did what it must not. */
static int
violation(struct lane *lane, struct error *err)
{
	channel_send_error(lane->channel, err);
	queue_violation(lane->work->queue, err);
	return -1;
}

static int
ask(struct lane *lane, struct job *job, struct error *err)
{
	struct frame frame = {.type = job->type,
		.disk = job->disk,
		.offset_bytes = job->offset_bytes,
		.length = job->length};

	for (unsigned i = 0; i < DEPTH; i++)
		if (lane->jobs[i] == NULL) {
			lane->jobs[i] = job;
			break;
		}
	lane->count++;
	throttle_ask(lane->work->throttle, job);
	frame.cookie = job->cookie = ++lane->cookie;
	lane->spoke = monotonic_ticks();
	return channel_send(lane->channel, &frame, NULL, err);
}

static int
ping(struct lane *lane, struct error *err)
{
	struct frame frame = {.type = FRAME_PING};

	lane->pinged = true;
	lane->spoke = monotonic_ticks();
	return channel_send(lane->channel, &frame, NULL, err);
}

/* Whether nothing may be asked for now; waits when there is nothing else. */
static bool
is_throttled(const struct lane *lane)
{
	unsigned wait_ms = throttle_wait_ms(lane->work->throttle,
		monotonic_seconds());

	if (wait_ms == 0)
		return false;
	if (wait_ms > THROTTLED_MS)
		wait_ms = THROTTLED_MS;
	if (lane->count == 0)
		usleep(wait_ms * 1000);
	return true;
}

/* Others are enough; waits a moment when nothing is under way. */
static bool
is_off_duty(const struct lane *lane)
{
	if (lane->number < atomic_load(lane->work->at_work))
		return false;
	if (lane->count == 0)
		queue_rest(lane->work->queue, IDLE_MS);
	return true;
}

/* Take requests; waits a moment when the lane has nothing to do. */
static int
fill(struct lane *lane, struct error *err)
{
	if (is_off_duty(lane))
		return 0;
	while (lane->count < DEPTH) {
		struct job *job;

		if (is_throttled(lane)) {
			atomic_store(lane->work->was_idle, true);
			return 0;
		}
		job = queue_take(lane->work->queue, 0);
		if (job == NULL) {
			atomic_store(lane->work->was_idle, true);
			job = lane->count > 0 ? NULL
					      : queue_take(lane->work->queue,
							IDLE_MS);
		}
		if (job == NULL)
			return 0;
		if (lane->count == 0)
			lane->heard = monotonic_ticks();
		if (ask(lane, job, err) == -1)
			return -1;
	}
	return 0;
}

/* Free space is mostly zeros: their hash is known without hashing them. */
static bool
is_known_zero(const struct lane *lane, const struct block_record *record,
	uint32_t bytes)
{
	return record->codec == CODEC_ZERO && bytes == BLOCK_BYTES &&
		memcmp(record->hash, lane->zero_hash, HASH_BYTES) == 0;
}

/*
 * Unpack and check records first..end of lane->records: the blocks from `index`
 * on of the job.  *fault_out counts as `first` does.
 */
static int
check_records(struct lane *lane, const struct job *job, uint32_t index,
	uint32_t first, uint32_t end, uint32_t *fault_out, struct error *err)
{
	uint32_t range = 0, fault;

	for (uint32_t i = first; i < end; i++)
		range += block_length(job->length, index + i);
	if (block_unpack_run(lane->codec, lane->records + first,
		    lane->data + (size_t)first * BLOCK_BYTES, range, &fault,
		    err) == 0)
		return 0;
	*fault_out = first + fault;
	return -1;
}

/*
 * Decode and check the next `count` blocks of a DATA, from `index` on.  After a
 * failure *fault_out is the one, from 0.
 */
static int
open_records(struct lane *lane, const struct job *job, uint32_t index,
	uint32_t count, const uint8_t **at, const uint8_t *end,
	uint32_t *fault_out, struct error *err)
{
	uint32_t *i = fault_out, run;

	for (*i = 0; *i < count; ++*i)
		if (block_record_decode(&lane->records[*i], at, end,
			    block_length(job->length, index + *i), err) == -1)
			return -1;
	for (*i = 0; *i < count; *i += run == 0 ? 1 : run) {
		for (run = 0; *i + run < count && !is_known_zero(lane,
				&lane->records[*i + run],
				block_length(job->length, index + *i + run));
			run++)
			;
		if (run > 0 && check_records(lane, job, index, *i, *i + run,
				fault_out, err) == -1)
			return -1;
	}
	return 0;
}

/* What blocks are named in messages, counted from 0 in the job. */
static int
blame(const struct job *job, uint32_t index, struct error *err)
{
	return error_add(err, "block %u of %u at byte %ju", index,
		block_count(job->length), (uintmax_t)job->offset_bytes);
}

/* As take_blocks(), for DATA: several at a time are hashed faster. */
static int
take_data(struct lane *lane, struct job *job, const uint8_t **at,
	const uint8_t *end, struct error *err)
{
	uint32_t blocks = block_count(job->length), count, fault;

	for (uint32_t index = 0; index < blocks; index += count) {
		count = blocks - index < BLOCK_RUN_LIMIT
			? blocks - index
			: BLOCK_RUN_LIMIT;
		if (open_records(lane, job, index, count, at, end, &fault,
			    err) == -1)
			return blame(job, index + fault, err);
		for (uint32_t i = 0; i < count; i++) {
			const struct block_record *record = &lane->records[i];
			bool is_bad = record->flags & BLOCK_BAD;
			const struct answer answer = {.index = index + i,
				.is_zero = record->codec == CODEC_ZERO,
				.is_bad = is_bad,
				.data = lane->data + (size_t)i * BLOCK_BYTES,
				.hash = record->hash,
				.bad_map = is_bad ? record->bad_map : NULL};

			if (job->block(job, &answer, err) == -1)
				return 1;
		}
	}
	return 0;
}

/* The same for SUMS. */
static int
take_sums(struct job *job, const uint8_t **at,
	const uint8_t *end, struct error *err)
{
	struct block_sum sum;

	for (uint32_t i = 0; i < block_count(job->length); i++) {
		struct answer answer = {.index = i, .hash = sum.hash};

		if (block_sum_decode(&sum, at, end, err) == -1)
			return blame(job, i, err);
		answer.is_bad = sum.flags & BLOCK_BAD;
		if (job->block(job, &answer, err) == -1)
			return 1;
	}
	return 0;
}

/* Every block of the answer; 1 when the host itself failed to keep one. */
static int
take_blocks(struct lane *lane, struct job *job, const struct frame *frame,
	const uint8_t *payload, struct error *err)
{
	const uint8_t *at = payload, *end = payload + frame->payload_bytes;
	int result = job->type == FRAME_READ
		? take_data(lane, job, &at, end, err)
		: take_sums(job, &at, end, err);

	if (result != 0)
		return result;
	return at == end ? 0
			 : error_set(err, EBADMSG, "%s has bytes behind its "
				"last block", frame_type_name(frame->type));
}

/* The place of the request that this frame answers, or -1. */
static int
find_job(const struct lane *lane, const struct frame *frame)
{
	for (int i = 0; i < DEPTH; i++) {
		const struct job *job = lane->jobs[i];

		if (job != NULL && job->cookie == frame->cookie &&
			frame->type == (job->type == FRAME_READ ? FRAME_DATA
								: FRAME_SUMS) &&
			job->disk == frame->disk &&
			job->offset_bytes == frame->offset_bytes &&
			job->length == frame->length)
			return i;
	}
	return -1;
}

static int
take_answer(struct lane *lane, const struct frame *frame,
	const uint8_t *payload, struct error *err)
{
	int place = find_job(lane, frame), result;
	struct job *job;

	if (place == -1) {
		error_set(err, EBADMSG, "%s of %u bytes at %ju of disk %u was "
			"not asked for", frame_type_name(frame->type),
			frame->length, (uintmax_t)frame->offset_bytes,
			frame->disk);
		return violation(lane, err);
	}
	job = lane->jobs[place];
	result = take_blocks(lane, job, frame, payload, err);
	if (result == -1)
		return violation(lane, err);
	throttle_settle(lane->work->throttle, job,
		FRAME_BYTES + frame->payload_bytes);
	atomic_fetch_add(lane->work->answered_bytes, job->length);
	lane->jobs[place] = NULL;
	lane->count--;
	if (result == 1) {
		/* The lane is well; it stays to carry the reason. */
		queue_fail(lane->work->queue, err);
		job->done(job, err);
		error_clear(err);
	} else {
		job->done(job, NULL);
	}
	return 0;
}

/* A second went by without a frame; with `bytes` before it. */
static int
wait_on(struct lane *lane, uint64_t bytes, struct error *err)
{
	unsigned patience = lane->work->silence_seconds;
	time_t now = monotonic_ticks();

	if (channel_received_bytes(lane->channel) != bytes)
		lane->silent_seconds = 0;
	else
		lane->silent_seconds++;
	if (lane->silent_seconds >= (patience ? patience : SILENCE_SECONDS) ||
		now - lane->heard > STALL_SECONDS)
		return error_set(err, ETIMEDOUT, "the source does not answer");
	error_clear(err);
	/* So that the source hears, too, that the wire is there. */
	return lane->pinged || now - lane->spoke < PING_SECONDS
		? 0
		: ping(lane, err);
}

static int
receive(struct lane *lane, struct error *err)
{
	uint64_t bytes = channel_received_bytes(lane->channel);
	const uint8_t *payload;
	struct frame frame;

	if (channel_receive(lane->channel, &frame, &payload, 1, err) == -1) {
		if (err->code == EBADMSG)
			return violation(lane, err);
		return err->code == ETIMEDOUT ? wait_on(lane, bytes, err) : -1;
	}
	lane->silent_seconds = 0;
	atomic_store(lane->work->heard, monotonic_ticks());
	if (frame.type == FRAME_PONG) {
		lane->pinged = false;
		return 0;
	}
	lane->heard = monotonic_ticks();
	return take_answer(lane, &frame, payload, err);
}

/* Nothing is under way: see that the source is still there. */
static int
idle(struct lane *lane, struct error *err)
{
	time_t now = monotonic_ticks();

	if (channel_is_readable(lane->channel))
		return receive(lane, err);
	if (lane->pinged)
		return now - lane->spoke <= PONG_SECONDS
			? 0
			: error_set(err, ETIMEDOUT,
				  "the source does not answer");
	return now - lane->spoke < PING_SECONDS ? 0 : ping(lane, err);
}

/* One turn: 0 to go on, 1 after CLOSE, -1. */
static int
turn(struct lane *lane, struct error *err)
{
	struct closing closing;
	struct notice notice;

	while (lane->number == 0 && screen_next(lane->work->screen, &notice))
		if (notice_send(lane->channel, &notice, err) == -1)
			return -1;
	if (!screen_is_closing(lane->work->screen, &closing)) {
		if (fill(lane, err) == -1)
			return -1;
	} else if (lane->count == 0) {
		return closing_send(lane->channel, &closing, err) == -1 ? -1
									: 1;
	}
	return lane->count > 0 ? receive(lane, err) : idle(lane, err);
}

static int
prepare(struct lane *lane, struct error *err)
{
	lane->data = calloc(BLOCK_RUN_LIMIT, BLOCK_BYTES);
	if (lane->data == NULL)
		return error_set(err, ENOMEM, "open a lane");
	if (hash_block(lane->data, BLOCK_BYTES, lane->zero_hash, err) == -1)
		return -1;
	return codec_new(&lane->codec, err);
}

int
lane_run(struct channel *channel, const struct lane_work *work, unsigned number,
	struct error *err)
{
	struct lane lane = {.channel = channel,
		.work = work,
		.number = number,
		.heard = monotonic_ticks(),
		.spoke = monotonic_ticks()};
	int done = prepare(&lane, err);

	while (done == 0)
		done = turn(&lane, err);
	for (int i = 0; i < DEPTH; i++)
		if (lane.jobs[i] != NULL) {
			throttle_settle(work->throttle, lane.jobs[i], 0);
			queue_return(work->queue, lane.jobs[i]);
		}
	if (lane.codec != NULL)
		codec_free(lane.codec);
	free(lane.data);
	return done == 1 ? 0 : -1;
}
