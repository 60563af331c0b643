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
#include "tests/torture/life.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "convert/source/image.h"
#include "convert/source/map.h"
#include "tests/torture/disk.h"
#include "tests/torture/host.h"
#include "tests/torture/relay.h"
#include "tests/torture/watch.h"

enum {
	LEG_SECONDS = 60, /* with a lane that is silent for 30 of them */
	FULL_SECONDS = 3, /* of waiting for a session that can fail */
	HANDSHAKE_BYTES = 48 << 10, /* with HELLO and its inventory */
	ROOM_BYTES = 192 << 20,	    /* of the host's disk */
	BOOTS = 24,
	WARM_BYTES = 128 << 10	    /* then lane 0 was welcomed surely */
};

struct life {
	struct dice dice;
	struct tally *tally;
	struct disk disk;
	struct relay relay;
	struct host host;
	char folder[128], host_folder[160], key[160], source_log[160];
	char fault_log[256];
	uint64_t sickness; /* what the disk has at times, or 0 */
	bool can_fill;
	pid_t source;
	uint64_t source_began; /* relay.connections */

	/* What the disk was at each boot, the last ones. */
	uint8_t boots[BOOTS][DISK_BLOCKS_LIMIT][HASH_BYTES];
	unsigned boot_count;
	struct host_generation last; /* that was complete */

	bool held[DISK_BLOCKS_LIMIT];
	uint64_t leg_bytes, leg_connections, leg_missing;
	uint64_t session_missing;
	unsigned harms; /* in this leg */
	bool was_full;	/* a session may still say so, and end the source */
	double leg_began;
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

static void
resize_host_disk(struct life *life, uint64_t bytes)
{
	char options[64];

	snprintf(options, sizeof options, "size=%ju", (uintmax_t)bytes);
	watch_ok(mount(NULL, life->host_folder, NULL, MS_REMOUNT, options) == 0,
		"resize the host's disk to %ju", (uintmax_t)bytes);
}

static void
start_source(struct life *life)
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

static void
kill_source(struct life *life)
{
	kill(life->source, SIGKILL);
	waitpid(life->source, NULL, 0);
	life->source = 0;
}

/* The entries of a map file, as another process would find them. */
static bool
read_map(struct life *life, char **bytes_out, const char *relative)
{
	struct map_header header;
	size_t bytes;

	if (io_read_file(bytes_out, &bytes, host_path(&life->host, relative),
		    1 << 20, NULL) == -1)
		return false;
	return bytes == map_entry_offset(life->disk.blocks) &&
		map_header_decode(&header, (uint8_t *)*bytes_out);
}

static bool
read_entry(const char *map, uint32_t block, struct map_entry *entry_out)
{
	return map_entry_decode(entry_out, block,
		(const uint8_t *)map + map_entry_offset(block));
}

/*
 * Whatever a map says is true, whoever died when.  `own` is the file of blocks
 * that are not the complete generation's.
 */
static void
check_image(struct life *life, const char *map, const char *own)
{
	AUTO(fd_closep) int raw = open(host_path(&life->host,
		"capture/sda.raw"), O_RDONLY | O_CLOEXEC);
	AUTO(fd_closep) int other = open(host_path(&life->host, own),
		O_RDONLY | O_CLOEXEC);
	uint8_t data[BLOCK_BYTES], hash[HASH_BYTES];
	struct map_entry entry;
	struct error err;

	for (uint32_t i = 0; i < life->disk.blocks; i++) {
		uint32_t bytes = disk_block_bytes(&life->disk, i);

		if (!read_entry(map, i, &entry))
			continue;
		watch_ok(io_pread(entry.flags & IMAGE_BASE ? raw : other, data,
			     bytes, (uint64_t)i * BLOCK_BYTES, "image", &err) ==
					0 &&
				hash_block(data, bytes, hash, &err) == 0 &&
				memcmp(hash, entry.hash, HASH_BYTES) == 0,
			"block %u of %s is what the map says", i, own);
	}
}

/* The disk's hash, by the rule that image.h states. */
static void
root_of(const struct life *life, const char *map, bool of_source,
	char hex_out[HASH_HEX_BYTES])
{
	static uint8_t hashes[DISK_BLOCKS_LIMIT][HASH_BYTES];
	static const uint8_t zeros[BLOCK_BYTES];
	uint8_t group[HASH_BYTES], root[HASH_BYTES];
	struct map_entry entry;

	for (uint32_t i = 0; i < life->disk.blocks; i++)
		if (read_entry(map, i, &entry))
			memcpy(hashes[i], of_source ? life->disk.hashes[i]
						    : entry.hash, HASH_BYTES);
		else
			hash_block(zeros, disk_block_bytes(&life->disk, i),
				hashes[i], NULL);
	hash_block(hashes, life->disk.blocks * HASH_BYTES, group, NULL);
	hash_block(group, HASH_BYTES, root, NULL);
	hash_hex(root, hex_out);
}

static bool
is_of_one_boot(const struct life *life, const char *map)
{
	struct map_entry entry;

	for (unsigned boot = 0; boot < life->boot_count; boot++) {
		uint32_t i = 0;

		while (i < life->disk.blocks && (!read_entry(map, i, &entry) ||
			memcmp(entry.hash, life->boots[boot][i], HASH_BYTES) ==
				0))
			i++;
		if (i == life->disk.blocks)
			return true;
	}
	return false;
}

/*
 * While the recorded generation is put in its place, the disk is still the one
 * before; which may have come and gone between two looks at it.
 */
static bool
is_the_one_before(const struct life *life, const char *map, const char *root,
	const struct host_generation *generation)
{
	if (generation->is_settled)
		return false;
	if (generation->number > life->last.number + 1)
		return is_of_one_boot(life, map);
	return strcmp(root, life->last.root) == 0;
}

/*
 * Where somebody could start the VM: it is all of one generation, which is the
 * recorded one once that is in its place.
 */
static void
check_vm(struct life *life, const char *map,
	const struct host_generation *generation)
{
	char vm[HASH_HEX_BYTES], report[HASH_HEX_BYTES], root[HASH_HEX_BYTES];

	host_label(&life->host, "vm/sda.qcow2", vm);
	host_label(&life->host, "report/guest.json", report);
	if (vm[0] == '\0' && !generation->is_settled) {
		life->tally->counts[TALLY_HALF]++;
		return; /* it cannot be started */
	}
	root_of(life, map, false, root);
	watch_ok(strcmp(vm, root) == 0, "the VM (%s) is of what its disk is "
		"(%s)", vm, root);
	watch_ok(strcmp(root, generation->root) == 0 ||
			is_the_one_before(life, map, root, generation),
		"generation %u has the root hash %s, and was %s",
		generation->number, root, generation->root);
	watch_ok(strcmp(report, root) == 0 || !generation->is_settled,
		"the report (%s) is of %s", report, root);
	check_image(life, map, "capture/sda.raw");
}

/* The last complete generation is there, whole; or one that came since. */
static void
check_generation(struct life *life, const char *map)
{
	struct host_generation now;

	host_generation(&life->host, &now);
	watch_ok(now.number >= life->last.number, "generation %u stays (%u)",
		life->last.number, now.number);
	if (now.number == 0)
		return;
	check_vm(life, map, &now);
	if (!now.is_settled)
		return;
	if (now.number == life->last.number) {
		watch_ok(strcmp(now.root, life->last.root) == 0,
			"generation %u is what it was", now.number);
		life->tally->counts[TALLY_KEPT]++;
	} else {
		watch_ok(is_of_one_boot(life, map), "generation %u is the "
			"source of one boot", now.number);
	}
	life->last = now;
}

static bool
is_held(const struct life *life, const char *map, uint32_t block)
{
	struct map_entry entry;

	return map != NULL && read_entry(map, block, &entry) &&
		memcmp(entry.hash, life->disk.hashes[block], HASH_BYTES) == 0 &&
		!!(entry.flags & IMAGE_BAD) == (life->disk.bad[block] > 0);
}

/*
 * Note what is held; `still` when no process of the host can be writing.  What
 * only the last generation has counts while it is the last one: a session whose
 * source is gone may still complete the next one.
 */
static void
take_stock(struct life *life, bool still)
{
	AUTO(freep) char *next = NULL;
	AUTO(freep) char *map = NULL;
	struct host_generation now;
	unsigned before = life->last.number;

	if (!read_map(life, &next, "capture/sda.next-map"))
		free(take(next));
	if (!read_map(life, &map, "capture/sda.map"))
		free(take(map));
	host_generation(&life->host, &now);
	if (still && next != NULL)
		check_image(life, next, "capture/sda.next");
	if (still && map != NULL && now.number == 0)
		check_image(life, map, "capture/sda.raw");
	if (still && map != NULL)
		check_generation(life, map);
	for (uint32_t i = 0; i < life->disk.blocks; i++) {
		bool held = is_held(life, next, i) ||
			((now.is_settled || next == NULL) &&
				is_held(life, map, i));

		watch_ok(held || !life->held[i] || now.number != before,
			"durable block %u stays until the source changes it", i);
		life->held[i] = held;
	}
}

static void
begin_leg(struct life *life, bool still, bool new_session)
{
	struct capture_count ignored;
	uint64_t saved = 0;

	take_stock(life, still);
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

/*
 * What may have crossed since the leg began: the blocks that were not held,
 * twice the sums of all, what each connection says first, and for each harm the
 * requests that were under way then.
 */
static void
end_leg(struct life *life)
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

/* One look at all that goes on; true when the source has ended. */
static bool
go_on(struct life *life)
{
	relay_turn(&life->relay);
	watch_ok(relay_now() - life->leg_began < LEG_SECONDS,
		"it goes on (%u connections, %ju bytes in this leg)",
		(unsigned)(life->relay.connections - life->leg_connections),
		(uintmax_t)(life->relay.up_bytes - life->leg_bytes));
	return source_has_ended(life);
}

/* The faults: each returns false when there was nothing that it could hit. */

static bool
kill_host(struct life *life)
{
	host_kill(&life->host);
	end_leg(life);
	begin_leg(life, true, true);
	host_start(&life->host);
	return true;
}

static bool
kill_session(struct life *life)
{
	if (!host_kill_session(&life->host))
		return false;
	end_leg(life);
	begin_leg(life, true, true);
	return true;
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

/* Down into production and up again: the disk may be another one then. */
static void
reboot(struct life *life)
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
boot_again(struct life *life)
{
	if (dice_percent(&life->dice, 40)) {
		reboot(life);
		life->tally->counts[TALLY_REBOOTED]++;
	}
}

static bool
kill_the_source(struct life *life)
{
	kill_source(life);
	end_leg(life);
	boot_again(life);
	host_forget_result(&life->host);
	begin_leg(life, false, true);
	start_source(life);
	return true;
}

static bool
kill_both(struct life *life)
{
	kill_source(life);
	host_kill(&life->host);
	end_leg(life);
	boot_again(life);
	host_forget_result(&life->host);
	begin_leg(life, true, true);
	host_start(&life->host);
	start_source(life);
	return true;
}

static bool
cut(struct life *life, bool all)
{
	if (relay_cut(&life->relay, all) == 0)
		return false;
	end_leg(life);
	begin_leg(life, false, false);
	return true;
}

static bool
cut_lane(struct life *life)
{
	return cut(life, false);
}

static bool
cut_link(struct life *life)
{
	return cut(life, true);
}

/* A key that seems refused at the very first ends a source: not then. */
static bool
harm(struct life *life, enum relay_harm harm)
{
	if (!relay_is_warm(&life->relay, life->source_began, WARM_BYTES))
		return false;
	life->relay.harm = harm;
	life->relay.harm_down = dice_percent(&life->dice, 30);
	while (life->relay.harm != RELAY_NONE)
		if (go_on(life)) {
			life->relay.harm = RELAY_NONE;
			return false;
		}
	end_leg(life);
	begin_leg(life, false, false);
	life->harms = 1;
	return true;
}

static bool
flip(struct life *life)
{
	return harm(life, RELAY_FLIP);
}

static bool
shorten(struct life *life)
{
	return harm(life, RELAY_SHORTEN);
}

static bool
swallow(struct life *life)
{
	return harm(life, RELAY_SWALLOW);
}

/*
 * The host's disk shrinks to what is on it and a little.  A session that fails
 * says so to the source, which ends; a source that came later finds that none
 * can begin, and tries again.  Then there is room and all goes on.
 */
static bool
fill_host(struct life *life)
{
	struct capture_count ignored;
	struct statvfs fs;
	double until = relay_now() + FULL_SECONDS;

	if (!life->can_fill || statvfs(life->host_folder, &fs) == -1)
		return false;
	resize_host_disk(life, (uint64_t)(fs.f_blocks - fs.f_bfree) *
			fs.f_frsize + dice_below(&life->dice, 2 << 20));
	while (!go_on(life) &&
		(host_has_session(&life->host) || relay_now() < until))
		;
	while (life->source == 0 && host_has_session(&life->host))
		relay_turn(&life->relay);
	resize_host_disk(life, ROOM_BYTES);
	/* Now it finds a session, or was told that the last one failed. */
	while (life->source != 0 && !host_has_session(&life->host) &&
		!go_on(life))
		;
	if (life->source != 0) {
		life->was_full = true;
		return true;
	}
	if (host_result(&life->host, &ignored))
		return false; /* it had all by then */
	end_leg(life);
	boot_again(life);
	begin_leg(life, true, true);
	start_source(life);
	return true;
}

static const struct {
	const char *name;
	unsigned weight;
	bool (*strike)(struct life *life);
} faults[TALLY_FAULTS] = {
	[TALLY_HOST_KILLED] = {"host-killed", 20, kill_host},
	[TALLY_SESSION_KILLED] = {"session-killed", 15, kill_session},
	[TALLY_SOURCE_KILLED] = {"source-killed", 24, kill_the_source},
	[TALLY_BOTH_KILLED] = {"both-killed", 6, kill_both},
	[TALLY_LANE_CUT] = {"lane-cut", 6, cut_lane},
	[TALLY_LINK_CUT] = {"link-cut", 9, cut_link},
	[TALLY_FLIPPED] = {"flipped", 6, flip},
	[TALLY_SHORTENED] = {"shortened", 4, shorten},
	[TALLY_SWALLOWED] = {"swallowed", 4, swallow},
	[TALLY_HOST_FULL] = {"host-full", 6, fill_host},
	[TALLY_COMMIT_KILLED] = {"in-commit", 0, NULL}, /* notice_death() */
};

/* A session that was to die while it completed a generation: so do the rest. */
static void
notice_death(struct life *life)
{
	if (!atomic_exchange(&life->host.has_died, false))
		return;
	life->tally->counts[TALLY_COMMIT_KILLED]++;
	kill_host(life);
}

static unsigned
choose_fault(struct life *life)
{
	unsigned at, i;
	unsigned total = 0;

	for (i = 0; i < TALLY_FAULTS; i++)
		total += faults[i].weight;
	at = (unsigned)dice_below(&life->dice, total);
	for (i = 0; at >= faults[i].weight; i++)
		at -= faults[i].weight;
	return i;
}

/* Some way into what is to come; false when the source ended before that. */
static bool
reach_a_point(struct life *life)
{
	uint64_t bytes = life->relay.up_bytes + 1 +
		dice_below(&life->dice, life->leg_missing / 2 + (96 << 10));
	bool by_time = dice_percent(&life->dice, 25);
	double until = relay_now() +
		(double)dice_below(&life->dice, 800) / 1000;

	while (by_time ? relay_now() < until
		       : life->relay.up_bytes < bytes &&
			       relay_now() < until + 10) {
		if (go_on(life))
			return false;
		notice_death(life);
	}
	return true;
}

static void
suffer(struct life *life)
{
	unsigned kind = choose_fault(life);
	size_t used = strlen(life->fault_log);

	if (!reach_a_point(life))
		return;
	snprintf(life->fault_log + used, sizeof life->fault_log - used, " %s",
		faults[kind].name);
	if (faults[kind].strike(life))
		life->tally->counts[kind]++;
}

/* The image is the source as it is now, and nothing else. */
static void
check_capture(struct life *life, const struct capture_count *count)
{
	AUTO(freep) char *map = NULL;
	char root[HASH_HEX_BYTES];
	struct map_entry entry;
	uint64_t bad = 0, present = 0;

	watch_ok(read_map(life, &map, "capture/sda.map"), "there is a map");
	check_image(life, map, "capture/sda.raw");
	check_generation(life, map);
	for (uint32_t i = 0; i < life->disk.blocks; i++) {
		bool is_present = read_entry(map, i, &entry);

		watch_ok(is_present || !life->disk.wanted[i],
			"wanted block %u was captured", i);
		if (!is_present)
			continue;
		watch_ok(memcmp(entry.hash, life->disk.hashes[i],
				HASH_BYTES) == 0,
			"block %u is the source's of now", i);
		bad += life->disk.bad[i];
		present += disk_block_bytes(&life->disk, i);
	}
	root_of(life, map, true, root);
	watch_ok(strcmp(root, count->root_hash) == 0, "the root hash is %s, "
		"and was %s", root, count->root_hash);
	watch_ok(count->bad_sectors == bad, "%ju sectors are bad, and %ju "
		"were said to be", (uintmax_t)bad,
		(uintmax_t)count->bad_sectors);
	watch_ok(count->captured_bytes == present, "the count is of %ju bytes, "
		"and was %ju", (uintmax_t)present,
		(uintmax_t)count->captured_bytes);
	watch_ok(count->read_bytes <= life->session_missing, "the last session "
		"read %ju bytes of %ju missing ones",
		(uintmax_t)count->read_bytes,
		(uintmax_t)life->session_missing);
}

static void
wait_for_the_source(struct life *life)
{
	while (!go_on(life))
		notice_death(life);
	end_leg(life);
}

static void
capture(struct life *life)
{
	struct capture_count count;

	snprintf(life->fault_log, sizeof life->fault_log, "%s", "");
	life->was_full = false;
	host_forget_result(&life->host);
	begin_leg(life, false, true);
	atomic_store(&life->host.die_at, dice_percent(&life->dice, 50) ? 0
		: (unsigned)(1 + dice_below(&life->dice,
			dice_percent(&life->dice, 60) ? 30 : 600)));
	start_source(life);
	for (uint64_t n = 2 + dice_below(&life->dice, 9); n > 0 &&
		life->source != 0; n--)
		suffer(life);
	wait_for_the_source(life);
	if (life->was_full && !host_result(&life->host, &count)) {
		begin_leg(life, false, true);
		start_source(life);
		wait_for_the_source(life);
	}
	atomic_store(&life->host.die_at, 0);
	watch_ok(host_result(&life->host, &count), "the capture is complete");
	check_capture(life, &count);
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
		reboot(life);
		capture(life);
	}
	host_kill(&life->host);
	relay_close(&life->relay);
	disk_remove(&life->disk);
	if (life->can_fill)
		umount2(life->host_folder, MNT_DETACH);
}
