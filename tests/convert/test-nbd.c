#include "convert/source/nbd.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/bytes.h"
#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "common/process.h"
#include "convert/source/nbd-wire.h"
#include "tests/harness.h"

enum { DISK_BYTES = (8 << 20) + 512 };

static uint8_t disk[DISK_BYTES];
static uint8_t small[512] = "small";
static char folder[64], socket_path[96];
static struct nbd *server;
static atomic_bool fails;

static int
read_memory(void *context, uint64_t offset_bytes, void *data, size_t bytes,
	struct error *err)
{
	if (fails)
		return error_set(err, EIO, "a test");
	memcpy(data, (uint8_t *)context + offset_bytes, bytes);
	return 0;
}

static const struct nbd_export exports[] = {
	{"sda", sizeof disk, read_memory, disk},
	{"cciss!c0d0", sizeof small, read_memory, small},
};

static int
setup(void **state)
{
	struct error err;

	(void)state;
	signal(SIGPIPE, SIG_IGN); /* as serve does */
	for (size_t i = 0; i < sizeof disk; i++)
		disk[i] = (uint8_t)(i * 31 + i / 4096);
	strcpy(folder, "/tmp/unrack-test-nbd.XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(socket_path, sizeof socket_path, "%s/disks.sock", folder);
	fails = false;
	assert_ok(nbd_start(&server, socket_path, exports, 2, &err), &err);
	return 0;
}

static int
teardown(void **state)
{
	struct error err;

	(void)state;
	nbd_stop(server);
	assert_int_equal(access(socket_path, F_OK), -1);
	return io_remove_tree(folder, &err);
}

static const char *
uri(const char *name)
{
	static char text[160];

	snprintf(text, sizeof text, "nbd+unix:///%s?socket=%s", name,
		socket_path);
	return text;
}

static void
assert_copy(const char *path)
{
	AUTO(freep) char *data = NULL;
	struct error err;
	size_t bytes;

	assert_ok(io_read_file(&data, &bytes, path, 1 << 30, &err), &err);
	assert_int_equal(bytes, sizeof disk);
	assert_memory_equal(data, disk, sizeof disk);
}

static void
qemu_img_copies_the_bytes(void **state)
{
	char copy[96];
	const char *const argv[] = {"qemu-img", "convert", "-f", "raw", "-O",
		"raw", uri("sda"), copy, NULL};
	struct error err;

	(void)state;
	snprintf(copy, sizeof copy, "%s/copy", folder);
	assert_ok(process_run(argv, NULL, 60, &err), &err);
	assert_copy(copy);
}

static void
nbdcopy_copies_the_bytes_over_several_connections(void **state)
{
	char copy[96];
	const char *const argv[] = {"nbdcopy", "--connections=4", uri("sda"),
		copy, NULL};
	struct error err;

	(void)state;
	snprintf(copy, sizeof copy, "%s/copy", folder);
	assert_ok(process_run(argv, NULL, 60, &err), &err);
	assert_copy(copy);
}

static void
nbdinfo_finds_every_export_read_only(void **state)
{
	char list[128];
	const char *const argv[] = {"nbdinfo", "--list", "--json", list, NULL};
	AUTO(json_decrefpp) json_t *json = NULL;
	AUTO(freep) char *text = NULL;
	const json_t *first, *second;
	struct error err;

	(void)state;
	snprintf(list, sizeof list, "nbd+unix://?socket=%s", socket_path);
	assert_ok(process_run(argv, &text, 60, &err), &err);
	json = json_loads(text, 0, NULL);
	first = json_array_get(json_object_get(json, "exports"), 0);
	second = json_array_get(json_object_get(json, "exports"), 1);
	assert_string_equal(json_text(first, "export-name", ""), "sda");
	assert_int_equal(json_number(first, "export-size", 0), sizeof disk);
	assert_true(json_flag(first, "is_read_only", 0));
	assert_true(json_flag(first, "can_multi_conn", 0));
	assert_string_equal(json_text(second, "export-name", ""), "cciss!c0d0");
}

static void
an_odd_name_is_found(void **state)
{
	const char *const argv[] = {"nbdinfo", "--size", uri("cciss!c0d0"),
		NULL};
	const char *const qemu[] = {"qemu-img", "info", "-f", "raw", argv[2],
		NULL};
	AUTO(freep) char *text = NULL;
	AUTO(freep) char *info = NULL;
	struct error err;

	(void)state;
	assert_ok(process_run(argv, &text, 60, &err), &err);
	assert_string_equal(text, "512\n");
	assert_ok(process_run(qemu, &info, 60, &err), &err);
	assert_non_null(strstr(info, "512 B (512 bytes)"));
}

static void
qemu_cannot_write(void **state)
{
	const char *const argv[] = {"qemu-io", "-f", "raw", "-c",
		"write -P 1 0 512", uri("sda"), NULL};
	uint8_t before[512];
	struct error err;

	(void)state;
	memcpy(before, disk, sizeof before);
	assert_int_equal(process_run(argv, NULL, 60, &err), -1);
	assert_memory_equal(disk, before, sizeof before);
}

/* A client of our own, for what no honest one sends. */
static int
dial(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval limit = {.tv_sec = 20};
	uint8_t greeting[18], flags[4];
	struct error err;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(address.sun_path, socket_path);
	assert_int_equal(connect(fd, (struct sockaddr *)&address,
		sizeof address), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	assert_ok(io_read(fd, greeting, sizeof greeting, "server", &err), &err);
	nbd_put(flags, NBD_FIXED_NEWSTYLE | NBD_NO_ZEROES, 4);
	assert_ok(io_write(fd, flags, sizeof flags, "server", &err), &err);
	return fd;
}

static void
send_option(int fd, uint32_t option, const void *data, uint32_t bytes,
	uint32_t claimed)
{
	uint8_t header[16];
	struct error err;

	nbd_put(nbd_put(nbd_put(header, NBD_OPTION_MAGIC, 8), option, 4),
		claimed, 4);
	assert_ok(io_write(fd, header, sizeof header, "server", &err), &err);
	if (bytes > 0)
		assert_ok(io_write(fd, data, bytes, "server", &err), &err);
}

static uint32_t
option_reply(int fd)
{
	uint8_t header[20];
	struct error err;

	assert_ok(io_read(fd, header, sizeof header, "server", &err), &err);
	assert_int_equal(bytes_big(header + 16, 4), 0);
	return (uint32_t)bytes_big(header + 12, 4);
}

/* Past the handshake, by the old option. */
static int
dial_export(void)
{
	uint8_t answer[10];
	struct error err;
	int fd = dial();

	send_option(fd, NBD_OPT_EXPORT_NAME, "sda", 3, 3);
	assert_ok(io_read(fd, answer, sizeof answer, "server", &err), &err);
	assert_int_equal(bytes_big(answer, 8), sizeof disk);
	return fd;
}

static void
send_request(int fd, uint16_t type, uint64_t handle, uint64_t offset,
	uint32_t length)
{
	uint8_t header[28], *at = header;
	struct error err;

	at = nbd_put(at, NBD_REQUEST_MAGIC, 4);
	at = nbd_put(at, type, 4);
	at = nbd_put(at, handle, 8);
	at = nbd_put(at, offset, 8);
	nbd_put(at, length, 4);
	assert_ok(io_write(fd, header, sizeof header, "server", &err), &err);
}

static uint32_t
reply_to(int fd, uint64_t handle)
{
	uint8_t header[16];
	struct error err;

	assert_ok(io_read(fd, header, sizeof header, "server", &err), &err);
	assert_int_equal(bytes_big(header, 4), NBD_REPLY_MAGIC);
	assert_int_equal(bytes_big(header + 8, 8), handle);
	return (uint32_t)bytes_big(header + 4, 4);
}

static void
assert_hangs_up(int fd)
{
	char byte;

	assert_int_equal(read(fd, &byte, 1), 0);
	close(fd);
}

static void
odd_options_are_answered_in_order(void **state)
{
	static uint8_t large[20000];
	int fd = dial();

	(void)state;
	send_option(fd, 5, NULL, 0, 0); /* TLS */
	assert_int_equal(option_reply(fd), NBD_REP_ERR_UNSUP);
	send_option(fd, NBD_OPT_INFO, large, sizeof large, sizeof large);
	assert_int_equal(option_reply(fd), NBD_REP_ERR_TOO_BIG);
	send_option(fd, NBD_OPT_INFO, "\0\0", 2, 2);
	assert_int_equal(option_reply(fd), NBD_REP_ERR_INVALID);
	send_option(fd, NBD_OPT_INFO, "\xff\xff\xff\xff\0\0", 6, 6);
	assert_int_equal(option_reply(fd), NBD_REP_ERR_INVALID);
	send_option(fd, NBD_OPT_GO, "\0\0\0\3sdz\0\0", 9, 9);
	assert_int_equal(option_reply(fd), NBD_REP_ERR_UNKNOWN);
	send_option(fd, NBD_OPT_LIST, "x", 1, 1);
	assert_int_equal(option_reply(fd), NBD_REP_ERR_INVALID);
	send_option(fd, NBD_OPT_ABORT, NULL, 0, 0);
	assert_int_equal(option_reply(fd), NBD_REP_ACK);
	assert_hangs_up(fd);
}

static void
a_giant_option_ends_the_connection(void **state)
{
	int fd = dial();

	(void)state;
	send_option(fd, NBD_OPT_INFO, NULL, 0, UINT32_MAX);
	assert_hangs_up(fd);
}

static void
requests_beyond_the_disk_or_reason_are_refused(void **state)
{
	int fd = dial_export();
	uint8_t sector[512], got[512];
	struct error err;

	(void)state;
	send_request(fd, NBD_CMD_READ, 1, sizeof disk, 512);
	assert_int_equal(reply_to(fd, 1), NBD_EINVAL);
	send_request(fd, NBD_CMD_READ, 2, UINT64_MAX - 100, 512);
	assert_int_equal(reply_to(fd, 2), NBD_EINVAL);
	send_request(fd, NBD_CMD_READ, 3, 0, UINT32_MAX);
	assert_int_equal(reply_to(fd, 3), NBD_EINVAL);
	send_request(fd, NBD_CMD_READ, 4, 0, 0);
	assert_int_equal(reply_to(fd, 4), NBD_EINVAL);
	send_request(fd, 4, 5, 0, 4096); /* TRIM */
	assert_int_equal(reply_to(fd, 5), NBD_EPERM);
	memset(sector, 9, sizeof sector);
	send_request(fd, NBD_CMD_WRITE, 6, 0, sizeof sector);
	assert_ok(io_write(fd, sector, sizeof sector, "server", &err), &err);
	assert_int_equal(reply_to(fd, 6), NBD_EPERM);
	send_request(fd, NBD_CMD_FLUSH, 7, 0, 0);
	assert_int_equal(reply_to(fd, 7), 0);
	/* After all that it still works. */
	send_request(fd, NBD_CMD_READ, 8, sizeof disk - 512, 512);
	assert_int_equal(reply_to(fd, 8), 0);
	assert_ok(io_read(fd, got, sizeof got, "server", &err), &err);
	assert_memory_equal(got, disk + sizeof disk - 512, 512);
	send_request(fd, NBD_CMD_DISC, 9, 0, 0);
	assert_hangs_up(fd);
}

static void
a_failed_read_is_an_error_of_that_request(void **state)
{
	int fd = dial_export();

	(void)state;
	fails = true;
	send_request(fd, NBD_CMD_READ, 1, 0, 512);
	assert_int_equal(reply_to(fd, 1), NBD_EIO);
	fails = false;
	send_request(fd, NBD_CMD_READ, 2, 0, 512);
	assert_int_equal(reply_to(fd, 2), 0);
	close(fd);
}

static void
garbage_ends_the_connection(void **state)
{
	int fd = dial_export();
	struct error err;

	(void)state;
	assert_ok(io_write(fd, "GET / HTTP/1.1\r\nHost: me\r\n\r\n", 28,
		"server", &err), &err);
	assert_hangs_up(fd);
}

static void
many_clients_come_and_go(void **state)
{
	(void)state;
	for (int i = 0; i < 200; i++) {
		int fd = dial_export();

		send_request(fd, NBD_CMD_READ, 1, 0, 65536);
		close(fd); /* without waiting for the answer */
	}
	close(dial_export());
}

#define NBD_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		NBD_TEST(qemu_img_copies_the_bytes),
		NBD_TEST(nbdcopy_copies_the_bytes_over_several_connections),
		NBD_TEST(nbdinfo_finds_every_export_read_only),
		NBD_TEST(an_odd_name_is_found),
		NBD_TEST(qemu_cannot_write),
		NBD_TEST(odd_options_are_answered_in_order),
		NBD_TEST(a_giant_option_ends_the_connection),
		NBD_TEST(requests_beyond_the_disk_or_reason_are_refused),
		NBD_TEST(a_failed_read_is_an_error_of_that_request),
		NBD_TEST(garbage_ends_the_connection),
		NBD_TEST(many_clients_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
