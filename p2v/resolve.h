#ifndef P2V_RESOLVE_H
#define P2V_RESOLVE_H

#include <netdb.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The stream addresses of a host, without libc's name service switch: `host` is
 * an address, or a name in the file `hosts_path` or the DNS; `port` a number.
 * 0 or an EAI_ code.  Free with resolve_free().
 */
int resolve_find(struct addrinfo **list_out, const char *host, const char *port,
	const char *hosts_path);
void resolve_free(struct addrinfo *list);

/*
 * Append the addresses of a name server's answer to the list that *end
 * terminates.  0, EAI_NONAME when it holds none, another code when it is broken.
 */
int resolve_add_answer(struct addrinfo ***end, const unsigned char *answer,
	size_t bytes, int family, uint16_t port);

#endif
