/*
 * The daily text of sysstat's sar (sarDD), which sa2 writes.  Tables follow each
 * other, each with a line of column names; columns differ between versions and
 * the time may take two words ("12:10:01 AM"), so columns are counted from the
 * right.
 */
#include "convert/assess/sar.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convert/assess/examine.h"

/* The word that is `back` words before the last, as a number. */
static bool
number_from_right(const char *line, unsigned back, double *value_out)
{
	const char *at = line + strlen(line);
	char *end;

	for (unsigned i = 0; i <= back; i++) {
		while (at > line && isspace((unsigned char)at[-1]))
			at--;
		while (at > line && !isspace((unsigned char)at[-1]))
			at--;
	}
	*value_out = strtod(at, &end);
	return end != at && *value_out >= 0 && *value_out <= 100;
}

/* How many words before the last is a column?  -1: it is not there. */
static int
column_from_right(const char *header, const char *name)
{
	const char *at = strstr(header, name);
	int words = 0;

	if (at == NULL)
		return -1;
	at += strcspn(at, " \t");
	while (*at != '\0') {
		at += strspn(at, " \t");
		words += *at != '\0';
		at += strcspn(at, " \t");
	}
	return words;
}

static void
read_row(struct sar *sar, const char *line, int idle, int memory)
{
	bool is_average = strncmp(line, "Average", 7) == 0;
	double value;

	if (idle >= 0 && strstr(line, " all ") != NULL &&
		number_from_right(line, (unsigned)idle, &value)) {
		value = 100 - value;
		if (is_average)
			sar->busy = value;
		else if (value > sar->busy_most)
			sar->busy_most = value;
	}
	if (memory >= 0 && !is_average &&
		number_from_right(line, (unsigned)memory, &value) &&
		value > sar->memory_most)
		sar->memory_most = value;
}

bool
sar_read(struct sar *sar_out, const char *text)
{
	struct line line = {.next = text};
	int idle = -1, memory = -1;

	*sar_out = (struct sar){.busy = -1, .busy_most = -1, .memory_most = -1};
	if (line_next(&line) && strncmp(line.text, "Linux ", 6) == 0 &&
		strchr(line.text, ')') != NULL)
		sscanf(strchr(line.text, ')') + 1, " %15s", sar_out->day);
	while (line_next(&line)) {
		if (*line.text == '\0') {
			idle = memory = -1;
		} else if (strchr(line.text, '%') != NULL) {
			idle = column_from_right(line.text, "%idle");
			memory = column_from_right(line.text, "%memused");
		} else {
			read_row(sar_out, line.text, idle, memory);
		}
	}
	return sar_out->busy >= 0 || sar_out->busy_most >= 0 ||
		sar_out->memory_most >= 0;
}

void
sar_text(const struct sar *sar, char *text, size_t room)
{
	int used = snprintf(text, room, "%s:", sar->day);

	if (sar->busy >= 0 && used < (int)room)
		used += snprintf(text + used, room - (size_t)used,
			" processors %.0f %% busy on average,", sar->busy);
	if (sar->busy_most >= 0 && used < (int)room)
		used += snprintf(text + used, room - (size_t)used,
			" processors %.0f %% busy at most,", sar->busy_most);
	if (sar->memory_most >= 0 && used < (int)room)
		used += snprintf(text + used, room - (size_t)used,
			" memory %.0f %% used at most,", sar->memory_most);
	if (used < (int)room && used > 0)
		text[used - 1] = '\0';
}
