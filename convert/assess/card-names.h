#ifndef CONVERT_ASSESS_CARD_NAMES_H
#define CONVERT_ASSESS_CARD_NAMES_H

#include <jansson.h>

struct error;
struct findings;
struct guest;
struct guest_files;

/* The machine's cards, of its inventory (NULL: there is none). */
void card_names_inventory(struct guest *guest, const json_t *inventory);

/*
 * The names that the guest's own rules give to cards, and how it can be told
 * others (guest->naming).  guest->systemd and guest->init must be known.
 */
int card_names_read(struct guest *guest, const struct guest_files *files,
	struct findings *findings, struct error *err);

/*
 * Find the cards of interfaces that no rule ties to one, as far as there is no
 * doubt, and note the interfaces that have no card any more.
 */
void card_names_pair(struct guest *guest);

#endif
