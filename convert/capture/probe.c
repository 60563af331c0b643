/*
 * A short measurement of the source before the bulk copy, for estimate.c.
 */
#include "convert/capture/probe.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/monotonic.h"
#include "common/own.h"
#include "convert/pipeline.h"
#include "convert/source/blocks.h"
#include "convert/source/image.h"
#include "convert/source/queue.h"

enum {
	SAMPLE_BLOCKS = (4 << 20) / BLOCK_BYTES,
	HASH_BLOCKS = (1 << 20) / BLOCK_BYTES, /* so that all lanes have some */
	ROUND_LIMIT = 16, /* samples */
	SAMPLES = 3 * ROUND_LIMIT,
	SHARE = 8 /* a sample is at most this part of what is missing */
};

static const double enough_seconds = 1;

struct sample {
	uint64_t first, end;
};

/* Hashing under way; nobody wants the hashes. */
struct hashing {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned under_way;
	struct error why;
	bool failed;
};

struct hash_job {
	struct job job; /* first, so that it can be cast */
	struct hashing *hashing;
};

static uint64_t
missing_of(const struct image *image, const struct extent *extents,
	size_t count)
{
	uint64_t missing = 0;

	for (size_t i = 0; i < count; i++)
		for (uint64_t b = extents[i].offset_bytes / BLOCK_BYTES,
				end = b + (extents[i].length_bytes +
					BLOCK_BYTES - 1) / BLOCK_BYTES;
			b < end && b < image_blocks(image); b++)
			missing += !image_has(image, b);
	return missing;
}

/* Evenly over what is missing; where that is in small pieces, more of them. */
static unsigned
choose(struct sample samples[SAMPLES], const struct image *image,
	const struct extent *extents, size_t count)
{
	uint64_t missing = missing_of(image, extents, count);
	uint64_t stride = missing / SAMPLES, seen = 0, next = 0;
	uint64_t length = missing / SHARE + 1;
	unsigned chosen = 0;

	if (length > SAMPLE_BLOCKS)
		length = SAMPLE_BLOCKS;
	for (size_t i = 0; i < count; i++) {
		uint64_t b = extents[i].offset_bytes / BLOCK_BYTES;
		uint64_t end = b + (extents[i].length_bytes + BLOCK_BYTES - 1) /
			BLOCK_BYTES;

		if (end > image_blocks(image))
			end = image_blocks(image);
		for (; b < end && chosen < SAMPLES; b++) {
			if (image_has(image, b) || seen++ < next)
				continue;
			samples[chosen].first = b;
			samples[chosen].end = end - b < length
				? end
				: b + length;
			next += samples[chosen].end - b > stride
				? samples[chosen].end - b
				: stride;
			chosen++;
		}
	}
	return chosen;
}

/* Returns the bytes that had to come, by READ. */
static int
read_samples(uint64_t *bytes_out, struct blocks *blocks,
	const struct sample *samples, unsigned count, struct error *err)
{
	uint64_t before = blocks_fetched_bytes(blocks);

	for (unsigned i = 0; i < count; i++)
		if (blocks_request(blocks, samples[i].first, samples[i].end,
			    false, err) == -1)
			return -1;
	for (unsigned i = 0; i < count; i++)
		if (blocks_wait(blocks, samples[i].first, samples[i].end, err) ==
			-1)
			return -1;
	*bytes_out = blocks_fetched_bytes(blocks) - before;
	return 0;
}

static int
hashed_block(struct job *job, const struct answer *answer, struct error *err)
{
	(void)job;
	(void)answer;
	(void)err;
	return 0;
}

static void
hash_done(struct job *job, const struct error *failure)
{
	struct hashing *hashing = ((struct hash_job *)job)->hashing;

	pthread_mutex_lock(&hashing->lock);
	if (failure != NULL) {
		hashing->failed = true;
		hashing->why = *failure;
	}
	hashing->under_way--;
	pthread_cond_signal(&hashing->changed);
	pthread_mutex_unlock(&hashing->lock);
	free(job);
}

static int
hash_part(struct hashing *hashing, struct queue *queue, uint8_t disk,
	const struct image *image, uint64_t first, uint64_t end,
	struct error *err)
{
	struct hash_job *one = calloc(1, sizeof *one);

	if (one == NULL)
		return error_set(err, ENOMEM, "measure the source");
	one->hashing = hashing;
	one->job = (struct job){.type = FRAME_HASH,
		.disk = disk,
		.offset_bytes = first * BLOCK_BYTES,
		.length = (uint32_t)(end - first - 1) * BLOCK_BYTES +
			image_block_bytes(image, end - 1),
		.block = hashed_block,
		.done = hash_done};
	pthread_mutex_lock(&hashing->lock);
	hashing->under_way++;
	pthread_mutex_unlock(&hashing->lock);
	queue_submit(queue, &one->job);
	return 0;
}

static int
hash_wait(struct hashing *hashing, struct error *err)
{
	pthread_mutex_lock(&hashing->lock);
	while (hashing->under_way > 0)
		pthread_cond_wait(&hashing->changed, &hashing->lock);
	pthread_mutex_unlock(&hashing->lock);
	if (!hashing->failed)
		return 0;
	*err = hashing->why;
	return -1;
}

static int
hash_samples(uint64_t *bytes_out, const struct image *image,
	struct queue *queue, uint8_t disk, const struct sample *samples,
	unsigned count, struct error *err)
{
	struct hashing hashing = {.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER};
	struct error ignored;
	int failed = 0;

	*bytes_out = 0;
	for (unsigned i = 0; i < count; i++)
		for (uint64_t at = samples[i].first, to;
			at < samples[i].end && !failed; at = to) {
			to = at + HASH_BLOCKS < samples[i].end
				? at + HASH_BLOCKS
				: samples[i].end;
			failed = hash_part(&hashing, queue, disk, image, at, to,
				err);
			*bytes_out += (to - at) * BLOCK_BYTES;
		}
	return hash_wait(&hashing, failed ? &ignored : err) == -1 ? -1 : failed;
}

/* One round of reading, measured. */
static int
measure(struct probe *probe, struct blocks *blocks,
	const struct sample *samples, unsigned count,
	const struct probe_wire *wire, struct error *err)
{
	uint64_t received[2], receiving[2];
	double began = monotonic_seconds();

	wire->look(wire->context, &received[0], &receiving[0], &probe->lanes);
	if (read_samples(&probe->read_bytes, blocks, samples, count, err) == -1)
		return -1;
	wire->look(wire->context, &received[1], &receiving[1], &probe->lanes);
	probe->read_seconds = monotonic_seconds() - began;
	probe->wire_bytes = received[1] - received[0];
	probe->lane_seconds = (double)(receiving[1] - receiving[0]) / 1e6;
	return 0;
}

int
probe_run(struct probe *probe_out, struct blocks *blocks,
	struct queue *queue, uint8_t disk, const struct extent *extents,
	size_t count, const struct probe_wire *wire, struct error *err)
{
	const struct image *image = blocks_image(blocks);
	struct sample samples[SAMPLES];
	unsigned total = choose(samples, image, extents, count), used = 0;
	unsigned hashed;
	double began;

	*probe_out = (struct probe){0};
	/* Most is left for the copy, and some for the hashing. */
	for (unsigned round = 1; used + round <= (total + 1) / 2 && round <= ROUND_LIMIT &&
		probe_out->read_seconds < enough_seconds; round *= 2) {
		if (measure(probe_out, blocks, samples + used, round, wire,
			    err) == -1)
			return -1;
		used += round;
	}
	hashed = used < total - used ? used : total - used;
	began = monotonic_seconds();
	if (hash_samples(&probe_out->hashed_bytes, image, queue, disk,
		    samples + used, hashed, err) == -1)
		return -1;
	probe_out->hash_seconds = monotonic_seconds() - began;
	return 0;
}

const char *
probe_limit(const struct probe *probe)
{
	double reading = probe->read_seconds, hashing = probe->hash_seconds;

	/*
	 * All the time, some lane had a frame half across.  That not all had is no
	 * wonder: what one waits for may lie behind another's on the same wire.
	 */
	if (probe->lane_seconds >
		0.5 * reading * (probe->lanes < 2 ? probe->lanes : 2))
		return "wire";
	/* Without wire and compression it would hardly be faster. */
	if (probe->hashed_bytes == 0 || (double)probe->read_bytes * hashing >
			0.75 * (double)probe->hashed_bytes * reading)
		return "disk";
	return "processor";
}

double
probe_shared(const struct probe *probe)
{
	double wire;

	if (strcmp(probe_limit(probe), "disk") != 0)
		return 1;
	if (probe->read_seconds <= 0 || probe->lanes == 0)
		return 0;
	wire = probe->lane_seconds / (probe->read_seconds * probe->lanes);
	return wire < 1 ? wire : 1;
}
