#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include <stdbool.h>

/*
 * Lines for people, on stderr and never on stdout: "unrack: text".  Under -v,
 * log_debug() shows too and every line carries the seconds since the start.
 * Safe to call from any thread.  Callers never pass a secret.
 */
void log_open(const char *program, bool verbose);
bool log_is_verbose(void);

void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * One line that stays below all others and is rewritten in place, when stderr is
 * a terminal; NULL takes it away.
 */
bool log_is_terminal(void);
void log_status(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A failure and its hint, each on its own line. */
struct error;
void log_error(const struct error *err);

#endif
