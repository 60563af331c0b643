#ifndef CONVERT_REPORT_CSV_H
#define CONVERT_REPORT_CSV_H

#include <stdio.h>

struct parts;

/*
 * The findings for a spreadsheet: RFC 4180, a line for each place where a rule
 * was met.  Write errors stay in `out`.
 */
void csv_print(FILE *out, const struct parts *parts);

/*
 * One cell, quoted.  What a spreadsheet would take for a formula gets a ' in
 * front; control characters become '?'.
 */
void csv_cell(FILE *out, const char *text);

/* A line of cells, ended by CR LF; NULL ends them. */
void csv_line(FILE *out, const char *first, ...) __attribute__((sentinel));

#endif
