#ifndef CONVERT_REPORT_PAGE_H
#define CONVERT_REPORT_PAGE_H

#include <stdio.h>

struct parts;

/*
 * The report as one HTML page that needs nothing else: no network, no script,
 * its picture within.  Write errors stay in `out`.
 */
void page_print(FILE *out, const struct parts *parts);

/* The page's style sheet. */
extern const char page_style[];

#endif
