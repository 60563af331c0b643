#ifndef P2V_USB_H
#define P2V_USB_H

#include <jansson.h>

/*
 * The inventory's "usb": what is plugged into the machine's USB ports, but for
 * hubs, at most USB_LIMIT.  NULL when memory is out.
 */
enum { USB_LIMIT = 128 };
json_t *usb_list(const char *root);

#endif
