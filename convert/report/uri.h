#ifndef CONVERT_REPORT_URI_H
#define CONVERT_REPORT_URI_H

#include <stddef.h>

/*
 * A path as part of a URI (RFC 3986): all but unreserved characters and the
 * slash are encoded.  The caller frees it; NULL when out of memory.
 */
char *uri_encode(const char *path, size_t bytes);

#endif
