#ifndef COMMON_PROCESS_H
#define COMMON_PROCESS_H

#include <stddef.h>
#include <sys/types.h>

struct error;

/*
 * Run a program and wait for it.  `argv` is NULL-terminated and argv[0] is
 * searched in PATH; no shell is involved.  Standard input is /dev/null.  What
 * the program prints on stdout goes to *output_out (NUL-terminated, freed by
 * the caller, at most 64 MiB) unless output_out is NULL.  A non-zero exit, a
 * signal or `timeout_seconds` (then it is killed) is a failure whose text holds
 * the last line that the program wrote to stderr.
 */
int process_run(const char *const argv[], char **output_out,
	unsigned timeout_seconds, struct error *err);

/* The same, but what it prints goes to the file, whatever its size. */
int process_run_into(const char *const argv[], int out_fd,
	unsigned timeout_seconds, struct error *err);

/*
 * The same for a program that reads hostile data (depmod on a guest's
 * modules): empty environment, no new privileges, and limits on processor
 * time, memory, open files and written bytes.
 */
int process_run_confined(const char *const argv[], char **output_out,
	unsigned timeout_seconds, struct error *err);

/*
 * Start a program that runs beside us; its stdout and stderr are appended to
 * the file `log_path` (NULL: /dev/null).  It gets SIGKILL when we die.  The
 * caller ends it with process_stop().
 */
int process_start(pid_t *pid_out, const char *const argv[],
	const char *log_path, struct error *err);

/* 1 when it still runs, 0 when it ended (*status_out as of waitpid). */
int process_is_running(pid_t pid, int *status_out);

/* SIGTERM, then SIGKILL after two seconds; reaps.  Does nothing to pid <= 0. */
void process_stop(pid_t pid);

#endif
