#ifndef CONVERT_VERIFY_PROOF_H
#define CONVERT_VERIFY_PROOF_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "convert/verify/pcap.h"
#include "convert/verify/verify.h"
#include "convert/verify/watch.h"

struct expectation;
struct vm;

/* Everything that was seen of one boot. */
struct observation {
	const struct vm *vm;
	const struct watch *watch;
	const struct expectation *expectations;
	size_t expectation_count;
	size_t nic;		     /* the card that they go through */
	const struct pcap_facts *packets; /* one for each card */
	const json_t *facts;	     /* the witness's, or NULL */
	bool agent_answered; /* the guest agent */
	bool has_witness;
	const char *stop_reason;     /* why the VM stopped itself, or NULL */
	const char *accelerator;
	time_t started;
	double seconds;
};

/* Whether the guest came up at all. */
bool proof_is_up(const struct observation *seen);

/*
 * What is wrong with a guest that is up, as a list of texts; owned by the caller.
 * What it lacks because its network is isolated is added to `excused`.
 */
json_t *proof_problems(const struct observation *seen, json_t *excused);

/* The verdict, and proof.json's content (owned by the caller; NULL: memory). */
json_t *proof_compose(const struct observation *seen,
	struct verify_verdict *verdict_out);

#endif
