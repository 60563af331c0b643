/*
 * Child processes: qemu-img, QEMU, depmod.  Never through a shell, always with
 * a time limit or an owner that stops them.
 */
#include "common/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "common/error.h"
#include "common/monotonic.h"
#include "common/own.h"

enum { OUTPUT_LIMIT = 64 << 20, TAIL_LIMIT = 8192 };

/* What a child wrote so far; `limit` bounds the memory that it can take. */
struct capture {
	int fd;
	char *data;
	size_t used, room, limit;
	bool keep_tail; /* drop the beginning instead of failing */
};

static void
set_limit(int what, rlim_t value)
{
	struct rlimit limit = {value, value};

	setrlimit(what, &limit);
}

static void
confine(unsigned timeout_seconds)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	set_limit(RLIMIT_CPU, timeout_seconds + 1);
	set_limit(RLIMIT_AS, (rlim_t)1 << 30);
	set_limit(RLIMIT_FSIZE, (rlim_t)256 << 20);
	set_limit(RLIMIT_NOFILE, 64);
	set_limit(RLIMIT_CORE, 0);
}

/* In the child: only calls that are safe after fork() in a threaded program. */
static void
become(const char *const argv[], int out, int errors, bool confined,
	unsigned timeout_seconds)
{
	char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C";
	char *empty[] = {path, locale, NULL};
	sigset_t none;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	dup2(null, STDIN_FILENO);
	dup2(out == -1 ? null : out, STDOUT_FILENO);
	dup2(errors == -1 ? null : errors, STDERR_FILENO);
	if (confined) {
		confine(timeout_seconds);
		execvpe(argv[0], (char *const *)(uintptr_t)argv, empty);
	} else {
		execvp(argv[0], (char *const *)(uintptr_t)argv);
	}
	_exit(127);
}

static int
capture_read(struct capture *capture, const char *name, struct error *err)
{
	ssize_t got;

	if (capture->used + 1 >= capture->room) {
		size_t room = capture->room * 2 + 4096;
		char *larger = realloc(capture->data, room);

		if (larger == NULL)
			return error_set(err, ENOMEM, "run %s", name);
		capture->data = larger;
		capture->room = room;
	}
	got = read(capture->fd, capture->data + capture->used,
		capture->room - capture->used - 1);
	if (got == -1)
		return errno == EINTR || errno == EAGAIN
			? 1
			: error_set(err, errno, "read from %s", name);
	capture->used += (size_t)got;
	capture->data[capture->used] = '\0';
	if (capture->used > capture->limit) {
		if (!capture->keep_tail)
			return error_set(err, EFBIG, "read from %s", name);
		memmove(capture->data,
			capture->data + capture->used - capture->limit / 2,
			capture->limit / 2 + 1);
		capture->used = capture->limit / 2;
	}
	return got > 0;
}

/* Read both streams until they end or the time is over. */
static int
gather(struct capture streams[2], int64_t deadline_ms, const char *name,
	struct error *err)
{
	struct pollfd polls[2] = {{streams[0].fd, POLLIN, 0},
		{streams[1].fd, POLLIN, 0}};

	while (polls[0].fd != -1 || polls[1].fd != -1) {
		int64_t left = deadline_ms - monotonic_ms();

		if (left <= 0)
			return error_set(err, ETIMEDOUT, "run %s", name);
		if (poll(polls, 2, (int)left) == -1 && errno != EINTR)
			return error_set(err, errno, "wait for %s", name);
		for (int i = 0; i < 2; i++) {
			int more = 1;

			if (polls[i].fd != -1 && polls[i].revents != 0)
				more = capture_read(&streams[i], name, err);
			if (more == -1)
				return -1;
			if (more == 0)
				polls[i].fd = -1;
		}
	}
	return 0;
}

static const char *
last_line(char *text)
{
	char *end = text + strlen(text), *start;

	while (end > text && (end[-1] == '\n' || end[-1] == ' '))
		*--end = '\0';
	start = strrchr(text, '\n');
	return start == NULL ? text : start + 1;
}

static int
judge(int status, const char *name, char *errors, struct error *err)
{
	const char *line = errors == NULL ? "" : last_line(errors);

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127 && *line == '\0') {
		error_set(err, ENOENT, "start %s", name);
		return error_hint(err, "Install the package that provides %s "
			"(scripts/install-dependencies lists all).", name);
	}
	if (WIFSIGNALED(status))
		return error_set(err, 0, "%s was ended by signal %d%s%s", name,
			WTERMSIG(status), *line ? ": " : "", line);
	return error_set(err, 0, "%s failed (exit %d)%s%s", name,
		WEXITSTATUS(status), *line ? ": " : "", line);
}

/* What it prints goes to `out_fd`, or, when that is -1, to *output_out. */
static int
run(const char *const argv[], int out_fd, char **output_out,
	unsigned timeout_seconds, bool confined, struct error *err)
{
	AUTO(fd_closep) int out_read = -1;
	AUTO(fd_closep) int err_read = -1;
	AUTO(freep) char *output = NULL;
	AUTO(freep) char *errors = NULL;
	int out[2], errs[2], status, failed;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) == -1)
		return error_set(err, errno, "start %s", argv[0]);
	out_read = out[0];
	if (pipe2(errs, O_CLOEXEC) == -1) {
		close(out[1]);
		return error_set(err, errno, "start %s", argv[0]);
	}
	err_read = errs[0];
	pid = fork();
	if (pid == 0)
		become(argv, out_fd == -1 ? out[1] : out_fd, errs[1], confined,
			timeout_seconds);
	close(out[1]);
	close(errs[1]);
	if (pid == -1)
		return error_set(err, errno, "start %s", argv[0]);

	struct capture streams[2] = {{out_read, NULL, 0, 0, OUTPUT_LIMIT, false},
		{err_read, NULL, 0, 0, TAIL_LIMIT, true}};

	failed = gather(streams, monotonic_ms() + (int64_t)timeout_seconds * 1000,
		argv[0], err);
	output = streams[0].data;
	errors = streams[1].data;
	if (failed)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	if (failed || judge(status, argv[0], errors, err) == -1)
		return -1;
	if (output_out == NULL)
		return 0;
	if (output == NULL && (output = strdup("")) == NULL)
		return error_set(err, ENOMEM, "run %s", argv[0]);
	*output_out = take(output);
	return 0;
}

int
process_run(const char *const argv[], char **output_out,
	unsigned timeout_seconds, struct error *err)
{
	return run(argv, -1, output_out, timeout_seconds, false, err);
}

int
process_run_into(const char *const argv[], int out_fd,
	unsigned timeout_seconds, struct error *err)
{
	return run(argv, out_fd, NULL, timeout_seconds, false, err);
}

int
process_run_confined(const char *const argv[], char **output_out,
	unsigned timeout_seconds, struct error *err)
{
	return run(argv, -1, output_out, timeout_seconds, true, err);
}

int
process_start(pid_t *pid_out, const char *const argv[], const char *log_path,
	struct error *err)
{
	AUTO(fd_closep) int log = open(log_path == NULL ? "/dev/null" : log_path,
		O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	pid_t pid, parent = getpid();

	if (log == -1)
		return error_set(err, errno, "open %s", log_path);
	pid = fork();
	if (pid == -1)
		return error_set(err, errno, "start %s", argv[0]);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(127);
		become(argv, log, log, false, 0);
	}
	*pid_out = pid;
	return 0;
}

int
process_is_running(pid_t pid, int *status_out)
{
	int status = 0;
	pid_t got = waitpid(pid, &status, WNOHANG);

	if (status_out != NULL)
		*status_out = status;
	return got == 0;
}

void
process_stop(pid_t pid)
{
	const struct timespec pause = {0, 20000000};

	if (pid <= 0)
		return;
	kill(pid, SIGTERM);
	for (int i = 0; i < 100; i++) {
		pid_t got = waitpid(pid, NULL, WNOHANG);

		if (got == pid || (got == -1 && errno != EINTR))
			return;
		nanosleep(&pause, NULL);
	}
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		;
}
