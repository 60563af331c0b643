#ifndef CONVERT_EMIT_SUBNET_H
#define CONVERT_EMIT_SUBNET_H

#include <netinet/in.h>
#include <stdbool.h>

/*
 * The isolated network around one interface of the guest, as QEMU's user
 * network (-netdev user) makes it: dotted IPv4 addresses.
 */
struct subnet {
	char network[INET_ADDRSTRLEN + 3]; /* "192.0.2.0/24" */
	char host[INET_ADDRSTRLEN];	   /* the gateway's place */
	char dns[INET_ADDRSTRLEN];
	char dhcp[INET_ADDRSTRLEN];	   /* the first address handed out */
	char guest[INET_ADDRSTRLEN];	   /* where the guest will be */
};

/*
 * Carry the guest's own address ("192.0.2.10/24"), with its gateway, so that
 * neither has to change for a test.  Without a usable IPv4 address (NULL too),
 * a network of its own that serves DHCP; `index` keeps several apart.
 */
void subnet_around(struct subnet *subnet_out, const char *address,
	const char *gateway, unsigned index);

/* Whether a dotted address lies within "192.0.2.0/24". */
bool subnet_holds(const char *network, uint32_t address);

#endif
