#ifndef P2V_PCI_H
#define P2V_PCI_H

#include <jansson.h>

/* What identifies the PCI device of a folder in sysfs. NULL: out of memory. */
json_t *pci_identity(const char *device);

/*
 * The inventory's "pci": the machine's PCI devices by address, at most
 * PCI_LIMIT.  NULL when memory is out.
 */
enum { PCI_LIMIT = 512 };
json_t *pci_list(const char *root);

#endif
