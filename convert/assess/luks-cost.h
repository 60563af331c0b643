#ifndef CONVERT_ASSESS_LUKS_COST_H
#define CONVERT_ASSESS_LUKS_COST_H

#include <stddef.h>
#include <stdint.h>

struct error;

/*
 * Of the seconds that one passphrase may take, all key slots together, and the
 * MiB that one may fill.  cryptsetup makes slots that take two seconds on the
 * machine that makes them, and up to 1 GiB; a volume has one to four, and eight
 * that were made on a machine three times as fast are still tried.  The
 * appliance has 2 GiB.
 */
enum { LUKS_SECONDS_LIMIT = 120, LUKS_MEMORY_MIB = 1536 };

/*
 * About how many seconds of a processor one passphrase takes that opens none of
 * the key slots, by a header of LUKS1 or LUKS2: at least 1.  Fails, with the
 * slot that it is about, beyond the limits and where the header does not tell.
 */
int luks_cost(unsigned *seconds_out, const uint8_t *header, size_t bytes,
	struct error *err);

#endif
