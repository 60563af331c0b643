/*
 * The program's voice on stderr.  One write() a line, so that lines of threads
 * and of child processes do not mix.
 */
#include "common/log.h"

#include <pthread.h>
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
static bool log_terminal;

static pthread_mutex_t status_lock = PTHREAD_MUTEX_INITIALIZER;
static char status[240]; /* guarded by the lock; empty: there is none */

static const char clear_line[] = "\r\033[K";

void
log_open(const char *program, bool verbose)
{
	log_program = program;
	log_verbose = verbose;
	log_start = monotonic_seconds();
	log_terminal = isatty(STDERR_FILENO) == 1;
}

bool
log_is_verbose(void)
{
	return log_verbose;
}

bool
log_is_terminal(void)
{
	return log_terminal;
}

/* Text of a guest or a peer must not steer the terminal. */
static void
sanitise(char *text, int bytes)
{
	for (int i = 0; i < bytes; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 127)
			text[i] = ' ';
}

/* Write a line, which has its newline, above the status. */
static void
put_line(const char *line, size_t bytes)
{
	char text[1600];
	int used;

	if (!log_terminal) {
		if (write(STDERR_FILENO, line, bytes) == -1)
			return; /* nobody is left to tell */
		return;
	}
	pthread_mutex_lock(&status_lock);
	used = snprintf(text, sizeof text, "%s%.*s%s", clear_line, (int)bytes,
		line, status);
	if (write(STDERR_FILENO, text, (size_t)used) == -1)
		status[0] = '\0';
	pthread_mutex_unlock(&status_lock);
}

void
log_status(const char *format, ...)
{
	char text[sizeof status + sizeof clear_line], was;
	va_list args;
	int used;

	if (!log_terminal)
		return;
	pthread_mutex_lock(&status_lock);
	was = status[0];
	status[0] = '\0';
	if (format != NULL) {
		va_start(args, format);
		vsnprintf(status, sizeof status, format, args);
		va_end(args);
		sanitise(status, (int)strlen(status));
	}
	used = snprintf(text, sizeof text, "%s%s", clear_line, status);
	if ((was != '\0' || status[0] != '\0') &&
		write(STDERR_FILENO, text, (size_t)used) == -1)
		status[0] = '\0';
	pthread_mutex_unlock(&status_lock);
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
	sanitise(line, used);
	line[used++] = '\n';
	put_line(line, (size_t)used);
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
