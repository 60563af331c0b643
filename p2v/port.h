#ifndef P2V_PORT_H
#define P2V_PORT_H

#include <jansson.h>

/*
 * The inventory's "ports": the names of serial and parallel ports that are
 * there, and "watchdogs".  Each list ends at PORT_LIMIT.  NULL when memory is
 * out.
 */
enum { PORT_LIMIT = 256 };
json_t *port_facts(const char *root);
json_t *port_watchdogs(const char *root);

#endif
