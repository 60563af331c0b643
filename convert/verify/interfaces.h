#ifndef CONVERT_VERIFY_INTERFACES_H
#define CONVERT_VERIFY_INTERFACES_H

#include <jansson.h>
#include <stdbool.h>

/*
 * Compare the interfaces that the guest reports (`facts`) with those that its
 * configuration has (`guest`, guest.json): cards, names and addresses.  What is
 * wrong goes to `problems` as texts; what is lacking because the network is
 * isolated (no trunk, no LACP) goes to `excused`.
 */
void interfaces_check(json_t *problems, json_t *excused, const json_t *facts,
	const json_t *guest);

/* Does this unit only wait for a network that is complete? */
bool interfaces_unit_waits(const char *unit);

#endif
