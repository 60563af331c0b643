/*
 * The rounds of a pre-copy, one after the other.  rounds.c says which is the
 * last.
 */
#include "convert/capture/precopy.h"

#include <stdbool.h>
#include <string.h>

#include "common/error.h"
#include "common/monotonic.h"

static int
run_round(const struct precopy *precopy, struct round *round, bool is_first,
	struct error *err)
{
	uint64_t wire = precopy->wire(precopy->context);
	double start = monotonic_seconds(), compared;

	if (!is_first && precopy->compare(precopy->context,
				 &round->changed_bytes, err) == -1)
		return -1;
	compared = monotonic_seconds();
	if (precopy->fetch(precopy->context, &round->fetched_bytes, err) == -1)
		return -1;
	round->compare_seconds = compared - start;
	round->fetch_seconds = monotonic_seconds() - compared;
	round->wire_bytes = precopy->wire(precopy->context) - wire;
	return 0;
}

int
precopy_run(const struct precopy *precopy, struct rounds *rounds_out,
	enum rounds_end *end_out, struct error *err)
{
	char text[ROUNDS_TEXT_BYTES];

	memset(rounds_out, 0, sizeof *rounds_out);
	do {
		if (run_round(precopy, &rounds_out->list[rounds_out->count],
			    rounds_out->count == 0, err) == -1)
			return error_add(err, "round %u",
				rounds_out->count + 1);
		rounds_out->count++;
		rounds_print(text, rounds_out);
		if (precopy->done(precopy->context, text, err) == -1)
			return -1;
		*end_out = rounds_judge(rounds_out, precopy->most);
	} while (*end_out == ROUNDS_GO_ON);
	return 0;
}
