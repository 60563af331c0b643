/*
 * What one machine goes through, and what must hold all the while.  A "leg" is
 * the time from one fault to the next: when it begins, the blocks that are
 * durable and still equal the source's are noted as held.  They must stay, and
 * neither the wire nor the source's count of blocks has room for them again.
 *
 * A generation that was complete is noted too, with what it is: after every
 * fault it is the one that is there, or a later one is, and that equals the
 * source of one boot.
 */
#include "tests/torture/life-parts.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "convert/source/map.h"
#include "tests/torture/watch.h"

enum {
	LEG_SECONDS = 60, /* with a lane that is silent for 30 of them */
	HANDSHAKE_BYTES = 48 << 10 /* with HELLO and its inventory */
};

/* For watch_ok(), which has no argument for it. */
static struct life *the_life;

static void
stop_all(void)
{
	printf("faults:%s\n", the_life->fault_log);
	fflush(stdout);
	if (the_life->source > 0)
		kill(the_life->source, SIGKILL);
	host_kill(&the_life->host);
	if (the_life->can_fill)
		umount2(the_life->host_folder, MNT_DETACH);
	io_remove_tree(the_life->folder, NULL);
}

/* Of its own size only, and only where a user may have name spaces. */
static bool
mount_host_disk(const char *folder)
{
	char options[64];

	snprintf(options, sizeof options, "size=%d,mode=0700", ROOM_BYTES);
	return mount("tmpfs", folder, "tmpfs", 0, options) == 0;
}

void
life_resize_host_disk(struct life *life, uint64_t bytes)
{
	char options[64];

	snprintf(options, sizeof options, "size=%ju", (uintmax_t)bytes);
	watch_ok(mount(NULL, life->host_folder, NULL, MS_REMOUNT, options) == 0,
		"resize the host's disk to %ju", (uintmax_t)bytes);
}

void
life_start_source(struct life *life)
{
	const char *build = getenv("BUILD");
	char program[256], seed[32];
	pid_t pid; /* not in what the child shares */
	int fd;

	snprintf(program, sizeof program, "%s/bin/%s",
		build == NULL ? "build" : build,
		life->disk.sick ? "torture-source" : "unrack-capture");
	snprintf(seed, sizeof seed, "%ju", (uintmax_t)life->disk.sick);
	life->source_began = life->relay.connections;
	fflush(NULL);
	pid = fork();
	if (pid != 0) {
		life->source = pid;
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = open(life->source_log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(fd, 1);
	dup2(fd, 2);
	dprintf(2, "---- started\n");
	if (life->disk.sick)
		execl(program, program, life->key, life->disk.path, seed,
			(char *)NULL);
	else
		execl(program, program, "-v", "--key", life->key, "--file",
			life->disk.path, (char *)NULL);
	fprintf(stderr, "%s: %s\n", program, strerror(errno));
	_exit(127);
}

void
life_kill_source(struct life *life)
{
	kill(life->source, SIGKILL);
	waitpid(life->source, NULL, 0);
	life->source = 0;
}

void
life_begin_leg(struct life *life, bool still, bool new_session)
{
	struct capture_count ignored;
	uint64_t saved = 0;

	life_take_stock(life, still);
	life->leg_missing = 0;
	for (uint32_t i = 0; i < life->disk.blocks; i++) {
		uint64_t bytes = disk_block_bytes(&life->disk, i);

		if (life->disk.wanted[i] && !life->held[i])
			life->leg_missing += bytes;
		else if (life->held[i])
			saved += bytes;
	}
	if (new_session) {
		/* Unless the one that was killed had said its last word. */
		if (!host_result(&life->host, &ignored) ||
			life->session_missing < life->leg_missing)
			life->session_missing = life->leg_missing;
		life->tally->saved_bytes += saved;
	}
	life->leg_bytes = life->relay.up_bytes;
	life->leg_connections = life->relay.connections;
	life->leg_began = relay_now();
	life->harms = 0;
}

void
life_end_leg(struct life *life)
{
	uint64_t crossed = life->relay.up_bytes - life->leg_bytes;
	uint64_t connections = life->relay.connections - life->leg_connections;
	uint64_t allowed = 2 * 40 * life->disk.blocks + (64 << 10) +
		connections * HANDSHAKE_BYTES + life->harms * (5u << 20);

	for (uint32_t i = 0; i < life->disk.blocks; i++)
		if (life->disk.wanted[i] && !life->held[i])
			allowed += 80 + (life->disk.is_zero[i] ? 0
				: disk_block_bytes(&life->disk, i));
	allowed += allowed / 100;
	life->tally->sent_bytes += crossed;
	watch_ok(crossed <= allowed, "no durable block is sent again: %ju "
		"bytes crossed, %ju were missing, %ju allowed in all",
		(uintmax_t)crossed, (uintmax_t)life->leg_missing,
		(uintmax_t)allowed);
}

/* Whether the source ended, in order, because the host said so. */
static bool
source_has_ended(struct life *life)
{
	int status;

	if (life->source == 0)
		return true;
	if (waitpid(life->source, &status, WNOHANG) != life->source)
		return false;
	life->source = 0;
	watch_ok(WIFEXITED(status) && WEXITSTATUS(status) == 0,
		"the source does not give up (status %#x)", (unsigned)status);
	return true;
}

bool
life_go_on(struct life *life)
{
	relay_turn(&life->relay);
	watch_ok(relay_now() - life->leg_began < LEG_SECONDS,
		"it goes on (%u connections, %ju bytes in this leg)",
		(unsigned)(life->relay.connections - life->leg_connections),
		(uintmax_t)(life->relay.up_bytes - life->leg_bytes));
	return source_has_ended(life);
}

static void
note_boot(struct life *life)
{
	if (life->boot_count == BOOTS)
		memmove(life->boots[0], life->boots[1],
			--life->boot_count * sizeof life->boots[0]);
	memcpy(life->boots[life->boot_count++], life->disk.hashes,
		sizeof life->boots[0]);
}

void
life_reboot(struct life *life)
{
	static uint8_t before[DISK_BLOCKS_LIMIT][HASH_BYTES];
	uint32_t bad[DISK_BLOCKS_LIMIT];

	memcpy(before, life->disk.hashes, sizeof before);
	memcpy(bad, life->disk.bad, sizeof bad);
	if (dice_percent(&life->dice, 40))
		life->disk.sick = life->disk.sick ? 0 : life->sickness;
	disk_change(&life->disk, &life->dice);
	for (uint32_t i = 0; i < life->disk.blocks; i++)
		if (memcmp(before[i], life->disk.hashes[i], HASH_BYTES) != 0 ||
			(bad[i] > 0) != (life->disk.bad[i] > 0))
			life->held[i] = false;
	note_boot(life);
}

static void
wait_for_the_source(struct life *life)
{
	while (!life_go_on(life))
		life_notice_death(life);
	life_end_leg(life);
}

static void
capture(struct life *life)
{
	struct capture_count count;

	snprintf(life->fault_log, sizeof life->fault_log, "%s", "");
	life->was_full = false;
	host_forget_result(&life->host);
	life_begin_leg(life, false, true);
	atomic_store(&life->host.die_at, dice_percent(&life->dice, 50) ? 0
		: (unsigned)(1 + dice_below(&life->dice,
			dice_percent(&life->dice, 60) ? 30 : 600)));
	life_start_source(life);
	for (uint64_t n = 2 + dice_below(&life->dice, 9); n > 0 &&
		life->source != 0; n--)
		life_suffer(life);
	wait_for_the_source(life);
	if (life->was_full && !host_result(&life->host, &count)) {
		life_begin_leg(life, false, true);
		life_start_source(life);
		wait_for_the_source(life);
	}
	atomic_store(&life->host.die_at, 0);
	watch_ok(host_result(&life->host, &count), "the capture is complete");
	life_check_capture(life, &count);
	life->tally->counts[TALLY_CAPTURES]++;
	life->tally->counts[TALLY_SICK_CAPTURES] += life->disk.sick != 0;
}

static void
life_begin(struct life *life, const char *folder)
{
	struct error err;
	char path[200];

	snprintf(life->folder, sizeof life->folder, "%s", folder);
	snprintf(life->host_folder, sizeof life->host_folder, "%s/host",
		folder);
	snprintf(life->key, sizeof life->key, "%s/key", folder);
	snprintf(life->source_log, sizeof life->source_log, "%s/source.log",
		folder);
	watch_ok(io_make_folders(life->host_folder, &err) == 0, "make %s",
		life->host_folder);
	life->can_fill = mount_host_disk(life->host_folder);
	snprintf(path, sizeof path, "%s/disk.raw", folder);
	disk_make(&life->disk, path, &life->dice);
	if (dice_percent(&life->dice, 30)) {
		life->sickness = dice_next(&life->dice) | 1;
		life->disk.sick = life->sickness;
		disk_survey(&life->disk);
	}
	note_boot(life);
	snprintf(path, sizeof path, "%s/host.log", folder);
	host_make(&life->host, life->host_folder, path, &life->disk);
	relay_open(&life->relay, life->host.port, &life->dice);
	host_enroll(&life->host, life->relay.port, life->key);
	life->host.flush_every = 8 << dice_below(&life->dice, 5);
}

void
life_run(uint64_t seed, unsigned run, const char *folder, struct tally *tally)
{
	struct life *life = mmap(NULL, sizeof *life, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	watch_ok(life != MAP_FAILED, "make room for a life");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	life->dice.state = seed * 1000003 + run;
	life->tally = tally;
	the_life = life;
	watch_begin(run, folder, stop_all);
	life_begin(life, folder);
	host_start(&life->host);
	capture(life);
	for (uint64_t n = dice_below(&life->dice, 4); n > 0; n--) {
		life_reboot(life);
		capture(life);
	}
	host_kill(&life->host);
	relay_close(&life->relay);
	disk_remove(&life->disk);
	if (life->can_fill)
		umount2(life->host_folder, MNT_DETACH);
}
