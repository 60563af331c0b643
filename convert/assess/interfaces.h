#ifndef CONVERT_ASSESS_INTERFACES_H
#define CONVERT_ASSESS_INTERFACES_H

#include <jansson.h>

struct error;
struct findings;
struct guest;
struct guest_files;

/*
 * The interfaces that the guest configures, whoever does it there, the cards that
 * they are on, and what about them needs attention.  `inventory` may be NULL;
 * guest->systemd and guest->init must be known.
 */
int interfaces_read(struct guest *guest, const struct guest_files *files,
	const json_t *inventory, struct findings *findings, struct error *err);

#endif
