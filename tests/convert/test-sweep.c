/*
 * Comparing a captured disk with a source that was booted anew, and that gets
 * lost in the middle: the next run goes on, and believes nothing more.
 */
#include "convert/source/sweep.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "common/own.h"
#include "common/progress.h"
#include "convert/source/image.h"
#include "convert/source/map.h"
#include "convert/source/proof.h"
#include "tests/harness.h"

enum {
	REQUEST_BLOCKS = (16 << 20) / BLOCK_BYTES,
	BLOCKS = 160 * REQUEST_BLOCKS, /* 2.5 GiB */
	NEVER = 1000
};

/* A source whose blocks are zeros, but for those that changed. */
struct source {
	struct queue *queue;
	const uint64_t *changed;
	size_t changed_count;
	unsigned lost_at;   /* the request that is not answered any more */
	unsigned late;	    /* one that is answered behind all others */
	unsigned look_at;   /* where the record is looked at */
	struct job *later;
	atomic_bool is_over;
	unsigned requests;
	uint64_t hashed_blocks, noted; /* noted: when looked at */
};

static char folder[64];
static uint8_t zeros_hash[HASH_BYTES];

static struct map_proof
noted(void)
{
	AUTO(freep) char *path = io_format("%s/sda.map", folder);
	AUTO(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t bytes[MAP_PROOF_BYTES];
	struct map_proof proof;
	struct error err;

	assert_ok(io_pread(fd, bytes, sizeof bytes, MAP_PROOF_OFFSET, path,
		&err), &err);
	map_proof_decode(&proof, bytes);
	return proof;
}

static bool
has_changed(const struct source *source, uint64_t block)
{
	for (size_t i = 0; i < source->changed_count; i++)
		if (source->changed[i] == block)
			return true;
	return false;
}

static void
answer(struct source *source, struct job *job)
{
	static const uint8_t other[HASH_BYTES] = {1};
	struct error err;

	for (uint32_t i = 0; i < job->length / BLOCK_BYTES; i++) {
		uint64_t block = job->offset_bytes / BLOCK_BYTES + i;
		const struct answer it = {.index = i,
			.hash = has_changed(source, block) ? other
							   : zeros_hash};

		source->hashed_blocks++;
		if (job->block(job, &it, &err) == -1) {
			queue_fail(source->queue, &err);
			job->done(job, &err);
			return;
		}
	}
	job->done(job, NULL);
}

static void
lose(struct source *source, struct job *job)
{
	struct error why;

	error_set(&why, 0, "the source is lost");
	queue_fail(source->queue, &why);
	job->done(job, &why);
	if (source->later != NULL)
		source->later->done(source->later, &why);
}

static void *
run_source(void *argument)
{
	struct source *source = argument;
	struct job *job;

	while (!atomic_load(&source->is_over)) {
		unsigned number;

		job = queue_take(source->queue, 1000);
		if (job == NULL)
			continue;
		number = source->requests++;
		if (number == source->look_at)
			source->noted = noted().blocks;
		if (number == source->lost_at) {
			lose(source, job);
			return NULL;
		}
		if (number == source->late)
			source->later = job;
		else
			answer(source, job);
	}
	return NULL;
}

static struct image *
open_image(const char *session)
{
	struct image *image;
	struct error err;

	assert_ok(image_open(&image, folder, "sda",
		(uint64_t)BLOCKS * BLOCK_BYTES, session, &err), &err);
	return image;
}

static pthread_t
start(struct source *source)
{
	pthread_t thread;
	struct error err;

	assert_ok(queue_new(&source->queue, &err), &err);
	assert_int_equal(pthread_create(&thread, NULL, run_source, source), 0);
	return thread;
}

static void
stop(struct source *source, pthread_t thread)
{
	atomic_store(&source->is_over, true);
	queue_wake(source->queue);
	pthread_join(thread, NULL);
	queue_free(source->queue);
}

/* Compare in a session; whether it came to its end. */
static bool
compare(const char *session, struct source *source)
{
	AUTO(image_closep) struct image *image = open_image(session);
	static struct progress progress;
	pthread_t thread = start(source);
	uint64_t dropped;
	struct error err;
	int failed = proof_run(image, source->queue, 0, &progress, &dropped,
		&err);

	stop(source, thread);
	return failed == 0;
}

static struct source
source_of(const uint64_t *changed, size_t count)
{
	return (struct source){.changed = changed, .changed_count = count,
		.lost_at = NEVER, .late = NEVER, .look_at = NEVER};
}

static int
setup(void **state)
{
	static const uint8_t zeros[BLOCK_BYTES];
	struct image *image;
	struct error err;

	(void)state;
	strcpy(folder, "/tmp/unrack-test-sweep.XXXXXX");
	assert_non_null(mkdtemp(folder));
	assert_ok(hash_block(zeros, sizeof zeros, zeros_hash, &err), &err);
	image = open_image("first");
	for (uint64_t block = 0; block < BLOCKS; block++)
		assert_ok(image_store(image, block, NULL, zeros_hash, NULL,
			&err), &err);
	assert_ok(image_checkpoint(image, &err), &err);
	image_close(image);
	return 0;
}

static int
teardown(void **state)
{
	struct error err;

	(void)state;
	assert_ok(io_remove_tree(folder, &err), &err);
	return 0;
}

/* A change behind the place of the loss, and one before it. */
static void
a_comparison_goes_on_where_the_source_was_lost(void **state)
{
	const uint64_t changed[] = {7, BLOCKS - 5};
	struct source source = source_of(changed, 2);
	struct image *image;

	(void)state;
	source.lost_at = 10;
	assert_false(compare("second", &source));
	assert_int_equal(source.hashed_blocks, 10 * REQUEST_BLOCKS);
	source = source_of(changed, 2);
	assert_true(compare("second", &source));
	assert_int_equal(source.hashed_blocks, BLOCKS - 10 * REQUEST_BLOCKS);
	image = open_image("second");
	assert_false(image_is_foreign(image));
	for (uint64_t block = 0; block < BLOCKS; block++)
		assert_int_equal(image_has(image, block),
			block != changed[0] && block != changed[1]);
	image_close(image);
}

static void
what_was_not_answered_yet_is_compared_again(void **state)
{
	struct source source = source_of(NULL, 0);

	(void)state;
	source.late = 3;
	source.lost_at = 20;
	assert_false(compare("second", &source));
	source = source_of(NULL, 0);
	assert_true(compare("second", &source));
	assert_int_equal(source.hashed_blocks, BLOCKS - 3 * REQUEST_BLOCKS);
}

static void
another_boot_begins_anew(void **state)
{
	struct source source = source_of(NULL, 0);

	(void)state;
	source.lost_at = 20;
	assert_false(compare("second", &source));
	source = source_of(NULL, 0);
	source.lost_at = 5;
	assert_false(compare("third", &source));
	source = source_of(NULL, 0);
	assert_true(compare("second", &source));
	assert_int_equal(source.hashed_blocks, BLOCKS);
}

/* A host that is killed leaves what was noted before. */
static void
how_far_it_came_is_noted_on_the_way(void **state)
{
	struct source source = source_of(NULL, 0);

	(void)state;
	source.look_at = 150;
	assert_true(compare("second", &source));
	assert_in_range(source.noted, 64 * REQUEST_BLOCKS,
		150 * REQUEST_BLOCKS);
	assert_int_equal(noted().blocks, 0); /* the image is of this boot */
}

static int
refuse(void *context, uint64_t block, const struct answer *answer,
	struct error *err)
{
	(void)context;
	(void)answer;
	return block == 12 * REQUEST_BLOCKS
		? error_set(err, 0, "the map cannot be written")
		: 0;
}

static bool
all(void *context, uint64_t block)
{
	(void)context;
	(void)block;
	return true;
}

static int
count_notes(void *context, uint64_t block, struct error *err)
{
	(void)block;
	(void)err;
	(*(unsigned *)context)++;
	return 0;
}

/* After a failed write nobody knows what is durable. */
static void
after_a_failure_of_the_host_nothing_is_noted(void **state)
{
	AUTO(image_closep) struct image *image = open_image("second");
	unsigned notes = 0;
	struct source source = source_of(NULL, 0);
	static struct progress progress;
	pthread_t thread = start(&source);
	const struct sweep sweep = {.image = image, .queue = source.queue,
		.type = FRAME_HASH, .wants = all, .block = refuse,
		.passed = count_notes, .context = &notes,
		.progress = &progress};
	struct error err;

	(void)state;
	assert_int_equal(sweep_run(&sweep, &err), -1);
	stop(&source, thread);
	assert_int_equal(notes, 0);
}

#define SWEEP_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SWEEP_TEST(a_comparison_goes_on_where_the_source_was_lost),
		SWEEP_TEST(what_was_not_answered_yet_is_compared_again),
		SWEEP_TEST(another_boot_begins_anew),
		SWEEP_TEST(how_far_it_came_is_noted_on_the_way),
		SWEEP_TEST(after_a_failure_of_the_host_nothing_is_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
