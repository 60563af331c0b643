#ifndef P2V_SMBIOS_H
#define P2V_SMBIOS_H

#include <jansson.h>

/* The inventory's "system".  NULL when memory is out. */
json_t *smbios_system(const char *root);

/*
 * The size of the memory modules in bytes, from the SMBIOS table (which needs
 * root), else from the firmware's memory map, else what the kernel can use.
 * Negative when nothing tells.
 */
json_int_t smbios_memory_bytes(const char *root);

/*
 * The management controller ("bmc") that the SMBIOS table tells of, or that the
 * kernel drives; null when there is none, NULL when memory is out.
 */
json_t *smbios_controller(const char *root);

#endif
