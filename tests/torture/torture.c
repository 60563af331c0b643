/*
 * Torture of the capture: machines are captured over real TLS on the loopback,
 * by the real unrack-capture and the real session, while either side is killed,
 * the wire is cut and damaged, the host's disk fills up and the source's cannot
 * be read in places.  Whatever happened, the next run goes on from what was
 * durable, sends none of it again, and ends with an image that is the source of
 * that time.  life.c is one machine's story; disk.c the truth; relay.c the wire.
 *
 *	SEED=n RUNS=n JOBS=n BUILD=dir torture	(RUN=n: only that one)
 *
 * A seed repeats disks, faults and the bytes at which they strike; what the
 * scheduler makes of it differs.  Runs live in name spaces of their own, for a
 * host's disk that can fill up; where those are not allowed, nothing fills.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "tests/torture/life.h"

enum { RUNS = 8, JOBS = 4, JOBS_LIMIT = 32 };

static uint64_t
setting(const char *name, uint64_t fallback)
{
	const char *text = getenv(name);

	return text == NULL || *text == '\0' ? fallback
					     : strtoull(text, NULL, 0);
}

static void
write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd == -1 || write(fd, text, strlen(text)) == -1)
		fprintf(stderr, "torture: %s: %s\n", path, strerror(errno));
	if (fd != -1)
		close(fd);
}

/* Root of nothing but its own mounts. */
static void
enter_name_space(void)
{
	char users[64], groups[64];

	snprintf(users, sizeof users, "0 %u 1", (unsigned)getuid());
	snprintf(groups, sizeof groups, "0 %u 1", (unsigned)getgid());
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) == -1) {
		static const char note[] = "note: no name spaces here: no "
			"disk of a host fills up\n";

		fputs(note, stdout);
		return;
	}
	write_text("/proc/self/setgroups", "deny");
	write_text("/proc/self/uid_map", users);
	write_text("/proc/self/gid_map", groups);
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

static pid_t
start_run(uint64_t seed, unsigned run, struct tally *tally)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		char folder[] = "/var/tmp/unrack-torture.XXXXXX";
		struct error err;

		signal(SIGPIPE, SIG_IGN);
		if (mkdtemp(folder) == NULL)
			_exit(1);
		enter_name_space();
		life_run(seed, run, folder, tally);
		io_remove_tree(folder, &err);
		fflush(NULL);
		_exit(0);
	}
	return pid;
}

/* Returns how many failed. */
static unsigned
run_all(uint64_t seed, unsigned first, unsigned end, unsigned jobs,
	struct tally *tally)
{
	unsigned running = 0, failed = 0;
	int status;

	while (first < end || running > 0) {
		if (first < end && running < jobs) {
			running += start_run(seed, first++, tally) > 0;
			continue;
		}
		if (wait(&status) > 0) {
			running--;
			failed += status != 0;
		}
	}
	return failed;
}

static void
print_tally(const struct tally *tally)
{
	static const char *const names[TALLY_KIND_COUNT] = {
		"host killed", "session killed", "source killed",
		"both killed", "lane cut", "link cut", "bit flipped",
		"frame shortened", "bytes swallowed", "host's disk full",
		"killed in a commit", "changed between", "captures complete",
		"of a sick disk", "last one found whole",
		"next one half placed"};
	uint64_t kills = 0;

	for (unsigned i = 0; i < TALLY_KIND_COUNT; i++)
		printf("  %-20s %6ju\n", names[i],
			(uintmax_t)tally->counts[i]);
	for (unsigned i = TALLY_HOST_KILLED; i <= TALLY_BOTH_KILLED; i++)
		kills += tally->counts[i] * (i == TALLY_BOTH_KILLED ? 2 : 1);
	kills += tally->counts[TALLY_COMMIT_KILLED];
	printf("%ju kills, %ju drops; %ju MiB crossed, %ju MiB were durable "
		"at a resume\n",
		(uintmax_t)kills,
		(uintmax_t)(tally->counts[TALLY_LANE_CUT] +
			tally->counts[TALLY_LINK_CUT]),
		(uintmax_t)(tally->sent_bytes >> 20),
		(uintmax_t)(tally->saved_bytes >> 20));
}

int
main(void)
{
	uint64_t seed = setting("SEED", (uint64_t)time(NULL));
	unsigned runs = (unsigned)setting("RUNS", RUNS);
	unsigned jobs = (unsigned)setting("JOBS", JOBS);
	unsigned first = (unsigned)setting("RUN", 0), failed;
	struct tally *tally = mmap(NULL, sizeof *tally,
		PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (tally == MAP_FAILED)
		return 1;
	if (getenv("RUN") != NULL)
		runs = 1;
	jobs = jobs < 1 ? 1 : jobs > JOBS_LIMIT ? JOBS_LIMIT : jobs;
	printf("torture: SEED=%ju RUNS=%u\n", (uintmax_t)seed, runs);
	failed = run_all(seed, first, first + runs, jobs, tally);
	print_tally(tally);
	printf("%u passed, %u failed\n", runs - failed, failed);
	return failed > 0;
}
