#ifndef P2V_FIRMWARE_H
#define P2V_FIRMWARE_H

#include <jansson.h>

/*
 * The inventory's "firmware".  Boot entries need efivarfs to be mounted and
 * root; each entry's "data" is the whole EFI_LOAD_OPTION in base64, so that it
 * can be written into another machine's variables.  NULL: out of memory.
 */
json_t *firmware_facts(const char *root);

#endif
