/*
 * A session as a whole: a real listener, real TLS over the loopback, a source
 * that does what each test wants, and the image that results.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/io.h"
#include "common/json.h"
#include "common/log.h"
#include "common/own.h"
#include "convert/serve/session.h"
#include "convert/state/journal.h"
#include "convert/state/machine.h"
#include "tests/convert/serving.h"
#include "tests/harness.h"

/* Inherited by the host's processes. */
static bool disk_is_full;

int __real_statvfs(const char *path, struct statvfs *fs);
int __wrap_statvfs(const char *path, struct statvfs *fs);

int
__wrap_statvfs(const char *path, struct statvfs *fs)
{
	int failed = __real_statvfs(path, fs);

	if (disk_is_full)
		fs->f_bavail = 1000;
	return failed;
}

static void
a_capture_has_the_bytes_of_the_disk(void **state)
{
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	struct error err = {0};
	struct stat st;

	host_start(host, host_job_capture);
	assert_int_equal(serving_once(&peer, &err), 1);
	assert_string_equal(peer.closing.verdict, "unproven");
	assert_string_equal(peer.closing.action, "poweroff");
	assert_string_equal(peer.last_notice, "all is here");
	serving_assert_same(host_path(host, "capture/sda.raw"));
	assert_int_equal(serving_result(host, "captured"), sizeof serving_disk);
	assert_int_equal(serving_result(host, "read"), sizeof serving_disk);
	assert_int_equal(serving_result(host, "zero"), 12 << 20);
	assert_int_equal(serving_result(host, "skipped"), 0);
	assert_int_equal(stat(host_path(host, "capture/sda.raw"), &st), 0);
	assert_true(st.st_blocks * 512 < (14 << 20)); /* zeros are holes */
	assert_int_equal(host_stop(host), 0);
}

static void
the_journal_tells_of_the_session_and_holds_no_key(void **state)
{
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	AUTO(machine_closep) struct machine *machine = NULL;
	AUTO(freep) char *text = NULL;
	struct error err = {0};
	char key[17];

	host_start(host, host_job_capture);
	assert_int_equal(serving_once(&peer, &err), 1);
	host_stop(host);
	assert_ok(machine_open(&machine, host->folder, "web1", &err), &err);
	assert_ok(journal_check(machine, &err), &err);
	assert_ok(io_read_file(&text, NULL, host_path(host, "journal.jsonl"),
		1 << 20, &err), &err);
	assert_non_null(strstr(text, "session.started"));
	assert_non_null(strstr(text, "session.ended"));
	for (int i = 0; i < 8; i++)
		snprintf(key + 2 * i, 3, "%02x", host->enrolment.key[i]);
	assert_null(strstr(text, key));
}

static void
qemu_reads_the_disk_through_nbd(void **state)
{
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	struct error err = {0};

	host_start(host, host_job_copy);
	assert_int_equal(serving_once(&peer, &err), 1);
	assert_string_equal(peer.closing.verdict, "unproven");
	/* QEMU rounds up to whole sectors; ours is made of them. */
	serving_assert_same(host_path(host, "copy.raw"));
	/* No block crosses the wire twice. */
	assert_true(peer.read_bytes <= sizeof serving_disk);
}

static void
more_lanes_join_and_all_are_closed(void **state)
{
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1), second = peer;
	struct channel *first, *other;
	struct error err = {0};

	host_start(host, host_job_capture);
	first = serving_open(&peer, 0);
	other = serving_open(&second, 1);
	/* Only lane 1 answers; lane 0's requests go on when it is gone. */
	peer.stop_after = 1;
	assert_int_equal(peer_serve(&peer, first, &err), 2);
	channel_close(first);
	assert_int_equal(peer_serve(&second, other, &err), 1);
	channel_close(other);
	serving_assert_same(host_path(host, "capture/sda.raw"));
}

static void
a_lost_lane_comes_back_and_goes_on(void **state)
{
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	struct error err = {0};

	host_start(host, host_job_capture);
	peer.stop_after = 5;
	assert_int_equal(serving_once(&peer, &err), 2);
	peer.stop_after = 0;
	assert_int_equal(serving_once(&peer, &err), 1);
	serving_assert_same(host_path(host, "capture/sda.raw"));
	/* Again at most what was under way. */
	assert_true(peer.read_bytes <= sizeof serving_disk + (4 << 20));
	assert_int_equal(peer.hashed_bytes, 0);
}

static void
lies_end_the_lane_with_a_reason_and_nothing_else(void **state)
{
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	struct error err = {0};

	host_start(host, host_job_capture);
	for (int lie = PEER_HONEST + 1; lie < PEER_LIES; lie++) {
		peer.lie = (enum peer_lie)lie;
		if (serving_once(&peer, &err) != -1 || err.code != EREMOTEIO)
			fail_msg("lie %d passed: %s", lie, err.text);
	}
	peer.lie = PEER_HONEST;
	assert_int_equal(serving_once(&peer, &err), 1);
	assert_string_equal(peer.closing.verdict, "unproven");
	serving_assert_same(host_path(host, "capture/sda.raw"));
}

static void
who_lies_all_the_time_fails_the_session(void **state)
{
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	struct error err = {0};
	int result = -1;

	host_start(host, host_job_capture);
	peer.lie = PEER_WRONG_HASH;
	for (int i = 0; i < 40 && result == -1; i++)
		result = serving_once(&peer, &err);
	assert_int_equal(result, 1);
	assert_string_equal(peer.closing.verdict, "failed");
	assert_string_equal(peer.closing.action, "wait");
	assert_non_null(strstr(peer.closing.text, "hash"));
}

static void
a_failed_job_is_told_to_the_source(void **state)
{
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	struct error err = {0};

	host_start(host, host_job_fail);
	assert_int_equal(serving_once(&peer, &err), 1);
	assert_string_equal(peer.closing.verdict, "failed");
	assert_string_equal(peer.closing.text,
		"the moon is full: Input/output error. Wait.");
	assert_string_equal(peer.closing.action, "wait");
}

static void
a_host_without_room_says_so_before_anything_is_sent(void **state)
{
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	struct error err = {0};

	disk_is_full = true;
	host_start(host, host_job_capture);
	disk_is_full = false;
	assert_int_equal(serving_once(&peer, &err), 1);
	assert_string_equal(peer.closing.verdict, "failed");
	assert_non_null(strstr(peer.closing.text, "No space left"));
	assert_non_null(strstr(peer.closing.text, "captured is kept"));
	assert_int_equal(peer.read_bytes, 0);
}

/* The estimate is of what is missing; reasons are by partition. */
static void
an_estimate_precedes_and_the_skipped_has_reasons(void **state)
{
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	AUTO(json_decrefpp) json_t *json = NULL;
	const json_t *estimate;
	struct error err = {0};
	uint64_t bytes;

	host_start(host, host_job_estimate);
	assert_int_equal(serving_once(&peer, &err), 1);
	assert_ok(json_file_read(&json, host_path(host, "estimate.json"), &err),
		&err);
	estimate = json_object_get(json, "estimate");
	bytes = json_number(estimate, "read_bytes", 0);
	/* What the measurement read is kept, and less than half. */
	assert_in_range(bytes, 10 << 20, 19 << 20);
	assert_in_range(json_number(estimate, "wire_bytes", 0), 1, bytes);
	assert_true(json_number_value(json_object_get(json_object_get(estimate,
		"measured"), "read_bytes_per_second")) > 0);
	assert_int_equal(peer.read_bytes, 20 << 20);
	assert_in_range(peer.hashed_bytes, 1, 10 << 20);
	assert_int_equal(json_number(json, "free", 0), 2 << 20);
	assert_int_equal(json_number(json, "swap", 0), 2 << 20);
	assert_int_equal(json_number(json, "unallocated", 0),
		(2 << 20) + 4608);
	assert_int_equal(json_number(json, "zero", 0), 6 << 20);
}

/* A source that is asked for no more than it may send. */
static void
a_rate_of_the_machine_is_told_to_the_source(void **state)
{
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	struct error err = {0};

	assert_ok(rate_parse(&host->rate, "900M", &err), &err);
	host_start(host, host_job_estimate);
	assert_int_equal(serving_once(&peer, &err), 1);
	assert_string_equal(peer.last_notice, "at most 900 MB/s over the wire");
	assert_ok(io_write_file(host_path(host, "rate"), "800M\n", 5, 0600,
		&err), &err);
	peer = serving_peer(host, serving_boot1);
	assert_int_equal(serving_once(&peer, &err), 1);
	assert_string_equal(peer.last_notice, "at most 800 MB/s over the wire");
}

static void
sigterm_keeps_what_was_captured(void **state)
{
	struct host *host = *state;
	struct peer peer = serving_peer(host, serving_boot1);
	struct channel *channel;
	struct error err = {0};

	host_start(host, host_job_capture);
	peer.stop_after = 10;
	channel = serving_open(&peer, 0);
	assert_int_equal(peer_serve(&peer, channel, &err), 2);
	assert_int_equal(host_stop(host), 0);
	channel_close(channel);
	host_start(host, host_job_capture);
	peer = serving_peer(host, serving_boot1);
	assert_int_equal(serving_once(&peer, &err), 1);
	assert_int_equal(peer.read_bytes, sizeof serving_disk - (10 << 20));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SERVING_TEST(a_capture_has_the_bytes_of_the_disk),
		SERVING_TEST(the_journal_tells_of_the_session_and_holds_no_key),
		SERVING_TEST(qemu_reads_the_disk_through_nbd),
		SERVING_TEST(more_lanes_join_and_all_are_closed),
		SERVING_TEST(a_lost_lane_comes_back_and_goes_on),
		SERVING_TEST(lies_end_the_lane_with_a_reason_and_nothing_else),
		SERVING_TEST(who_lies_all_the_time_fails_the_session),
		SERVING_TEST(a_failed_job_is_told_to_the_source),
		SERVING_TEST(a_host_without_room_says_so_before_anything_is_sent),
		SERVING_TEST(an_estimate_precedes_and_the_skipped_has_reasons),
		SERVING_TEST(a_rate_of_the_machine_is_told_to_the_source),
		SERVING_TEST(sigterm_keeps_what_was_captured),
	};

	log_open("test-serve", false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
