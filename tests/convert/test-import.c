/*
 * From a carry set to the capture, and what the wire still has to send after
 * that.
 */
#include "convert/carry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "common/process.h"
#include "convert/capture/generation.h"
#include "convert/state/journal.h"
#include "convert/state/machine.h"
#include "tests/convert/host.h"
#include "tests/convert/peer.h"
#include "tests/harness.h"
#include "wire/carry-set.h"

enum { BLOCKS = 90, DISK_BYTES = BLOCKS * BLOCK_BYTES + 4608 };

struct pair {
	struct host host;
	struct machine *machine;
	char *usb; /* where the set is */
	unsigned boot;
	uint64_t bad_offset; /* of a sector that cannot be read; 0: none */
	uint8_t disk[DISK_BYTES]; /* random, text, zeros, random, ... */
};

static void
fill(uint8_t *data, size_t bytes, uint64_t seed)
{
	for (size_t i = 0; i < bytes; i++) {
		seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
		data[i] = (uint8_t)(seed >> 56);
	}
}

static int
setup(void **state)
{
	struct pair *pair = calloc(1, sizeof *pair);
	struct error err;

	assert_non_null(pair);
	host_make(&pair->host);
	pair->host.patience_seconds = 30;
	for (size_t i = 0; i < BLOCKS; i += 3) {
		fill(pair->disk + i * BLOCK_BYTES, BLOCK_BYTES, i + 1);
		memset(pair->disk + (i + 1) * BLOCK_BYTES, 'a', BLOCK_BYTES);
	}
	fill(pair->disk + BLOCKS * BLOCK_BYTES, 4608, 1);
	pair->usb = io_format("%s/usb", pair->host.folder);
	assert_ok(io_make_folders(pair->usb, &err), &err);
	assert_ok(machine_open(&pair->machine, pair->host.folder, "web1", &err),
		&err);
	*state = pair;
	return 0;
}

static int
teardown(void **state)
{
	struct pair *pair = *state;

	machine_close(pair->machine);
	free(pair->usb);
	host_remove(&pair->host);
	free(pair);
	return 0;
}

/* The disk as a whole is in use. */
static int
import(struct pair *pair, struct capture_count *count_out, struct error *err)
{
	struct extent all = {0, DISK_BYTES};
	const struct plan plan = {&all, 1};
	AUTO(carry_set_closep) struct carry_set *set = NULL;
	struct carry_source *source = NULL;
	struct pipeline_source *base;
	struct progress progress = {.stage = "import"};
	const char *format;
	int result;

	if (carry_set_open(&set, (const char *const *)&pair->usb, 1, "web1", err) == -1 ||
		carry_set_load(set, pair->host.enrolment.key, err) == -1 ||
		carry_open(&source, pair->machine, set, &progress, err) == -1)
		return -1;
	base = carry_pipeline_source(source);
	assert_non_null(strstr(base->location(base, 0, &format), "nbd+unix"));
	result = base->capture(base, &plan, 1, &progress, count_out, err);
	carry_close(source);
	return result;
}

static void
assert_captured(const struct pair *pair)
{
	AUTO(freep) char *data = NULL;
	struct error err;
	size_t bytes;

	assert_ok(io_read_file(&data, &bytes,
		host_path(&pair->host, "capture/sda.raw"), 1 << 30, &err), &err);
	assert_int_equal(bytes, DISK_BYTES);
	assert_memory_equal(data, pair->disk, DISK_BYTES);
}

/* A set of the disk as it is now, over an older one. */
static void
carry(struct pair *pair)
{
	AUTO(freep) char *disk = io_format("%s/disk", pair->host.folder);
	AUTO(freep) char *key = io_format("%s/key", pair->host.folder);
	AUTO(freep) char *program = io_format("%s/bin/carry-source",
		getenv("BUILD") == NULL ? "build" : getenv("BUILD"));
	AUTO(freep) char *boot = io_format("%u", pair->boot);
	AUTO(freep) char *bad = io_format("%ju", (uintmax_t)pair->bad_offset);
	const char *const argv[] = {program, pair->usb, key, disk, boot, bad,
		NULL};
	struct error err;

	unlink(key);
	assert_ok(key_write(&pair->host.enrolment, key, &err), &err);
	assert_ok(io_write_file(disk, pair->disk, DISK_BYTES, 0600, &err),
		&err);
	assert_ok(process_run(argv, NULL, 60, &err), &err);
}

static void
flip(const struct pair *pair, const char *name, off_t offset)
{
	AUTO(freep) char *path = io_format("%s/web1.carry/%s",
		pair->usb, name);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	uint8_t byte;

	assert_int_equal(pread(fd, &byte, 1, offset), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
	close(fd);
}

static void
the_capture_is_the_disk(void **state)
{
	struct pair *pair = *state;
	struct capture_count count = {0};
	struct error err;

	carry(pair);
	assert_ok(import(pair, &count, &err), &err);
	assert_captured(pair);
	assert_int_equal(count.captured_bytes, DISK_BYTES);
	assert_int_equal(count.zero_bytes, BLOCKS / 3 * BLOCK_BYTES);
	assert_int_equal(count.read_bytes, DISK_BYTES - count.zero_bytes);
	assert_ok(journal_check(pair->machine, &err), &err);
}

static void
what_was_imported_is_not_stored_again(void **state)
{
	struct pair *pair = *state;
	struct capture_count count = {0};
	struct error err;

	carry(pair);
	assert_ok(import(pair, &count, &err), &err);
	assert_ok(import(pair, &count, &err), &err);
	assert_int_equal(count.read_bytes, 0);
	assert_captured(pair);
}

static void
an_import_that_ends_early_is_gone_on_with(void **state)
{
	struct pair *pair = *state;
	struct capture_count count = {0};
	struct error err;

	carry(pair);
	/* Blocks in front of the damage are taken, those behind it are not. */
	flip(pair, "0001.data", 1500000);
	assert_int_equal(import(pair, &count, &err), -1);
	assert_int_equal(err.code, EBADMSG);
	assert_int_equal(machine_state(pair->machine), MACHINE_ENROLLED);
	flip(pair, "0001.data", 1500000);
	assert_ok(import(pair, &count, &err), &err);
	assert_true(count.read_bytes > 0);
	assert_true(count.read_bytes < DISK_BYTES / 2);
	assert_captured(pair);
}

static void
a_later_set_brings_only_what_differs(void **state)
{
	struct pair *pair = *state;
	uint8_t *disk = pair->disk;
	struct capture_count count = {0};
	struct error err;

	carry(pair);
	assert_ok(import(pair, &count, &err), &err);
	pair->boot = 1;
	memset(disk, 0, BLOCK_BYTES);		    /* was random */
	memset(disk + 2 * BLOCK_BYTES, 'n', 10);    /* was zeros */
	disk[DISK_BYTES - 1] ^= 1;
	carry(pair);
	assert_ok(import(pair, &count, &err), &err);
	assert_int_equal(count.read_bytes, BLOCK_BYTES + 4608);
	assert_captured(pair);
}

static void
the_wire_sends_only_what_differs_from_the_set(void **state)
{
	struct pair *pair = *state;
	uint8_t *disk = pair->disk;
	struct peer peer = {.enrolment = &pair->host.enrolment,
		.session = "00112233445566778899aabbccddeeff", .disk = disk,
		.bytes = DISK_BYTES};
	struct channel *channel = NULL;
	struct capture_count count = {0};
	struct error err;

	carry(pair);
	assert_ok(import(pair, &count, &err), &err);
	disk[5 * BLOCK_BYTES] ^= 1;
	disk[77 * BLOCK_BYTES] ^= 1;
	host_start(&pair->host, host_job_capture);
	for (int i = 0; i < 200 && channel == NULL; i++)
		if (peer_open(&peer, &channel, 0, &err) == -1) {
			channel = NULL;
			usleep(50000);
		}
	assert_non_null(channel);
	assert_int_equal(peer_serve(&peer, channel, &err), 1);
	channel_close(channel);
	assert_string_equal(peer.closing.verdict, "unproven");
	assert_int_equal(peer.hashed_bytes, DISK_BYTES);
	assert_int_equal(peer.read_bytes, 2 * BLOCK_BYTES);
	assert_captured(pair);
}

/* What the pipeline does when all of a capture is there. */
static void
complete(struct pair *pair, unsigned number, const struct capture_count *count)
{
	AUTO(json_decrefpp) json_t *disks = json_pack("[{s:s, s:I, s:I, s:s}]",
		"name", "sda", "size_bytes", (json_int_t)DISK_BYTES,
		"captured_bytes", (json_int_t)count->captured_bytes,
		"root_hash", count->root_hash);
	struct error err;

	assert_ok(generation_commit(pair->machine, number, disks, &err), &err);
}

static void
a_complete_generation_stays_until_the_next_one_is(void **state)
{
	struct pair *pair = *state;
	AUTO(freep) uint8_t *old = malloc(DISK_BYTES);
	AUTO(freep) char *data = NULL;
	struct capture_count count = {0};
	struct error err;

	assert_non_null(old);
	carry(pair);
	assert_ok(import(pair, &count, &err), &err);
	complete(pair, 1, &count);
	memcpy(old, pair->disk, DISK_BYTES);
	pair->boot = 1;
	pair->disk[4 * BLOCK_BYTES] ^= 1;
	memset(pair->disk + 6 * BLOCK_BYTES, 0, BLOCK_BYTES);
	carry(pair);
	assert_ok(import(pair, &count, &err), &err);
	assert_int_equal(count.read_bytes, BLOCK_BYTES);
	assert_int_equal(count.captured_bytes, DISK_BYTES);
	assert_ok(io_read_file(&data, NULL,
		host_path(&pair->host, "capture/sda.raw"), 1 << 30, &err), &err);
	assert_memory_equal(data, old, DISK_BYTES);
	complete(pair, 2, &count);
	assert_captured(pair);
}

static void
unreadable_sectors_become_the_host_s_list(void **state)
{
	struct pair *pair = *state;
	AUTO(freep) char *text = NULL;
	struct capture_count count = {0};
	struct error err;

	pair->bad_offset = 3 * BLOCK_BYTES + 1024;
	carry(pair);
	assert_ok(import(pair, &count, &err), &err);
	assert_int_equal(count.bad_sectors, 1);
	assert_ok(io_read_file(&text, NULL,
		host_path(&pair->host, "capture/sda.bad"), 4096, &err), &err);
	assert_string_equal(text, "197632 512\n");
}

static void
a_set_of_other_hardware_is_refused(void **state)
{
	struct pair *pair = *state;
	AUTO(json_decrefpp) json_t *other = json_pack("{s:{s:s}}", "system",
		"uuid", "4711");
	struct capture_count count = {0};
	struct error err;

	assert_ok(json_file_write(host_path(&pair->host, "inventory.json"),
		other, &err), &err);
	carry(pair);
	assert_int_equal(import(pair, &count, &err), -1);
	assert_non_null(strstr(err.text, "another machine"));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_capture_is_the_disk),
		TEST(what_was_imported_is_not_stored_again),
		TEST(an_import_that_ends_early_is_gone_on_with),
		TEST(a_later_set_brings_only_what_differs),
		TEST(the_wire_sends_only_what_differs_from_the_set),
		TEST(a_complete_generation_stays_until_the_next_one_is),
		TEST(unreadable_sectors_become_the_host_s_list),
		TEST(a_set_of_other_hardware_is_refused),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
