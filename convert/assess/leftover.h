#ifndef CONVERT_ASSESS_LEFTOVER_H
#define CONVERT_ASSESS_LEFTOVER_H

struct findings;
struct guest;

/*
 * Give the cards that no configuration names the names that they had, as far as
 * that is sure, and note those in use of which it is not.  Interfaces must be
 * paired with their cards (card-names.c).
 */
void leftover_cards_name(struct guest *guest, struct findings *findings);

#endif
