#ifndef TESTS_TORTURE_HOST_H
#define TESTS_TORTURE_HOST_H

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "convert/pipeline.h"
#include "tests/torture/disk.h"
#include "wire/hash.h"

/* `unrack serve` in processes of its own, with one machine. */
struct host {
	char folder[128]; /* the state directory */
	char log[160];
	unsigned port;
	unsigned flush_every; /* blocks; so that kills meet every stage of it */
	const struct disk *disk; /* shared memory: whose extents it captures */
	pid_t pid; /* of the listener and its group, or 0 */

	atomic_uint epoch; /* results of an earlier one are forgotten */

	/* A session dies before this step of a commit; 0: never. */
	atomic_uint die_at;
	atomic_bool has_died;
};

/* `key_path` gets the enrolment for a source that comes by the relay. */
void host_make(struct host *host, const char *folder, const char *log,
	const struct disk *disk);
void host_enroll(const struct host *host, unsigned relay_port,
	const char *key_path);

void host_start(struct host *host);
/* SIGKILL to the listener and its sessions; nothing of it runs afterwards. */
void host_kill(struct host *host);
/* SIGKILL to the session alone.  False when there is none. */
bool host_kill_session(struct host *host);
bool host_has_session(const struct host *host);

/* folder/machines/NAME/relative, until the next call. */
const char *host_path(const struct host *host, const char *relative);

/* What the last capture that was completed said; false when none was since the
 * last one was forgotten. */
bool host_result(const struct host *host, struct capture_count *count_out);
void host_forget_result(struct host *host);

/* What is recorded of the last complete generation; number 0: nothing is. */
struct host_generation {
	unsigned number;
	bool is_settled;
	char root[HASH_HEX_BYTES];
};
void host_generation(const struct host *host,
	struct host_generation *generation_out);

/* What a file holds that says of which generation it is: its root hash, or "". */
void host_label(const struct host *host, const char *relative,
	char root_out[HASH_HEX_BYTES]);

#endif
