#ifndef CONVERT_ASSESS_SAR_H
#define CONVERT_ASSESS_SAR_H

#include <stdbool.h>
#include <stddef.h>

/* A day as sar's daily text tells it, in percent; below 0 when unknown. */
struct sar {
	char day[16];
	double busy, busy_most; /* of all processors */
	double memory_most;
};

/* False when it says nothing about processors or memory. */
bool sar_read(struct sar *sar_out, const char *text);

/* "01/31/26: processors 12 % busy on average, 80 % at most; ..." */
void sar_text(const struct sar *sar, char *text, size_t room);

#endif
