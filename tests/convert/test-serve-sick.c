/* A source whose disk fails, at once, later, or on a second read. */
#include <string.h>

#include "common/io.h"
#include "common/log.h"
#include "common/own.h"
#include "tests/convert/serving.h"
#include "tests/harness.h"
#include "wire/block.h"

static void
unreadable_sectors_are_listed(void **state)
{
	static const uint8_t bad_map[BLOCK_BAD_MAP_BYTES] = {0x86};
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	AUTO(freep) char *text = NULL;
	struct error err = {0};

	host_start(host, host_job_capture);
	peer.bad_map = bad_map;
	assert_int_equal(serving_once(&peer, &err), 1);
	assert_int_equal(serving_result(host, "bad"), 3);
	assert_ok(io_read_file(&text, NULL, host_path(host, "capture/sda.bad"),
		4096, &err), &err);
	assert_string_equal(text, "512 1024\n3584 512\n");
}

/* Sectors of zeros hash alike whether they can be read or not. */
static void
sectors_that_can_be_read_after_a_reboot_are_listed_no_more(void **state)
{
	static const uint8_t bad_map[BLOCK_BAD_MAP_BYTES] = {0x86};
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	struct error err = {0};

	memset(serving_disk, 0, BLOCK_BYTES);
	host_start(host, host_job_capture);
	peer.bad_map = bad_map;
	assert_int_equal(serving_once(&peer, &err), 1);
	assert_int_equal(serving_result(host, "bad"), 3);
	peer = serving_peer(host, serving_boot2);
	assert_int_equal(serving_once(&peer, &err), 1);
	assert_int_equal(serving_result(host, "bad"), 0);
	assert_int_equal(peer.read_bytes, BLOCK_BYTES);
}

static void
sectors_that_went_bad_between_boots_are_listed(void **state)
{
	static const uint8_t bad_map[BLOCK_BAD_MAP_BYTES] = {0x86};
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	struct error err = {0};

	memset(serving_disk, 0, BLOCK_BYTES);
	host_start(host, host_job_capture);
	assert_int_equal(serving_once(&peer, &err), 1);
	peer = serving_peer(host, serving_boot2);
	peer.bad_map = bad_map;
	assert_int_equal(serving_once(&peer, &err), 1);
	assert_int_equal(serving_result(host, "bad"), 3);
}

static void
a_second_read_of_a_sound_disk_changes_nothing(void **state)
{
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	struct error err = {0};

	host_start(host, host_job_reread);
	assert_int_equal(serving_once(&peer, &err), 1);
	assert_int_equal(peer.hashed_bytes, sizeof serving_disk);
	assert_int_equal(peer.read_bytes, sizeof serving_disk);
	assert_int_equal(serving_result(host, "reread"), sizeof serving_disk);
	assert_int_equal(serving_result(host, "differing"), 0);
	serving_assert_same(host_path(host, "capture/sda.raw"));
}

/* The first read was wrong in two blocks, one of them the short last one. */
static void
what_differs_on_a_second_read_is_fetched_again(void **state)
{
	enum { LAST = DISK_BYTES % BLOCK_BYTES };
	AUTO(freep) uint8_t *wrong = malloc(sizeof serving_disk);
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	struct error err = {0};

	memcpy(wrong, serving_disk, sizeof serving_disk);
	wrong[5 * BLOCK_BYTES + 17] ^= 4;
	wrong[sizeof serving_disk - 1] ^= 1;
	peer.disk = wrong;
	peer.fails_later = true;
	peer.later_disk = serving_disk;
	host_start(host, host_job_reread);
	assert_int_equal(serving_once(&peer, &err), 1);
	assert_int_equal(serving_result(host, "differing"), BLOCK_BYTES + LAST);
	assert_int_equal(serving_result(host, "replaced"), BLOCK_BYTES + LAST);
	assert_int_equal(peer.read_bytes, sizeof serving_disk + BLOCK_BYTES + LAST);
	serving_assert_same(host_path(host, "capture/sda.raw"));
}

static void
sectors_that_fail_on_a_second_read_take_nothing_away(void **state)
{
	static const uint8_t bad_map[BLOCK_BAD_MAP_BYTES] = {1};
	AUTO(freep) uint8_t *worse = malloc(sizeof serving_disk);
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	struct error err = {0};

	memcpy(worse, serving_disk, sizeof serving_disk);
	memset(worse, 0, BLOCK_SECTOR_BYTES);
	peer.fails_later = true;
	peer.later_disk = worse;
	peer.later_bad_map = bad_map;
	host_start(host, host_job_reread);
	assert_int_equal(serving_once(&peer, &err), 1);
	assert_int_equal(serving_result(host, "differing"), BLOCK_BYTES);
	assert_int_equal(serving_result(host, "replaced"), 0);
	assert_int_equal(serving_result(host, "bad"), 0);
	serving_assert_same(host_path(host, "capture/sda.raw"));
}

static void
sectors_that_a_second_read_can_read_are_mended(void **state)
{
	static const uint8_t bad_map[BLOCK_BAD_MAP_BYTES] = {1};
	AUTO(freep) uint8_t *holed = malloc(sizeof serving_disk);
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	struct error err = {0};

	memcpy(holed, serving_disk, sizeof serving_disk);
	memset(holed, 0, BLOCK_SECTOR_BYTES);
	peer.disk = holed;
	peer.bad_map = bad_map;
	peer.fails_later = true;
	peer.later_disk = serving_disk;
	host_start(host, host_job_reread);
	assert_int_equal(serving_once(&peer, &err), 1);
	assert_int_equal(serving_result(host, "replaced"), BLOCK_BYTES);
	assert_int_equal(serving_result(host, "bad"), 0);
	serving_assert_same(host_path(host, "capture/sda.raw"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SERVING_TEST(unreadable_sectors_are_listed),
		SERVING_TEST(
			sectors_that_can_be_read_after_a_reboot_are_listed_no_more),
		SERVING_TEST(sectors_that_went_bad_between_boots_are_listed),
		SERVING_TEST(a_second_read_of_a_sound_disk_changes_nothing),
		SERVING_TEST(what_differs_on_a_second_read_is_fetched_again),
		SERVING_TEST(sectors_that_fail_on_a_second_read_take_nothing_away),
		SERVING_TEST(sectors_that_a_second_read_can_read_are_mended),
	};

	log_open("test-serve-sick", false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
