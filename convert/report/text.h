#ifndef CONVERT_REPORT_TEXT_H
#define CONVERT_REPORT_TEXT_H

#include <stdio.h>

struct parts;

/*
 * The report for a terminal: first what one needs within ten seconds, then the
 * details.  Control characters of the guest do not reach the terminal.  Write
 * errors stay in `out`.
 */
void text_print(FILE *out, const struct parts *parts);

#endif
