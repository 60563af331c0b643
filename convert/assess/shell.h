#ifndef CONVERT_ASSESS_SHELL_H
#define CONVERT_ASSESS_SHELL_H

#include <stdbool.h>
#include <stddef.h>

/* KEY=value or KEY="value" in a file of shell assignments; true when found. */
bool shell_value(const char *text, const char *key, char *value_out,
	size_t room);

#endif
