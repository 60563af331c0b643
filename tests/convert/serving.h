#ifndef TESTS_CONVERT_SERVING_H
#define TESTS_CONVERT_SERVING_H

#include <stdint.h>

#include "tests/convert/host.h"
#include "tests/convert/peer.h"

/* What tests of sessions share: a host, and a source with one disk. */
enum { DISK_BYTES = (24 << 20) + 4608 }; /* the last block is short */

extern const char serving_boot1[], serving_boot2[];
extern uint8_t serving_disk[DISK_BYTES];

/* *state is a struct host; the disk is filled anew. */
int serving_setup(void **state);
int serving_teardown(void **state);

#define SERVING_TEST(name)                                                     \
	cmocka_unit_test_setup_teardown(name, serving_setup, serving_teardown)

struct peer serving_peer(const struct host *host, const char *boot);

/* Connect until it works: the host may be busy with an earlier session. */
struct channel *serving_open(struct peer *peer, unsigned lane);

/* One lane from HELLO to its end. */
int serving_once(struct peer *peer, struct error *err);

/* The file has what the disk has now. */
void serving_assert_same(const char *path);

/* A number of the job's "result.json". */
uint64_t serving_result(const struct host *host, const char *key);

#endif
