#ifndef CONVERT_REWRITE_NETWORK_H
#define CONVERT_REWRITE_NETWORK_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct findings;
struct guest;
struct guest_interface;
struct guest_match;

/* A file that gives an interface its old name by MAC, or a line for one. */
struct network_rule {
	char path[128];
	char text[256];
	char what[64];	  /* which interface, as findings have it */
	bool is_appended; /* to what the file holds */
	bool needs_file;  /* which must be there already */
};

/*
 * The rule for an interface, in the form that guest->naming asks for; false when
 * none is needed or possible.  That is noted as a finding either way.
 */
bool network_rule(struct network_rule *rule_out, const struct guest *guest,
	const struct guest_interface *interface, struct findings *findings);

/* The file that it needs is not there: correct what was noted. */
void network_rule_lost(const struct network_rule *rule,
	struct findings *findings);

/*
 * A text that finds its card by what the VM does not have, so that it goes by the
 * MAC: .link and .network of systemd, keyfiles of NetworkManager.  *text_out is
 * owned by the caller, and NULL when that cannot be done.
 */
int network_match_rewrite(char **text_out, const char *text,
	const struct guest *guest, const struct guest_match *match,
	struct error *err);

/*
 * Where SUSE's ifcfg-bus-pci-... has to go to be found by the MAC; false for any
 * other file.
 */
bool network_match_copy(char path_out[256], const struct guest_match *match);

/* Note such a file; `is_done`: what unrack writes holds in the VM. */
void network_match_report(struct findings *findings,
	const struct guest_match *match, bool is_done);

#endif
