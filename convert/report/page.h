#ifndef CONVERT_REPORT_PAGE_H
#define CONVERT_REPORT_PAGE_H

#include <stdio.h>

struct parts;

/*
 * The report as one HTML page that needs nothing else: no network, pictures
 * within; its script only filters, and all is readable without it.  Write
 * errors stay in `out`.
 */
void page_print(FILE *out, const struct parts *parts);

#endif
