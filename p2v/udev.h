#ifndef P2V_UDEV_H
#define P2V_UDEV_H

/*
 * The value of a key in a record of /run/udev/data ("E:KEY=value"), freed by the
 * caller.  NULL when it is not there, or there is no record (NULL).
 */
char *udev_value(const char *record, const char *key);

#endif
