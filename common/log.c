/*
 * The program's voice on stderr.  One write() a line, so that lines of threads
 * and of child processes do not mix.
 */
#include "common/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/monotonic.h"

/* Set once by main before it starts a thread. */
static const char *log_program = "unrack";
static bool log_verbose;
static double log_start;

void
log_open(const char *program, bool verbose)
{
	log_program = program;
	log_verbose = verbose;
	log_start = monotonic_seconds();
}

bool
log_is_verbose(void)
{
	return log_verbose;
}

static void log_line(const char *level, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

static void
log_line(const char *level, const char *format, va_list args)
{
	char line[1200];
	int used = 0;

	if (log_verbose)
		used = snprintf(line, sizeof line, "%9.3f ",
			monotonic_seconds() - log_start);
	used += snprintf(line + used, sizeof line - (size_t)used, "%s: %s",
		log_program, level);
	used += vsnprintf(line + used, sizeof line - (size_t)used, format, args);
	if ((size_t)used > sizeof line - 2)
		used = sizeof line - 2;
	/* Text of a guest or a peer must not steer the terminal. */
	for (int i = 0; i < used; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 127)
			line[i] = ' ';
	line[used++] = '\n';
	if (write(STDERR_FILENO, line, (size_t)used) == -1)
		return; /* nobody is left to tell */
}

#define LOG_FUNCTION(name, level, condition)                                   \
	void name(const char *format, ...)                                     \
	{                                                                      \
		va_list args;                                                  \
                                                                               \
		if (!(condition))                                              \
			return;                                                \
		va_start(args, format);                                        \
		log_line(level, format, args);                                 \
		va_end(args);                                                  \
	}

LOG_FUNCTION(log_info, "", true)
LOG_FUNCTION(log_warn, "warning: ", true)
LOG_FUNCTION(log_debug, "", log_verbose)

void
log_error(const struct error *err)
{
	log_info("%s", err->text);
	if (err->hint[0] != '\0')
		log_info("%s", err->hint);
}
