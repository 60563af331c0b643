/*
 * What of libc the static program must not use, because it would load shared
 * libraries of the machine that it runs on: the linker puts these in place
 * (--wrap), for the libraries as well.  Names are found by resolve.c.
 */
#include <netdb.h>
#include <stddef.h>

#include "p2v/resolve.h"

int __wrap_getaddrinfo(const char *host, const char *port,
	const struct addrinfo *wanted, struct addrinfo **list_out);
void __wrap_freeaddrinfo(struct addrinfo *list);
struct hostent *__wrap_gethostbyname(const char *name);
void *__wrap_dlopen(const char *path, int flags);
char *__wrap_tempnam(const char *folder, const char *prefix);

int
__wrap_getaddrinfo(const char *host, const char *port,
	const struct addrinfo *wanted, struct addrinfo **list_out)
{
	(void)wanted; /* tcp.c wants streams, and nobody else asks */
	if (host == NULL || port == NULL)
		return EAI_NONAME;
	return resolve_find(list_out, host, port, "/etc/hosts");
}

void
__wrap_freeaddrinfo(struct addrinfo *list)
{
	resolve_free(list);
}

struct hostent *
__wrap_gethostbyname(const char *name)
{
	(void)name;
	return NULL;
}

void *
__wrap_dlopen(const char *path, int flags)
{
	(void)path;
	(void)flags;
	return NULL;
}

char *
__wrap_tempnam(const char *folder, const char *prefix)
{
	(void)folder;
	(void)prefix;
	return NULL;
}
