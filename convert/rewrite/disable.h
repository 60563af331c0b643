#ifndef CONVERT_REWRITE_DISABLE_H
#define CONVERT_REWRITE_DISABLE_H

struct changes;
struct error;
struct examination;

/*
 * Plan that services do not start in the VM: those of hardware that it does not
 * have (old-service.h), and those that changes_wish_disabled() named; and
 * that kernel modules of such hardware are not loaded by name.  How depends on
 * `init` ("systemd", "sysvinit", "upstart", "openrc", NULL: unknown); each is noted
 * as a finding, and in UNDO_LIST inside the guest (undo-list.h).  A service that
 * another one requires is left as it is, with a finding.
 */
int disable_plan(const struct examination *examination, const char *init,
	struct changes *changes, struct error *err);

#endif
