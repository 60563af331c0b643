#ifndef CONVERT_ASSESS_IFUPDOWN_H
#define CONVERT_ASSESS_IFUPDOWN_H

struct guest;

/*
 * Note the interfaces that a file of the form of /etc/network/interfaces
 * configures.  `source` lines are for the caller.
 */
void ifupdown_read(struct guest *guest, const char *text);

#endif
