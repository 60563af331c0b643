/*
 * A session as a whole: a real listener, real TLS over the loopback, a source
 * that does what each test wants, and the image that results.
 */
#include "tests/convert/host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "common/io.h"
#include "common/json.h"
#include "common/log.h"
#include "common/own.h"
#include "common/process.h"
#include "convert/serve/session.h"
#include "convert/source/map.h"
#include "convert/state/journal.h"
#include "convert/state/machine.h"
#include "tests/convert/peer.h"
#include "tests/harness.h"
#include "wire/block.h"
#include "wire/tcp.h"

enum { DISK_BYTES = (24 << 20) + 4608 }; /* the last block is short */

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

static const char boot1[] = "00112233445566778899aabbccddeeff";
static const char boot2[] = "ffeeddccbbaa99887766554433221100";
static uint8_t disk[DISK_BYTES];

/* Noise, text-like bytes and zeros: every codec is used. */
static void
fill_disk(void)
{
	uint32_t state = 1;

	for (size_t i = 0; i < sizeof disk; i++) {
		state = state * 1664525 + 1013904223;
		switch (i >> 20 & 3) {
		case 0:
			disk[i] = (uint8_t)(state >> 24);
			break;
		case 1:
			disk[i] = "unrack"[state >> 30];
			break;
		default:
			disk[i] = 0;
		}
	}
}

static int
setup(void **state)
{
	static struct host host;

	fill_disk();
	host_make(&host);
	*state = &host;
	return 0;
}

static int
teardown(void **state)
{
	host_remove(*state);
	return 0;
}

static struct peer
peer_of(const struct host *host, const char *boot)
{
	return (struct peer){.enrolment = &host->enrolment, .session = boot,
		.disk = disk, .bytes = sizeof disk};
}

/* Connect until it works: the host may be busy with an earlier session. */
static struct channel *
open_until(struct peer *peer, unsigned lane)
{
	struct channel *channel;
	struct error err;

	for (int i = 0; i < 200; i++) {
		if (peer_open(peer, &channel, lane, &err) == 0)
			return channel;
		usleep(50000);
	}
	fail_msg("%s", err.text);
	return NULL;
}

/* One lane from HELLO to its end. */
static int
serve_once(struct peer *peer, struct error *err)
{
	struct channel *channel = open_until(peer, 0);
	int result = peer_serve(peer, channel, err);

	channel_close(channel);
	return result;
}

static void
assert_same_bytes(const char *path)
{
	AUTO(freep) char *data = NULL;
	struct error err;
	size_t bytes;

	assert_ok(io_read_file(&data, &bytes, path, 1 << 30, &err), &err);
	assert_int_equal(bytes, sizeof disk);
	for (size_t i = 0; i < bytes; i += BLOCK_BYTES)
		if (memcmp(data + i, disk + i,
			    bytes - i < BLOCK_BYTES ? bytes - i : BLOCK_BYTES))
			fail_msg("%s differs in block %zu", path,
				i / BLOCK_BYTES);
}

static uint64_t
result_of(const struct host *host, const char *key)
{
	AUTO(json_decrefpp) json_t *json = NULL;
	struct error err;

	assert_ok(json_file_read(&json, host_path(host, "result.json"), &err),
		&err);
	return json_number(json_object_get(json, "sda"), key, UINT64_MAX);
}

static void
a_capture_has_the_bytes_of_the_disk(void **state)
{
	struct host *host = *state;
	struct peer peer = peer_of(host, boot1);
	struct error err = {0};
	struct stat st;

	host_start(host, host_job_capture);
	assert_int_equal(serve_once(&peer, &err), 1);
	assert_string_equal(peer.closing.verdict, "unproven");
	assert_string_equal(peer.closing.action, "poweroff");
	assert_string_equal(peer.last_notice, "all is here");
	assert_same_bytes(host_path(host, "capture/sda.raw"));
	assert_int_equal(result_of(host, "captured"), sizeof disk);
	assert_int_equal(result_of(host, "read"), sizeof disk);
	assert_int_equal(result_of(host, "zero"), 12 << 20);
	assert_int_equal(result_of(host, "skipped"), 0);
	assert_int_equal(stat(host_path(host, "capture/sda.raw"), &st), 0);
	assert_true(st.st_blocks * 512 < (14 << 20)); /* zeros are holes */
	assert_int_equal(host_stop(host), 0);
}

static void
the_journal_tells_of_the_session_and_holds_no_key(void **state)
{
	struct host *host = *state;
	struct peer peer = peer_of(host, boot1);
	AUTO(machine_closep) struct machine *machine = NULL;
	AUTO(freep) char *text = NULL;
	struct error err = {0};
	char key[17];

	host_start(host, host_job_capture);
	assert_int_equal(serve_once(&peer, &err), 1);
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
	struct peer peer = peer_of(host, boot1);
	struct error err = {0};

	host_start(host, host_job_copy);
	assert_int_equal(serve_once(&peer, &err), 1);
	assert_string_equal(peer.closing.verdict, "unproven");
	/* QEMU rounds up to whole sectors; ours is made of them. */
	assert_same_bytes(host_path(host, "copy.raw"));
	/* No block crosses the wire twice. */
	assert_true(peer.read_bytes <= sizeof disk);
}

static void
more_lanes_join_and_all_are_closed(void **state)
{
	struct host *host = *state;
	struct peer peer = peer_of(host, boot1), second = peer;
	struct channel *first, *other;
	struct error err = {0};

	host_start(host, host_job_capture);
	first = open_until(&peer, 0);
	other = open_until(&second, 1);
	/* Only lane 1 answers; lane 0's requests go on when it is gone. */
	peer.stop_after = 1;
	assert_int_equal(peer_serve(&peer, first, &err), 2);
	channel_close(first);
	assert_int_equal(peer_serve(&second, other, &err), 1);
	channel_close(other);
	assert_same_bytes(host_path(host, "capture/sda.raw"));
}

static void
a_lost_lane_comes_back_and_goes_on(void **state)
{
	struct host *host = *state;
	struct peer peer = peer_of(host, boot1);
	struct error err = {0};

	host_start(host, host_job_capture);
	peer.stop_after = 5;
	assert_int_equal(serve_once(&peer, &err), 2);
	peer.stop_after = 0;
	assert_int_equal(serve_once(&peer, &err), 1);
	assert_same_bytes(host_path(host, "capture/sda.raw"));
	/* Again at most what was under way. */
	assert_true(peer.read_bytes <= sizeof disk + (4 << 20));
	assert_int_equal(peer.hashed_bytes, 0);
}

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
	struct peer before = peer_of(host, boot1);
	struct channel *channel;
	struct error err = {0};

	host_start(host, host_job_capture);
	before.stop_after = 12;
	channel = open_until(&before, 0);
	assert_int_equal(peer_serve(&before, channel, &err), 2);
	await_entries(host, 12 << 4);
	host_kill(host);
	channel_close(channel);

	host_start(host, host_job_capture);
	*after = peer_of(host, second_boot);
	assert_int_equal(serve_once(after, &err), 1);
	assert_same_bytes(host_path(host, "capture/sda.raw"));
	return before.read_bytes;
}

static void
a_killed_host_asks_again_for_nothing_durable(void **state)
{
	struct peer after;
	uint64_t before = capture_with_a_killed_host(*state, boot1, &after);

	assert_int_equal(before, 12 << 20);
	assert_int_equal(after.read_bytes, sizeof disk - before);
	assert_int_equal(after.hashed_bytes, 0);
}

static void
after_a_reboot_blocks_are_compared_before_they_count(void **state)
{
	struct peer after;
	uint64_t before = capture_with_a_killed_host(*state, boot2, &after);

	assert_int_equal(after.hashed_bytes, before);
	assert_int_equal(after.read_bytes, sizeof disk - before);
}

static void
what_a_reboot_changed_is_fetched_again(void **state)
{
	struct host *host = *state;
	struct peer peer = peer_of(host, boot1);
	struct error err = {0};

	host_start(host, host_job_capture);
	assert_int_equal(serve_once(&peer, &err), 1);
	disk[5] ^= 1;				     /* data */
	disk[2 << 20] = 1;			     /* was zeros */
	memset(disk + (4 << 20), 0, BLOCK_BYTES);    /* becomes zeros */
	peer = peer_of(host, boot2);
	assert_int_equal(serve_once(&peer, &err), 1);
	assert_int_equal(peer.hashed_bytes, sizeof disk);
	assert_int_equal(peer.read_bytes, 3 * BLOCK_BYTES);
	assert_same_bytes(host_path(host, "capture/sda.raw"));

	/* It was adopted: the same boot is believed now. */
	peer = peer_of(host, boot2);
	assert_int_equal(serve_once(&peer, &err), 1);
	assert_int_equal(peer.hashed_bytes, 0);
	assert_int_equal(peer.read_bytes, 0);
}

/* Where the machine stands after a verified one was served by a new boot. */
static enum machine_state
state_after_reboot(struct host *host, bool changes)
{
	AUTO(machine_closep) struct machine *machine = NULL;
	struct peer peer = peer_of(host, boot1);
	struct error err = {0};

	host_start(host, host_job_capture);
	assert_int_equal(serve_once(&peer, &err), 1);
	assert_ok(machine_open(&machine, host->folder, "web1", &err), &err);
	assert_ok(machine_set_state(machine, MACHINE_VERIFIED, &err), &err);
	disk[5] ^= changes;
	peer = peer_of(host, boot2);
	assert_int_equal(serve_once(&peer, &err), 1);
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
	struct peer peer = peer_of(host, boot1), later = peer_of(host, boot2);
	struct error err = {0};

	host_start(host, host_job_capture);
	peer.stop_after = 3;
	assert_int_equal(serve_once(&peer, &err), 2);
	assert_int_equal(serve_once(&later, &err), 1);
	assert_string_equal(later.closing.verdict, "unproven");
	assert_same_bytes(host_path(host, "capture/sda.raw"));
}

/* open_until() tries for less long than the last word is kept. */
static void
a_last_word_for_a_source_that_is_gone_keeps_no_other_waiting(void **state)
{
	struct host *host = *state;
	struct peer peer = peer_of(host, boot1), later = peer_of(host, boot2);
	struct error err = {0};

	host_start(host, host_job_leave);
	channel_close(open_until(&peer, 0));
	usleep(3000000); /* the host's lane sees the end within a second */
	assert_ok(io_write_file(host_path(host, "left"), "", 0, 0600, &err),
		&err);
	usleep(1000000);
	assert_int_equal(serve_once(&later, &err), 1);
	assert_string_equal(later.closing.verdict, "unproven");
}

static void
another_boot_is_turned_away_while_the_first_serves(void **state)
{
	struct host *host = *state;
	struct peer peer = peer_of(host, boot1), other = peer_of(host, boot2);
	struct channel *channel, *refused;
	struct error err = {0};

	host_start(host, host_job_capture);
	channel = open_until(&peer, 0);
	assert_int_equal(peer_open(&other, &refused, 0, &err), -1);
	assert_int_equal(err.code, EREMOTEIO);
	assert_string_equal(err.text,
		"the other side gave up: another source serves as machine web1");
	assert_int_equal(peer_serve(&peer, channel, &err), 1);
	channel_close(channel);
}

static void
lies_end_the_lane_with_a_reason_and_nothing_else(void **state)
{
	struct host *host = *state;
	struct peer peer = peer_of(host, boot1);
	struct error err = {0};

	host_start(host, host_job_capture);
	for (int lie = PEER_HONEST + 1; lie < PEER_LIES; lie++) {
		peer.lie = (enum peer_lie)lie;
		if (serve_once(&peer, &err) != -1 || err.code != EREMOTEIO)
			fail_msg("lie %d passed: %s", lie, err.text);
	}
	peer.lie = PEER_HONEST;
	assert_int_equal(serve_once(&peer, &err), 1);
	assert_string_equal(peer.closing.verdict, "unproven");
	assert_same_bytes(host_path(host, "capture/sda.raw"));
}

static void
who_lies_all_the_time_fails_the_session(void **state)
{
	struct host *host = *state;
	struct peer peer = peer_of(host, boot1);
	struct error err = {0};
	int result = -1;

	host_start(host, host_job_capture);
	peer.lie = PEER_WRONG_HASH;
	for (int i = 0; i < 40 && result == -1; i++)
		result = serve_once(&peer, &err);
	assert_int_equal(result, 1);
	assert_string_equal(peer.closing.verdict, "failed");
	assert_string_equal(peer.closing.action, "wait");
	assert_non_null(strstr(peer.closing.text, "hash"));
}

static void
unreadable_sectors_are_listed(void **state)
{
	static const uint8_t bad_map[BLOCK_BAD_MAP_BYTES] = {0x86};
	struct host *host = *state;
	struct peer peer = peer_of(host, boot1);
	AUTO(freep) char *text = NULL;
	struct error err = {0};

	host_start(host, host_job_capture);
	peer.bad_map = bad_map;
	assert_int_equal(serve_once(&peer, &err), 1);
	assert_int_equal(result_of(host, "bad"), 3);
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
	struct peer peer = peer_of(host, boot1);
	struct error err = {0};

	memset(disk, 0, BLOCK_BYTES);
	host_start(host, host_job_capture);
	peer.bad_map = bad_map;
	assert_int_equal(serve_once(&peer, &err), 1);
	assert_int_equal(result_of(host, "bad"), 3);
	peer = peer_of(host, boot2);
	assert_int_equal(serve_once(&peer, &err), 1);
	assert_int_equal(result_of(host, "bad"), 0);
	assert_int_equal(peer.read_bytes, BLOCK_BYTES);
}

static void
sectors_that_went_bad_between_boots_are_listed(void **state)
{
	static const uint8_t bad_map[BLOCK_BAD_MAP_BYTES] = {0x86};
	struct host *host = *state;
	struct peer peer = peer_of(host, boot1);
	struct error err = {0};

	memset(disk, 0, BLOCK_BYTES);
	host_start(host, host_job_capture);
	assert_int_equal(serve_once(&peer, &err), 1);
	peer = peer_of(host, boot2);
	peer.bad_map = bad_map;
	assert_int_equal(serve_once(&peer, &err), 1);
	assert_int_equal(result_of(host, "bad"), 3);
}

static void
a_second_read_of_a_sound_disk_changes_nothing(void **state)
{
	struct host *host = *state;
	struct peer peer = peer_of(host, boot1);
	struct error err = {0};

	host_start(host, host_job_reread);
	assert_int_equal(serve_once(&peer, &err), 1);
	assert_int_equal(peer.hashed_bytes, sizeof disk);
	assert_int_equal(peer.read_bytes, sizeof disk);
	assert_int_equal(result_of(host, "reread"), sizeof disk);
	assert_int_equal(result_of(host, "differing"), 0);
	assert_same_bytes(host_path(host, "capture/sda.raw"));
}

/* The first read was wrong in two blocks, one of them the short last one. */
static void
what_differs_on_a_second_read_is_fetched_again(void **state)
{
	enum { LAST = DISK_BYTES % BLOCK_BYTES };
	AUTO(freep) uint8_t *wrong = malloc(sizeof disk);
	struct host *host = *state;
	struct peer peer = peer_of(host, boot1);
	struct error err = {0};

	memcpy(wrong, disk, sizeof disk);
	wrong[5 * BLOCK_BYTES + 17] ^= 4;
	wrong[sizeof disk - 1] ^= 1;
	peer.disk = wrong;
	peer.fails_later = true;
	peer.later_disk = disk;
	host_start(host, host_job_reread);
	assert_int_equal(serve_once(&peer, &err), 1);
	assert_int_equal(result_of(host, "differing"), BLOCK_BYTES + LAST);
	assert_int_equal(result_of(host, "replaced"), BLOCK_BYTES + LAST);
	assert_int_equal(peer.read_bytes, sizeof disk + BLOCK_BYTES + LAST);
	assert_same_bytes(host_path(host, "capture/sda.raw"));
}

static void
sectors_that_fail_on_a_second_read_take_nothing_away(void **state)
{
	static const uint8_t bad_map[BLOCK_BAD_MAP_BYTES] = {1};
	AUTO(freep) uint8_t *worse = malloc(sizeof disk);
	struct host *host = *state;
	struct peer peer = peer_of(host, boot1);
	struct error err = {0};

	memcpy(worse, disk, sizeof disk);
	memset(worse, 0, BLOCK_SECTOR_BYTES);
	peer.fails_later = true;
	peer.later_disk = worse;
	peer.later_bad_map = bad_map;
	host_start(host, host_job_reread);
	assert_int_equal(serve_once(&peer, &err), 1);
	assert_int_equal(result_of(host, "differing"), BLOCK_BYTES);
	assert_int_equal(result_of(host, "replaced"), 0);
	assert_int_equal(result_of(host, "bad"), 0);
	assert_same_bytes(host_path(host, "capture/sda.raw"));
}

static void
sectors_that_a_second_read_can_read_are_mended(void **state)
{
	static const uint8_t bad_map[BLOCK_BAD_MAP_BYTES] = {1};
	AUTO(freep) uint8_t *holed = malloc(sizeof disk);
	struct host *host = *state;
	struct peer peer = peer_of(host, boot1);
	struct error err = {0};

	memcpy(holed, disk, sizeof disk);
	memset(holed, 0, BLOCK_SECTOR_BYTES);
	peer.disk = holed;
	peer.bad_map = bad_map;
	peer.fails_later = true;
	peer.later_disk = disk;
	host_start(host, host_job_reread);
	assert_int_equal(serve_once(&peer, &err), 1);
	assert_int_equal(result_of(host, "replaced"), BLOCK_BYTES);
	assert_int_equal(result_of(host, "bad"), 0);
	assert_same_bytes(host_path(host, "capture/sda.raw"));
}

static void
a_failed_job_is_told_to_the_source(void **state)
{
	struct host *host = *state;
	struct peer peer = peer_of(host, boot1);
	struct error err = {0};

	host_start(host, host_job_fail);
	assert_int_equal(serve_once(&peer, &err), 1);
	assert_string_equal(peer.closing.verdict, "failed");
	assert_string_equal(peer.closing.text,
		"the moon is full: Input/output error. Wait.");
	assert_string_equal(peer.closing.action, "wait");
}

static void
a_host_without_room_says_so_before_anything_is_sent(void **state)
{
	struct host *host = *state;
	struct peer peer = peer_of(host, boot1);
	struct error err = {0};

	disk_is_full = true;
	host_start(host, host_job_capture);
	disk_is_full = false;
	assert_int_equal(serve_once(&peer, &err), 1);
	assert_string_equal(peer.closing.verdict, "failed");
	assert_non_null(strstr(peer.closing.text, "No space left"));
	assert_non_null(strstr(peer.closing.text, "captured is kept"));
	assert_int_equal(peer.read_bytes, 0);
}

static void
a_source_that_stays_away_ends_the_session(void **state)
{
	struct host *host = *state;
	struct peer peer = peer_of(host, boot1);
	AUTO(freep) char *text = NULL;
	struct error err = {0};

	host->patience_seconds = 1;
	host_start(host, host_job_capture);
	peer.stop_after = 3;
	assert_int_equal(serve_once(&peer, &err), 2);
	for (;;) { /* until the session has ended */
		if (io_read_file(&text, NULL, host_path(host, "journal.jsonl"),
			    1 << 20, &err) == 0 &&
			strstr(text, "did not come back") != NULL)
			break;
		free(take(text));
		usleep(100000);
	}
	peer = peer_of(host, boot1);
	assert_int_equal(serve_once(&peer, &err), 1);
	assert_string_equal(peer.closing.verdict, "unproven");
	assert_int_equal(peer.read_bytes, sizeof disk - (3 << 20));
	assert_same_bytes(host_path(host, "capture/sda.raw"));
}

static void
a_wrong_key_makes_nothing(void **state)
{
	struct host *host = *state;
	struct enrolment wrong = host->enrolment;
	struct peer peer = peer_of(host, boot1);
	struct channel *channel;
	struct error err = {0};

	host_start(host, host_job_capture);
	wrong.key[0] ^= 1;
	peer.enrolment = &wrong;
	assert_int_equal(peer_open(&peer, &channel, 0, &err), -1);
	assert_int_equal(access(host_path(host, "inventory.json"), F_OK), -1);
	assert_int_equal(access(host_path(host, "capture/sda.raw"), F_OK), -1);
}

static void
an_unknown_machine_makes_nothing(void **state)
{
	struct host *host = *state;
	struct enrolment stranger = host->enrolment;
	struct peer peer = peer_of(host, boot1);
	struct channel *channel;
	struct error err = {0};
	struct stat st;
	char path[128];

	host_start(host, host_job_capture);
	strcpy(stranger.machine, "web2");
	peer.enrolment = &stranger;
	assert_int_equal(peer_open(&peer, &channel, 0, &err), -1);
	snprintf(path, sizeof path, "%s/machines/web2", host->folder);
	assert_int_equal(stat(path, &st), -1);
}

static void
a_lane_without_a_session_is_told_to_wait(void **state)
{
	struct host *host = *state;
	struct peer peer = peer_of(host, boot1);
	struct channel *channel;
	struct error err = {0};

	host_start(host, host_job_capture);
	assert_int_equal(peer_open(&peer, &channel, 3, &err), -1);
	assert_int_equal(err.code, EREMOTEIO);
	assert_string_equal(err.text, "the other side gave up: there is no "
		"session that lane 3 could join; lane 0 comes first");
}

static void
a_machine_in_use_is_refused_with_the_reason(void **state)
{
	struct host *host = *state;
	struct peer peer = peer_of(host, boot1);
	AUTO(machine_closep) struct machine *machine = NULL;
	struct channel *channel;
	struct error err = {0};

	host_start(host, host_job_capture);
	assert_ok(machine_open(&machine, host->folder, "web1", &err), &err);
	assert_ok(machine_lock(machine, &err), &err);
	assert_int_equal(peer_open(&peer, &channel, 0, &err), -1);
	assert_int_equal(err.code, EREMOTEIO);
	assert_non_null(strstr(err.text, "in use"));
}

/* The estimate is of what is missing; reasons are by partition. */
static void
an_estimate_precedes_and_the_skipped_has_reasons(void **state)
{
	struct host *host = *state;
	struct peer peer = peer_of(host, boot1);
	AUTO(json_decrefpp) json_t *json = NULL;
	const json_t *estimate;
	struct error err = {0};
	uint64_t bytes;

	host_start(host, host_job_estimate);
	assert_int_equal(serve_once(&peer, &err), 1);
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
	struct peer peer = peer_of(host, boot1);
	struct error err = {0};

	assert_ok(rate_parse(&host->rate, "900M", &err), &err);
	host_start(host, host_job_estimate);
	assert_int_equal(serve_once(&peer, &err), 1);
	assert_string_equal(peer.last_notice, "at most 900 MB/s over the wire");
	assert_ok(io_write_file(host_path(host, "rate"), "800M\n", 5, 0600,
		&err), &err);
	peer = peer_of(host, boot1);
	assert_int_equal(serve_once(&peer, &err), 1);
	assert_string_equal(peer.last_notice, "at most 800 MB/s over the wire");
}

static void
sigterm_keeps_what_was_captured(void **state)
{
	struct host *host = *state;
	struct peer peer = peer_of(host, boot1);
	struct channel *channel;
	struct error err = {0};

	host_start(host, host_job_capture);
	peer.stop_after = 10;
	channel = open_until(&peer, 0);
	assert_int_equal(peer_serve(&peer, channel, &err), 2);
	assert_int_equal(host_stop(host), 0);
	channel_close(channel);
	host_start(host, host_job_capture);
	peer = peer_of(host, boot1);
	assert_int_equal(serve_once(&peer, &err), 1);
	assert_int_equal(peer.read_bytes, sizeof disk - (10 << 20));
}

static void
who_never_says_hello_does_not_hold_up_the_end(void **state)
{
	struct host *host = *state;
	struct peer peer = peer_of(host, boot1);
	struct channel *first, *silent;
	const uint8_t *payload;
	struct error err = {0};
	struct frame frame;

	host_start(host, host_job_capture);
	first = open_until(&peer, 0);
	assert_ok(channel_connect(&silent, &host->enrolment, 10, &err), &err);
	assert_int_equal(peer_serve(&peer, first, &err), 1);
	channel_close(first);
	/* Cut off at the end, not told at length that it waited too long. */
	assert_int_equal(channel_receive(silent, &frame, &payload, 60, &err),
		-1);
	assert_int_not_equal(err.code, EREMOTEIO);
	channel_close(silent);
}

#define SESSION_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* The connection stays, but what crosses it is lost. */
static void
what_a_silent_lane_was_asked_for_is_asked_of_another(void **state)
{
	struct host *host = *state;
	struct peer peer = peer_of(host, boot1), other = peer;
	struct channel *silent, *channel;
	struct error err = {0};

	host->silence_seconds = 1;
	host_start(host, host_job_capture);
	silent = open_until(&peer, 0);
	peer.stop_after = 3;
	assert_int_equal(peer_serve(&peer, silent, &err), 2);
	channel = open_until(&other, 1);
	assert_int_equal(peer_serve(&other, channel, &err), 1);
	assert_same_bytes(host_path(host, "capture/sda.raw"));
	channel_close(channel);
	channel_close(silent);
}

/* A disk that needs longer than silence may last. */
static void
a_lane_that_says_that_it_lives_is_waited_for(void **state)
{
	struct host *host = *state;
	struct peer peer = peer_of(host, boot1);
	struct error err = {0};

	host->silence_seconds = 1;
	host_start(host, host_job_capture);
	peer.pongs = 10;
	assert_int_equal(serve_once(&peer, &err), 1);
	assert_same_bytes(host_path(host, "capture/sda.raw"));
}

/* A connection that only names the machine. */
static int
connect_unproven(const struct host *host)
{
	char preamble[PREAMBLE_BYTES] = "UNRACK1\nweb1";
	const char *port = strchr(host->enrolment.server, ':') + 1;
	struct error err;
	int fd;

	assert_ok(tcp_connect(&fd, "127.0.0.1", port, 20, &err), &err);
	assert_ok(tcp_send(fd, preamble, sizeof preamble, -1, &err), &err);
	return fd;
}

/*
 * From their own address a lane may have to make way, as a source's does when the
 * host is busy; it comes again.  It never has to wait for their time to be over.
 */
static struct channel *
open_among_many(struct peer *peer, unsigned lane)
{
	struct channel *channel;
	struct error err = {0};

	for (int i = 0; i < 20; i++) {
		if (peer_open(peer, &channel, lane, &err) == 0)
			return channel;
		if (err.code == ETIMEDOUT)
			break;
	}
	fail_msg("%s", err.text);
	return NULL;
}

static void
who_knows_a_name_but_no_key_keeps_nobody_out(void **state)
{
	enum { MANY = 300 };
	struct host *host = *state;
	struct peer peer = peer_of(host, boot1);
	struct channel *lanes[4];
	int before[MANY], after[MANY];

	host_start(host, host_job_leave);
	for (int i = 0; i < MANY; i++)
		before[i] = connect_unproven(host);
	lanes[0] = open_among_many(&peer, 0);
	for (int i = 0; i < MANY; i++)
		after[i] = connect_unproven(host);
	for (unsigned i = 1; i < 4; i++)
		lanes[i] = open_among_many(&peer, i);
	for (int i = 0; i < MANY; i++) {
		close(before[i]);
		close(after[i]);
	}
	for (int i = 0; i < 4; i++)
		channel_close(lanes[i]);
}

static void
a_machine_waits_for_its_turn_and_is_told_its_place(void **state)
{
	struct host *host = *state;
	struct enrolment other;
	struct peer first = peer_of(host, boot1), second = first;
	struct channel *one, *two;
	struct error err = {0};
	const uint8_t *payload;
	struct notice notice = {.text = ""};
	struct frame frame;

	host->jobs = 1;
	host_enroll(host, "web2", &other);
	second.enrolment = &other;
	host_start(host, host_job_leave);
	one = open_until(&first, 0);
	while (access(host_path(host, "run/disks.sock"), F_OK) == -1)
		usleep(10000);
	two = open_until(&second, 0);
	while (strstr(notice.text, "behind 1 other machine;") == NULL) {
		assert_ok(channel_receive(two, &frame, &payload, 20, &err),
			&err);
		if (frame.type == FRAME_NOTICE)
			assert_ok(notice_parse(&notice, payload,
				frame.payload_bytes, &err), &err);
	}
	assert_int_equal(access(host_path_of(host, "web2", "run/disks.sock"),
		F_OK), -1);
	assert_ok(io_write_file(host_path(host, "left"), "", 0, 0600, &err),
		&err);
	assert_int_equal(peer_serve(&first, one, &err), 1);
	channel_close(one);
	assert_ok(io_write_file(host_path_of(host, "web2", "left"), "", 0, 0600,
		&err), &err);
	assert_int_equal(peer_serve(&second, two, &err), 1);
	channel_close(two);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SESSION_TEST(a_capture_has_the_bytes_of_the_disk),
		SESSION_TEST(the_journal_tells_of_the_session_and_holds_no_key),
		SESSION_TEST(qemu_reads_the_disk_through_nbd),
		SESSION_TEST(more_lanes_join_and_all_are_closed),
		SESSION_TEST(a_lost_lane_comes_back_and_goes_on),
		SESSION_TEST(a_killed_host_asks_again_for_nothing_durable),
		SESSION_TEST(after_a_reboot_blocks_are_compared_before_they_count),
		SESSION_TEST(what_a_reboot_changed_is_fetched_again),
		SESSION_TEST(a_capture_that_a_reboot_changed_is_whole_no_more),
		SESSION_TEST(
			a_capture_that_a_reboot_left_alone_stays_what_it_is),
		SESSION_TEST(another_boot_takes_over_when_the_first_is_gone),
		SESSION_TEST(a_last_word_for_a_source_that_is_gone_keeps_no_other_waiting),
		SESSION_TEST(another_boot_is_turned_away_while_the_first_serves),
		SESSION_TEST(lies_end_the_lane_with_a_reason_and_nothing_else),
		SESSION_TEST(who_lies_all_the_time_fails_the_session),
		SESSION_TEST(unreadable_sectors_are_listed),
		SESSION_TEST(sectors_that_can_be_read_after_a_reboot_are_listed_no_more),
		SESSION_TEST(sectors_that_went_bad_between_boots_are_listed),
		SESSION_TEST(a_second_read_of_a_sound_disk_changes_nothing),
		SESSION_TEST(what_differs_on_a_second_read_is_fetched_again),
		SESSION_TEST(sectors_that_fail_on_a_second_read_take_nothing_away),
		SESSION_TEST(sectors_that_a_second_read_can_read_are_mended),
		SESSION_TEST(a_failed_job_is_told_to_the_source),
		SESSION_TEST(a_host_without_room_says_so_before_anything_is_sent),
		SESSION_TEST(a_source_that_stays_away_ends_the_session),
		SESSION_TEST(a_wrong_key_makes_nothing),
		SESSION_TEST(an_unknown_machine_makes_nothing),
		SESSION_TEST(a_lane_without_a_session_is_told_to_wait),
		SESSION_TEST(a_machine_in_use_is_refused_with_the_reason),
		SESSION_TEST(an_estimate_precedes_and_the_skipped_has_reasons),
		SESSION_TEST(a_rate_of_the_machine_is_told_to_the_source),
		SESSION_TEST(sigterm_keeps_what_was_captured),
		SESSION_TEST(who_never_says_hello_does_not_hold_up_the_end),
		SESSION_TEST(
			what_a_silent_lane_was_asked_for_is_asked_of_another),
		SESSION_TEST(a_lane_that_says_that_it_lives_is_waited_for),
		SESSION_TEST(who_knows_a_name_but_no_key_keeps_nobody_out),
		SESSION_TEST(a_machine_waits_for_its_turn_and_is_told_its_place),
	};

	log_open("test-serve", false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
