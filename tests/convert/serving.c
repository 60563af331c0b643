/* A host and a source of one disk, for tests of whole sessions. */
#include "tests/convert/serving.h"

#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "tests/harness.h"
#include "wire/block.h"

const char serving_boot1[] = "00112233445566778899aabbccddeeff";
const char serving_boot2[] = "ffeeddccbbaa99887766554433221100";
uint8_t serving_disk[DISK_BYTES];

/* Noise, text-like bytes and zeros: every codec is used. */
static void
fill_disk(void)
{
	uint32_t state = 1;

	for (size_t i = 0; i < sizeof serving_disk; i++) {
		state = state * 1664525 + 1013904223;
		switch (i >> 20 & 3) {
		case 0:
			serving_disk[i] = (uint8_t)(state >> 24);
			break;
		case 1:
			serving_disk[i] = "unrack"[state >> 30];
			break;
		default:
			serving_disk[i] = 0;
		}
	}
}

int
serving_setup(void **state)
{
	static struct host host;

	fill_disk();
	host_make(&host);
	*state = &host;
	return 0;
}

int
serving_teardown(void **state)
{
	host_remove(*state);
	return 0;
}

struct peer
serving_peer(const struct host *host, const char *boot)
{
	return (struct peer){.enrolment = &host->enrolment, .session = boot,
		.disk = serving_disk, .bytes = sizeof serving_disk};
}

struct channel *
serving_open(struct peer *peer, unsigned lane)
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

int
serving_once(struct peer *peer, struct error *err)
{
	struct channel *channel = serving_open(peer, 0);
	int result = peer_serve(peer, channel, err);

	channel_close(channel);
	return result;
}

void
serving_assert_same(const char *path)
{
	AUTO(freep) char *data = NULL;
	struct error err;
	size_t bytes;

	assert_ok(io_read_file(&data, &bytes, path, 1 << 30, &err), &err);
	assert_int_equal(bytes, sizeof serving_disk);
	for (size_t i = 0; i < bytes; i += BLOCK_BYTES)
		if (memcmp(data + i, serving_disk + i,
			    bytes - i < BLOCK_BYTES ? bytes - i : BLOCK_BYTES))
			fail_msg("%s differs in block %zu", path,
				i / BLOCK_BYTES);
}

uint64_t
serving_result(const struct host *host, const char *key)
{
	AUTO(json_decrefpp) json_t *json = NULL;
	struct error err;

	assert_ok(json_file_read(&json, host_path(host, "result.json"), &err),
		&err);
	return json_number(json_object_get(json, "sda"), key, UINT64_MAX);
}
