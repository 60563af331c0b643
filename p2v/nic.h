#ifndef P2V_NIC_H
#define P2V_NIC_H

#include <jansson.h>

/*
 * The inventory's "nics": the network interfaces that are hardware, by name.
 * NULL when memory is out.
 */
json_t *nic_facts(const char *root);

#endif
