#ifndef CONVERT_REWRITE_OLD_SERVICE_H
#define CONVERT_REWRITE_OLD_SERVICE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A kind of service that makes no sense in a VM, and how it is known.  All
 * patterns are shell patterns, separated by spaces.
 */
struct old_service {
	const char *title;    /* as its maker calls it */
	const char *names;    /* of units without ending, and of init scripts */
	const char *packages; /* it comes in one of them; NULL: unknown */
	const char *programs; /* words; what starts it has one of them */
	const char *rule;     /* of the catalogue, and so its severity */
	const char *why;      /* a sentence */
	const char *advice;   /* for the administrator of the VM */
};

/*
 * The kind of a service by its name and by the text that starts it (a unit, an
 * init script); NULL when it is none.  A name alone proves nothing: a site's own
 * "watchdog" is to go on.
 */
const struct old_service *old_service_find(const char *name, const char *text,
	size_t bytes);

/* Is it pointless or harmful to load this kernel module by name in a VM? */
bool old_module_is(const char *name);

#endif
