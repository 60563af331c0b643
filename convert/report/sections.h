#ifndef CONVERT_REPORT_SECTIONS_H
#define CONVERT_REPORT_SECTIONS_H

#include <stdio.h>

struct parts;

/*
 * The parts of the page, in the order in which it has them; each in
 * section-NAME.c.  One with nothing to say prints nothing, or says so when the
 * reader would wonder.
 */
void section_head(FILE *out, const struct parts *parts);
void section_summary(FILE *out, const struct parts *parts);
void section_findings(FILE *out, const struct parts *parts);
void section_size(FILE *out, const struct parts *parts);
void section_relations(FILE *out, const struct parts *parts);
void section_disks(FILE *out, const struct parts *parts);
void section_changes(FILE *out, const struct parts *parts);
void section_proof(FILE *out, const struct parts *parts);
void section_session(FILE *out, const struct parts *parts);
void section_machine(FILE *out, const struct parts *parts);

#endif
