#ifndef CONVERT_REPORT_REPORT_H
#define CONVERT_REPORT_REPORT_H

#include <stdio.h>

struct error;
struct machine;

/*
 * Compose report/report.html and report/report.txt from what the stages left
 * there (guest, findings, changes, session and proof; each may be missing).
 */
int report_write(const struct machine *machine, struct error *err);

/* -1 when there is none of that name. */
int report_check_format(const char *format, struct error *err);

/* The same on `out`; `format` is "text", "json", "html", "sarif" or "csv". */
int report_print(const struct machine *machine, const char *format, FILE *out,
	struct error *err);

#endif
