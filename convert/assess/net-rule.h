#ifndef CONVERT_ASSESS_NET_RULE_H
#define CONVERT_ASSESS_NET_RULE_H

#include <stdbool.h>

/*
 * A line of a udev rules file that names a network interface by its MAC, its
 * slot or its driver; those that it does not ask for are empty.
 */
struct net_rule {
	unsigned number; /* of the line */
	char name[32], mac[18]; /* mac in lower case */
	char slot[64], driver[32];
	bool works_anywhere; /* it asks for the MAC alone */
};

/*
 * The next such line from *text on, which is moved behind it; *number counts
 * the lines.  False at the end.
 */
bool net_rule_next(const char **text, unsigned *number,
	struct net_rule *rule_out);

/* "52:54:00:12:34:56" in any case, to lower case.  False for anything else. */
bool mac_parse(const char *text, char mac_out[18]);

#endif
