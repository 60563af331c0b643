#ifndef CONVERT_ASSESS_INTERFACE_H
#define CONVERT_ASSESS_INTERFACE_H

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

#endif
