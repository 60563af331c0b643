#ifndef CONVERT_ASSESS_INTERFACE_H
#define CONVERT_ASSESS_INTERFACE_H

#include <stddef.h>

struct guest;
struct guest_card;
struct guest_interface;

/*
 * What configuration files say of one interface.  Values come from a guest:
 * what is no address is passed over.
 */

/* `address` may end with "/24"; else `mask` ("24", "255.255.255.0") adds it. */
void interface_add_address(struct guest_interface *interface,
	const char *address, const char *mask);

/* To the last address, when it has none. */
void interface_add_mask(struct guest_interface *interface, const char *mask);

/* The first counts. */
void interface_set_gateway(struct guest_interface *interface,
	const char *address);
void interface_set_mac(struct guest_interface *interface, const char *mac);

/* "4" or "802.3ad" of a bond; "mode=4 miimon=100" as options. */
void interface_set_mode(struct guest_interface *interface, const char *mode);
void interface_set_options(struct guest_interface *interface,
	const char *options);

/*
 * The interface whose card has this MAC, for a configuration that says no name;
 * NULL when it is no MAC, or there are too many.
 */
struct guest_interface *interface_by_mac(struct guest *guest, const char *mac);

/*
 * Note that `member` belongs to `master`, both by name or id; interfaces_read()
 * joins them when all files are read.  Beyond the limit it is dropped.
 */
void interface_join(struct guest *guest, const char *member,
	const char *master);

/* The same for each word of a list. */
void interface_join_all(struct guest *guest, const char *members,
	const char *master);

/* `vlan` is a VLAN on `parent`; an id of 0 is read from the name. */
void interface_set_vlan(struct guest *guest, struct guest_interface *vlan,
	const char *parent, unsigned id);

/*
 * The only card in that slot ("0000:02:00.0", or a path that ends with it), else
 * with that driver; NULL when there is none or several.
 */
const struct guest_card *interface_card(const struct guest *guest,
	const char *slot, const char *driver);

/* Note a file that finds its card by slot or driver; either may be empty. */
void interface_match(struct guest *guest, const char *path, const char *slot,
	const char *driver, const char *name);

/*
 * Note a file that is for the cards that one of the patterns fits: a list with
 * blanks or ";".  One with a "!" excludes cards, which makes it no list of those.
 */
void interface_patterns(struct guest *guest, const char *path,
	const char *patterns);

#endif
