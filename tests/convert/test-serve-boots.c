/* A host that dies, and a source that is booted anew, in the middle of a capture. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "common/log.h"
#include "common/own.h"
#include "convert/source/map.h"
#include "convert/state/machine.h"
#include "tests/convert/serving.h"
#include "tests/harness.h"
#include "wire/block.h"

/* What arrived is recorded about two seconds later. */
static void
await_entries(const struct host *host, unsigned wanted)
{
	uint8_t bytes[IMAGE_ENTRY_BYTES];
	struct map_entry entry;
	unsigned found = 0;

	while (found < wanted) {
		int fd = open(host_path(host, "capture/sda.map"), O_RDONLY);

		found = 0;
		for (uint64_t b = 0; pread(fd, bytes, sizeof bytes,
			     (off_t)map_entry_offset(b)) > 0; b++)
			found += map_entry_decode(&entry, b, bytes);
		close(fd);
		usleep(50000);
	}
}

/* Serve some ranges, then the host dies and another one comes. */
static uint64_t
capture_with_a_killed_host(struct host *host, const char *second_boot,
	struct peer *after)
{
	struct peer before = serving_peer(host, serving_boot1);
	struct channel *channel;
	struct error err = {0};

	host_start(host, host_job_capture);
	before.stop_after = 12;
	channel = serving_open(&before, 0);
	assert_int_equal(peer_serve(&before, channel, &err), 2);
	await_entries(host, 12 << 4);
	host_kill(host);
	channel_close(channel);

	host_start(host, host_job_capture);
	*after = serving_peer(host, second_boot);
	assert_int_equal(serving_once(after, &err), 1);
	serving_assert_same(host_path(host, "capture/sda.raw"));
	return before.read_bytes;
}

static void
a_killed_host_asks_again_for_nothing_durable(void **state)
{
	struct peer after;
	uint64_t before = capture_with_a_killed_host(*state, serving_boot1, &after);

	assert_int_equal(before, 12 << 20);
	assert_int_equal(after.read_bytes, sizeof serving_disk - before);
	assert_int_equal(after.hashed_bytes, 0);
}

static void
after_a_reboot_blocks_are_compared_before_they_count(void **state)
{
	struct peer after;
	uint64_t before = capture_with_a_killed_host(*state, serving_boot2, &after);

	assert_int_equal(after.hashed_bytes, before);
	assert_int_equal(after.read_bytes, sizeof serving_disk - before);
}

static void
what_a_reboot_changed_is_fetched_again(void **state)
{
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	struct error err = {0};

	host_start(host, host_job_capture);
	assert_int_equal(serving_once(&peer, &err), 1);
	serving_disk[5] ^= 1;				     /* data */
	serving_disk[2 << 20] = 1;			     /* was zeros */
	memset(serving_disk + (4 << 20), 0, BLOCK_BYTES);    /* becomes zeros */
	peer = serving_peer(host, serving_boot2);
	assert_int_equal(serving_once(&peer, &err), 1);
	assert_int_equal(peer.hashed_bytes, sizeof serving_disk);
	assert_int_equal(peer.read_bytes, 3 * BLOCK_BYTES);
	serving_assert_same(host_path(host, "capture/sda.raw"));

	/* It was adopted: the same boot is believed now. */
	peer = serving_peer(host, serving_boot2);
	assert_int_equal(serving_once(&peer, &err), 1);
	assert_int_equal(peer.hashed_bytes, 0);
	assert_int_equal(peer.read_bytes, 0);
}

/* Where the machine stands after a verified one was served by a new boot. */
static enum machine_state
state_after_reboot(struct host *host, bool changes)
{
	AUTO(machine_closep) struct machine *machine = NULL;
	struct peer peer = serving_peer(host, serving_boot1);
	struct error err = {0};

	host_start(host, host_job_capture);
	assert_int_equal(serving_once(&peer, &err), 1);
	assert_ok(machine_open(&machine, host->folder, "web1", &err), &err);
	assert_ok(machine_set_state(machine, MACHINE_VERIFIED, &err), &err);
	serving_disk[5] ^= changes;
	peer = serving_peer(host, serving_boot2);
	assert_int_equal(serving_once(&peer, &err), 1);
	host_stop(host);
	return machine_state(machine);
}

static void
a_capture_that_a_reboot_changed_is_whole_no_more(void **state)
{
	assert_int_equal(state_after_reboot(*state, true), MACHINE_ENROLLED);
}

static void
a_capture_that_a_reboot_left_alone_stays_what_it_is(void **state)
{
	assert_int_equal(state_after_reboot(*state, false), MACHINE_VERIFIED);
}

static void
another_boot_takes_over_when_the_first_is_gone(void **state)
{
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	struct peer later = serving_peer(host, serving_boot2);
	struct error err = {0};

	host_start(host, host_job_capture);
	peer.stop_after = 3;
	assert_int_equal(serving_once(&peer, &err), 2);
	assert_int_equal(serving_once(&later, &err), 1);
	assert_string_equal(later.closing.verdict, "unproven");
	serving_assert_same(host_path(host, "capture/sda.raw"));
}

/* serving_open() tries for less long than the last word is kept. */
static void
a_last_word_for_a_source_that_is_gone_keeps_no_other_waiting(void **state)
{
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	struct peer later = serving_peer(host, serving_boot2);
	struct error err = {0};

	host_start(host, host_job_leave);
	channel_close(serving_open(&peer, 0));
	usleep(3000000); /* the host's lane sees the end within a second */
	assert_ok(io_write_file(host_path(host, "left"), "", 0, 0600, &err),
		&err);
	usleep(1000000);
	assert_int_equal(serving_once(&later, &err), 1);
	assert_string_equal(later.closing.verdict, "unproven");
}

static void
another_boot_is_turned_away_while_the_first_serves(void **state)
{
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	struct peer other = serving_peer(host, serving_boot2);
	struct channel *channel, *refused;
	struct error err = {0};

	host_start(host, host_job_capture);
	channel = serving_open(&peer, 0);
	assert_int_equal(peer_open(&other, &refused, 0, &err), -1);
	assert_int_equal(err.code, EREMOTEIO);
	assert_string_equal(err.text,
		"the other side gave up: another source serves as machine web1");
	assert_int_equal(peer_serve(&peer, channel, &err), 1);
	channel_close(channel);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SERVING_TEST(a_killed_host_asks_again_for_nothing_durable),
		SERVING_TEST(after_a_reboot_blocks_are_compared_before_they_count),
		SERVING_TEST(what_a_reboot_changed_is_fetched_again),
		SERVING_TEST(a_capture_that_a_reboot_changed_is_whole_no_more),
		SERVING_TEST(a_capture_that_a_reboot_left_alone_stays_what_it_is),
		SERVING_TEST(another_boot_takes_over_when_the_first_is_gone),
		SERVING_TEST(
			a_last_word_for_a_source_that_is_gone_keeps_no_other_waiting),
		SERVING_TEST(another_boot_is_turned_away_while_the_first_serves),
	};

	log_open("test-serve-boots", false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
