#ifndef CONVERT_REWRITE_NETWORK_H
#define CONVERT_REWRITE_NETWORK_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct findings;
struct guest;
struct guest_interface;

/* A file that gives an interface its old name by MAC. */
struct network_rule {
	char path[96];
	char text[256];
	bool is_appended; /* to what the file holds */
};

/*
 * The rule for an interface; false when none is needed or possible.  That is
 * noted as a finding either way.
 */
bool network_rule(struct network_rule *rule_out, const struct guest *guest,
	const struct guest_interface *interface, struct findings *findings);

#endif
