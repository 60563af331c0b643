#ifndef CONVERT_ASSESS_LOOKS_H
#define CONVERT_ASSESS_LOOKS_H

struct examination;
struct rule;

/*
 * How rules look that are more than a table, in look-GROUP.c.  Each is called
 * once with its rule.
 */

void remote_mount_look(struct examination *, const struct rule *);
void tpm_look(struct examination *, const struct rule *);

#endif
