/*
 * Machines that have blocks in common, over real TLS: what crosses the wire for
 * the second one, and what the host believes of the first one's image.
 */
#include "tests/convert/host.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "common/json.h"
#include "common/log.h"
#include "common/own.h"
#include "tests/convert/peer.h"
#include "tests/harness.h"
#include "wire/block.h"

enum {
	BLOCKS = 600,
	DISK_BYTES = BLOCKS * BLOCK_BYTES + 4608, /* the last block is short */
	ZERO_BLOCKS = 40,
	EVERY = 20, /* of the second disk's blocks, one differs: 5 % */
	MANY_BYTES = 240 << 20
};

struct pair {
	struct host host;
	struct enrolment second;
	uint8_t one[DISK_BYTES], two[DISK_BYTES];
};

static const char boot[] = "00112233445566778899aabbccddeeff";

static void
fill(uint8_t *data, size_t bytes, uint64_t seed)
{
	for (size_t i = 0; i + 8 <= bytes; i += 8) {
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		memcpy(data + i, &seed, 8);
	}
}

static uint8_t *
block_of(uint8_t *data, unsigned block)
{
	return data + (size_t)block * BLOCK_BYTES;
}

static int
setup(void **state)
{
	struct pair *pair = calloc(1, sizeof *pair);

	assert_non_null(pair);
	host_make(&pair->host);
	pair->host.patience_seconds = 30;
	host_enroll(&pair->host, "web2", &pair->second);
	fill(pair->one, DISK_BYTES, 1);
	memset(block_of(pair->one, 100), 0, ZERO_BLOCKS * BLOCK_BYTES);
	memcpy(pair->two, pair->one, DISK_BYTES);
	*state = pair;
	return 0;
}

static int
teardown(void **state)
{
	struct pair *pair = *state;

	host_remove(&pair->host);
	free(pair);
	return 0;
}

static struct peer
first_of(const struct pair *pair)
{
	return (struct peer){.enrolment = &pair->host.enrolment,
		.session = boot, .disk = pair->one, .bytes = DISK_BYTES};
}

static struct peer
second_of(const struct pair *pair)
{
	return (struct peer){.enrolment = &pair->second, .session = boot,
		.disk = pair->two, .bytes = DISK_BYTES};
}

static int
serve(struct peer *peer)
{
	struct channel *channel = NULL;
	struct error err = {0};
	int result;

	for (int i = 0; i < 200 && channel == NULL; i++)
		if (peer_open(peer, &channel, 0, &err) == -1) {
			channel = NULL;
			usleep(50000);
		}
	if (channel == NULL)
		fail_msg("%s", err.text);
	result = peer_serve(peer, channel, &err);
	channel_close(channel);
	return result;
}

static void
capture(struct peer *peer)
{
	assert_int_equal(serve(peer), 1);
	if (strcmp(peer->closing.verdict, "unproven") != 0)
		fail_msg("%s", peer->closing.text);
}

static void
assert_captured(const struct pair *pair, const char *machine,
	const uint8_t *disk)
{
	AUTO(freep) char *data = NULL;
	struct error err;
	size_t bytes;

	assert_ok(io_read_file(&data, &bytes,
		host_path_of(&pair->host, machine, "capture/sda.raw"), 1 << 30,
		&err), &err);
	assert_int_equal(bytes, DISK_BYTES);
	for (size_t i = 0; i < bytes; i += BLOCK_BYTES)
		if (memcmp(data + i, disk + i, bytes - i < BLOCK_BYTES
				? bytes - i
				: BLOCK_BYTES) != 0)
			fail_msg("%s differs in block %zu", machine,
				i / BLOCK_BYTES);
}

static uint64_t
result_of(const struct pair *pair, const char *machine, const char *key)
{
	AUTO(json_decrefpp) json_t *json = NULL;
	struct error err;

	assert_ok(json_file_read(&json,
		host_path_of(&pair->host, machine, "result.json"), &err), &err);
	return json_number(json_object_get(json, "sda"), key, UINT64_MAX);
}

/* One block in twenty becomes another one, half of it easy to pack. */
static unsigned
differ(struct pair *pair)
{
	unsigned changed = 0;

	for (unsigned i = 3; i < BLOCKS; i += EVERY) {
		fill(block_of(pair->two, i), BLOCK_BYTES / 2, 1000 + i);
		memset(block_of(pair->two, i) + BLOCK_BYTES / 2, 'x',
			BLOCK_BYTES / 2);
		changed++;
	}
	return changed;
}

/* Short blocks are not shared. */
static const uint64_t tail_bytes = DISK_BYTES % BLOCK_BYTES;

static void
the_second_machine_of_an_image_costs_what_differs(void **state)
{
	struct pair *pair = *state;
	struct peer first = first_of(pair), second = second_of(pair);
	uint64_t changed = (uint64_t)differ(pair) * BLOCK_BYTES;
	uint64_t used = DISK_BYTES - ZERO_BLOCKS * BLOCK_BYTES;

	host_start(&pair->host, host_job_capture);
	capture(&first);
	assert_int_equal(first.read_bytes, DISK_BYTES);
	assert_int_equal(first.hashed_bytes, 0); /* nobody to share with */
	assert_int_equal(result_of(pair, "web1", "shared"), 0);
	capture(&second);
	assert_captured(pair, "web2", pair->two);
	assert_int_equal(second.read_bytes, changed + tail_bytes);
	assert_int_equal(second.hashed_bytes, DISK_BYTES);
	assert_int_equal(result_of(pair, "web2", "captured"), DISK_BYTES);
	assert_int_equal(result_of(pair, "web2", "read"), changed + tail_bytes);
	/* The zeros among them need nobody; two of those differ. */
	assert_int_equal(result_of(pair, "web2", "zero"),
		(ZERO_BLOCKS - 2) * BLOCK_BYTES);
	assert_int_equal(result_of(pair, "web2", "shared"), DISK_BYTES -
		changed - tail_bytes - (ZERO_BLOCKS - 2) * BLOCK_BYTES);
	assert_true(result_of(pair, "web2", "received") * 20 < used);
}

static void
a_flipped_bit_is_noticed_and_the_source_asked(void **state)
{
	struct pair *pair = *state;
	struct peer first = first_of(pair), second = second_of(pair);
	uint8_t byte;
	int fd;

	host_start(&pair->host, host_job_capture);
	capture(&first);
	fd = open(host_path(&pair->host, "capture/sda.raw"), O_RDWR);
	assert_int_equal(pread(fd, &byte, 1, 7 * BLOCK_BYTES + 99), 1);
	byte ^= 0x10;
	assert_int_equal(pwrite(fd, &byte, 1, 7 * BLOCK_BYTES + 99), 1);
	close(fd);
	capture(&second);
	assert_captured(pair, "web2", pair->two);
	assert_int_equal(second.read_bytes, BLOCK_BYTES + tail_bytes);
}

static void
an_image_cut_short_is_noticed_and_the_source_asked(void **state)
{
	struct pair *pair = *state;
	struct peer first = first_of(pair), second = second_of(pair);

	host_start(&pair->host, host_job_capture);
	capture(&first);
	assert_int_equal(truncate(host_path(&pair->host, "capture/sda.raw"),
		300 * BLOCK_BYTES), 0);
	capture(&second);
	assert_captured(pair, "web2", pair->two);
	assert_int_equal(second.read_bytes, DISK_BYTES - 300 * BLOCK_BYTES);
}

static void
assert_nothing_shared(struct pair *pair)
{
	struct peer second = second_of(pair);

	capture(&second);
	assert_captured(pair, "web2", pair->two);
	assert_int_equal(second.hashed_bytes, 0);
	assert_int_equal(second.read_bytes, DISK_BYTES);
	assert_int_equal(result_of(pair, "web2", "shared"), 0);
}

static void
mark_apart(const struct pair *pair, const char *machine)
{
	struct error err;

	assert_ok(io_write_file(host_path_of(&pair->host, machine, "no-share"),
		"", 0, 0600, &err), &err);
}

static void
a_machine_apart_lends_nothing(void **state)
{
	struct pair *pair = *state;
	struct peer first = first_of(pair);

	host_start(&pair->host, host_job_capture);
	capture(&first);
	mark_apart(pair, "web1");
	assert_nothing_shared(pair);
}

static void
a_machine_apart_borrows_nothing(void **state)
{
	struct pair *pair = *state;
	struct peer first = first_of(pair);

	host_start(&pair->host, host_job_capture);
	capture(&first);
	mark_apart(pair, "web2");
	assert_nothing_shared(pair);
}

static void
a_server_without_sharing_keeps_its_machines_apart_for_good(void **state)
{
	struct pair *pair = *state;
	struct peer first = first_of(pair);

	pair->host.no_share = true;
	host_start(&pair->host, host_job_capture);
	capture(&first);
	host_stop(&pair->host);
	pair->host.no_share = false;
	host_start(&pair->host, host_job_capture);
	assert_nothing_shared(pair);
}

static void
equal_blocks_of_one_disk_are_sent_once(void **state)
{
	struct pair *pair = *state;
	struct peer first = first_of(pair), second = second_of(pair);

	/* Forty new blocks, near each other and far from each other. */
	for (unsigned i = 0; i < 40; i++)
		fill(block_of(pair->two, 200 + i), BLOCK_BYTES, 50 + i % 20);
	memcpy(block_of(pair->two, 560), block_of(pair->two, 200),
		20 * BLOCK_BYTES);
	host_start(&pair->host, host_job_capture);
	capture(&first);
	capture(&second);
	assert_captured(pair, "web2", pair->two);
	assert_int_equal(second.read_bytes, 20 * BLOCK_BYTES + tail_bytes);
	assert_int_equal(result_of(pair, "web2", "read"), second.read_bytes);
}

static void
a_block_with_bad_sectors_is_never_lent(void **state)
{
	static const uint8_t bad_map[BLOCK_BAD_MAP_BYTES] = {0x01};
	struct pair *pair = *state;
	struct peer first = first_of(pair), second = second_of(pair);

	memset(pair->one, 0, 512); /* as unreadable sectors count */
	memset(pair->two, 0, 512);
	host_start(&pair->host, host_job_capture);
	first.bad_map = bad_map;
	capture(&first);
	capture(&second);
	assert_captured(pair, "web2", pair->two);
	assert_int_equal(second.read_bytes, BLOCK_BYTES + tail_bytes);
}

static void
a_block_with_bad_sectors_is_read_not_borrowed(void **state)
{
	static const uint8_t bad_map[BLOCK_BAD_MAP_BYTES] = {0x01};
	struct pair *pair = *state;
	struct peer first = first_of(pair), second = second_of(pair);

	memset(pair->one, 0, 512);
	memset(pair->two, 0, 512);
	host_start(&pair->host, host_job_capture);
	capture(&first);
	second.bad_map = bad_map;
	capture(&second);
	assert_int_equal(second.read_bytes, BLOCK_BYTES + tail_bytes);
	assert_captured(pair, "web2", pair->two);
	assert_int_equal(result_of(pair, "web2", "bad"), 1);
}

static void
a_lost_lane_loses_no_block(void **state)
{
	struct pair *pair = *state;
	struct peer first = first_of(pair), second = second_of(pair);

	differ(pair);
	host_start(&pair->host, host_job_capture);
	capture(&first);
	second.stop_after = 5;
	assert_int_equal(serve(&second), 2);
	second.stop_after = 0;
	capture(&second);
	assert_captured(pair, "web2", pair->two);
}

static void
machines_with_nothing_in_common_stop_hashing(void **state)
{
	struct pair *pair = *state;
	AUTO(freep) uint8_t *many = malloc(MANY_BYTES);
	struct peer first = first_of(pair), second = second_of(pair);

	fill(many, MANY_BYTES, 77);
	second.disk = many;
	second.bytes = MANY_BYTES;
	host_start(&pair->host, host_job_capture);
	capture(&first);
	capture(&second);
	assert_int_equal(second.read_bytes, MANY_BYTES);
	assert_true(second.hashed_bytes > 0);
	assert_true(second.hashed_bytes < MANY_BYTES / 10 * 9);
}

#define SHARE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SHARE_TEST(the_second_machine_of_an_image_costs_what_differs),
		SHARE_TEST(a_flipped_bit_is_noticed_and_the_source_asked),
		SHARE_TEST(an_image_cut_short_is_noticed_and_the_source_asked),
		SHARE_TEST(a_machine_apart_lends_nothing),
		SHARE_TEST(a_machine_apart_borrows_nothing),
		SHARE_TEST(a_server_without_sharing_keeps_its_machines_apart_for_good),
		SHARE_TEST(equal_blocks_of_one_disk_are_sent_once),
		SHARE_TEST(a_block_with_bad_sectors_is_never_lent),
		SHARE_TEST(a_block_with_bad_sectors_is_read_not_borrowed),
		SHARE_TEST(a_lost_lane_loses_no_block),
		SHARE_TEST(machines_with_nothing_in_common_stop_hashing),
	};

	log_open("test-share", false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
