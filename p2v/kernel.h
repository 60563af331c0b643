#ifndef P2V_KERNEL_H
#define P2V_KERNEL_H

struct error;

/* The oldest Linux that libc supports, as the program's ABI note says. */
enum { KERNEL_MAJOR = 3, KERNEL_MINOR = 2 };

/*
 * Fail when a kernel's release ("2.6.32-754.el6.x86_64") is older than that.
 * One that cannot be understood passes.
 */
int kernel_check(const char *release, struct error *err);

#endif
