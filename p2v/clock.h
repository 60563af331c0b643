#ifndef P2V_CLOCK_H
#define P2V_CLOCK_H

#include <jansson.h>
#include <time.h>

/*
 * The inventory's "clock": how far the hardware clock is from the kernel's,
 * which is `now`.  How far both are from the host's clock only the host can
 * tell, by the time at which the inventory reached it.
 */
json_t *clock_facts(const char *root, time_t now);

/* "2026-11-21T05:00:00Z" */
void clock_text(char text_out[32], time_t now);

#endif
