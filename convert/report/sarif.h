#ifndef CONVERT_REPORT_SARIF_H
#define CONVERT_REPORT_SARIF_H

#include <stdio.h>

struct parts;

/*
 * The findings as SARIF 2.1.0, for what shows and tracks results of analyses: a
 * result for each place, waivers as suppressions.  Write errors stay in `out`.
 */
void sarif_print(FILE *out, const struct parts *parts);

#endif
