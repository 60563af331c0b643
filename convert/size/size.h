#ifndef CONVERT_SIZE_SIZE_H
#define CONVERT_SIZE_SIZE_H

#include <jansson.h>
#include <stdint.h>

struct error;
struct host;
struct machine;

/* What the size of a machine is reckoned from; empty objects where unknown. */
struct size_facts {
	uint64_t memory_bytes; /* of the VM */
	unsigned vcpus;
	const char *firmware; /* of the VM: "bios" or "uefi" */
	const json_t *inventory, *guest, *layout, *findings, *session, *proof;
	const struct host *host;
};

/*
 * "size" of findings.json: what the VM needs, how long the move takes, which
 * way is best, and whether the host can give it.  The caller owns the
 * reference; NULL when out of memory.
 */
json_t *size_make(const struct size_facts *facts);

/*
 * Put it into the machine's findings.json, from what the stages left there.  A
 * capture would lie below `folder`, whose room counts.  Does nothing when there
 * are no findings.
 */
int size_note(const struct machine *machine, const char *folder,
	struct error *err);

#endif
