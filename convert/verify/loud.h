#ifndef CONVERT_VERIFY_LOUD_H
#define CONVERT_VERIFY_LOUD_H

#include <stdbool.h>

/*
 * `text` of a boot loader's configuration with every kernel talking to the
 * screen and the first serial port, in full; freed by the caller.  NULL when it
 * starts no kernel (or memory is out).  `is_entry`: it is one by the boot loader
 * specification, of loader/entries.
 */
char *loud_configuration(const char *text, bool is_entry);

#endif
