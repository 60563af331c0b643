#ifndef P2V_CPU_H
#define P2V_CPU_H

#include <jansson.h>

/* The inventory's "cpu", from /proc/cpuinfo.  NULL when memory is out. */
json_t *cpu_facts(const char *root);

/* How many processors the kernel runs on; at least 1. */
unsigned cpu_count(void);

#endif
