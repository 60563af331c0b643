/*
 * The disks to a removable disk, in place of a wire: group after group, over
 * several removable disks if one is not enough.  Whatever was committed is gone
 * on from.  carry-group.c reads the disks, carry-parts.c has the parts.
 */
#include "p2v/carry.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/json.h"
#include "common/monotonic.h"
#include "common/own.h"
#include "common/progress.h"
#include "p2v/carry-group.h"
#include "p2v/carry-parts.h"
#include "p2v/carry-target.h"
#include "p2v/inventory.h"
#include "p2v/screen.h"
#include "p2v/source.h"
#include "wire/key.h"

enum { DISKS = 256 };

struct carry {
	const struct carry_plan *plan;
	struct carry_parts parts;
	struct carry_disk disks[DISKS];
	struct group_reader *reader;
	uint8_t session[CARRY_ID_BYTES];
	uint64_t done, total;
	uint64_t written; /* by this run */
	double start;
	int64_t shown_ms;
};

static void
show(struct carry *carry)
{
	struct notice notice = {.stage = "carry", .level = "info",
		.done = carry->done, .total = carry->total,
		.seconds = monotonic_seconds() - carry->start};

	carry->shown_ms = monotonic_ms();
	screen_notice(carry->plan->screen, &notice);
}

static void
count(void *context, uint64_t more_bytes)
{
	struct carry *carry = context;

	carry->done += more_bytes;
	if (monotonic_ms() - carry->shown_ms >= 500)
		show(carry);
}

/* What of an earlier pass is still the same, by its hash. */
static int
keep_group(struct carry *carry, const struct carry_disk *disk, uint32_t group,
	bool *kept_out, struct error *err)
{
	const struct carry_index *index = &carry->parts.index;
	const struct carry_stored_group *before;
	struct carry_entry entry;
	uint8_t hash[HASH_BYTES];

	*kept_out = false;
	if (index->now.count >= index->before.count)
		return 0;
	before = &index->before.groups[index->now.count];
	if (before->disk != disk->number || before->group != group)
		return 0;
	if (group_hash(carry->reader, disk, group, hash, err) == -1)
		return -1;
	if (memcmp(hash, before->hash, sizeof hash) != 0)
		return 0;
	entry = carry_group_entry(before);
	/* An entry needs no frames, but a chunk. */
	if (carry_writer_begin(carry->parts.writer, err) == -1 ||
		parts_commit(&carry->parts, &entry, err) == -1)
		return -1;
	*kept_out = true;
	return 0;
}

static int
store_group(struct carry *carry, const struct carry_disk *disk, uint32_t group,
	struct error *err)
{
	struct carry_entry entry;
	uint64_t done = carry->done;
	bool kept;

	if (keep_group(carry, disk, group, &kept, err) == -1)
		return -1;
	if (kept)
		return 0;
	carry->done = done;
	if (group_write(carry->reader, disk, group, carry->parts.writer, &entry,
		    err) == -1 || parts_commit(&carry->parts, &entry, err) == -1)
		return -1;
	carry->written += entry.place.bytes;
	carry->parts.is_fresh = false;
	return 0;
}

/* On as many parts as it takes. */
static int
carry_group(struct carry *carry, const struct carry_disk *disk, uint32_t group,
	struct error *err)
{
	uint64_t done = carry->done;

	while (store_group(carry, disk, group, err) == -1) {
		if (!parts_is_full(err))
			return -1;
		carry->done = done;
		error_clear(err);
		if (parts_next(&carry->parts, err) == -1)
			return -1;
	}
	return 0;
}

static int
carry_disk(struct carry *carry, const struct carry_disk *disk, size_t *linear,
	struct error *err)
{
	uint64_t size = source_size_bytes(disk->source);

	for (uint32_t group = 0; group < carry_groups(size); group++) {
		if ((*linear)++ < carry->parts.index.now.count) {
			carry->done += (uint64_t)carry_group_blocks(size,
				group) * BLOCK_BYTES;
			continue;
		}
		if (carry_group(carry, disk, group, err) == -1)
			return -1;
	}
	return 0;
}

/* The root hashes, and the end. */
static int
write_end(struct carry *carry, struct error *err)
{
	struct carry_entry entry = {.type = CARRY_END,
		.disk = (uint8_t)carry->plan->count};

	if (carry_writer_begin(carry->parts.writer, err) == -1)
		return -1;
	for (size_t i = carry->parts.index.root_count; i < carry->plan->count; i++) {
		struct carry_entry disk = {.type = CARRY_DISK,
			.disk = (uint8_t)i,
			.size_bytes = source_size_bytes(
				carry->plan->sources[i])};

		if (carry_index_root(&carry->parts.index, (uint8_t)i, disk.hash,
			    err) == -1 || parts_commit(&carry->parts, &disk, err) == -1)
			return -1;
	}
	if (parts_commit(&carry->parts, &entry, err) == -1)
		return -1;
	return carry_writer_sync(carry->parts.writer, err);
}

static int
finish(struct carry *carry, struct error *err)
{
	while (write_end(carry, err) == -1) {
		if (!parts_is_full(err))
			return -1;
		error_clear(err);
		/* Else the next part would begin behind roots it lacks. */
		carry->parts.index.root_count = 0;
		if (parts_next(&carry->parts, err) == -1)
			return -1;
	}
	return 0;
}

/* What the set holds of this pass, and may hold of the one before. */
static uint64_t
stored_bytes(const struct carry *carry)
{
	const struct carry_pass *now = &carry->parts.index.now;
	const struct carry_pass *before = &carry->parts.index.before;
	uint64_t bytes = 0;

	for (size_t i = 0; i < now->count; i++)
		bytes += now->groups[i].place.bytes;
	for (size_t i = now->count; i < before->count; i++)
		bytes += before->groups[i].place.bytes;
	return bytes;
}

static void
say_roots(const struct carry *carry)
{
	char hex[HASH_HEX_BYTES];

	for (unsigned i = 0; i < carry->plan->count; i++) {
		hash_hex(carry->parts.index.roots[i].hash, hex);
		screen_line(carry->plan->screen, "%s: root hash %s", json_text(
			carry->disks[i].facts, "name", "?"), hex);
	}
}

static void
close_set(struct carry *carry, struct closing *closing_out)
{
	char kept[16], written[16];

	screen_status(carry->plan->screen, "%s", "");
	say_roots(carry);
	snprintf(closing_out->verdict, sizeof closing_out->verdict, "carried");
	snprintf(closing_out->action, sizeof closing_out->action, "wait");
	snprintf(closing_out->text, sizeof closing_out->text,
		"%s written, %s there already, %u part%s, %sencrypted.  Take %s to the "
		"conversion host: unrack import DIR%s",
		progress_bytes(written, carry->written),
		progress_bytes(kept, stored_bytes(carry) - carry->written),
		carry->parts.folder.part.number,
		carry->parts.folder.part.number == 1 ? "" : "s",
		carry->parts.key == NULL ? "not " : "",
		carry->parts.folder.part.number == 1 ? "it" : "all of them",
		carry->parts.folder.part.number == 1 ? "" : " DIR...");
}

/* What the set will take, for whoever has to bring disks. */
static int
say_estimate(struct carry *carry, struct error *err)
{
	const struct carry_plan *plan = carry->plan;
	uint64_t need = 0, room = 0, stored, bytes;
	char a[16], b[16];

	for (unsigned i = 0; i < plan->count; i++) {
		if (group_estimate(carry->reader, &carry->disks[i], &bytes,
			    err) == -1)
			return -1;
		need += bytes;
	}
	for (size_t i = 0; i < plan->to_count; i++)
		if (target_room(plan->to[i], &bytes, err) == 0)
			room += bytes;
		else
			return -1;
	stored = stored_bytes(carry);
	need -= need < stored ? need : stored;
	screen_line(plan->screen, "about %s are to be written; %s are free%s",
		progress_bytes(a, need), progress_bytes(b, room),
		need > room ? ": another disk will be needed" : "");
	return 0;
}

static int
prepare(struct carry *carry, struct error *err)
{
	const struct carry_plan *plan = carry->plan;

	if (plan->count > DISKS - 1)
		return error_set(err, E2BIG, "carry more than %d disks",
			DISKS - 1);
	for (unsigned i = 0; i < plan->count; i++) {
		carry->disks[i] = (struct carry_disk){plan->sources[i],
			inventory_offered(plan->inventory, i), (uint8_t)i};
		carry->total += source_size_bytes(plan->sources[i]);
	}
	if (group_reader_new(&carry->reader, plan->screen, count, carry, err) ==
		-1)
		return -1;
	return target_session(plan->root, plan->sources, plan->count,
		carry->session, err);
}

/* Which pass: the one that is under way, or another one. */
static int
choose_pass(struct carry *carry, bool *whole_out, struct error *err)
{
	const struct carry_index *index = &carry->parts.index;
	bool same = index->begun && memcmp(index->now.session, carry->session,
					    CARRY_ID_BYTES) == 0;

	*whole_out = same && index->complete;
	if (same)
		return 0;
	if (index->begun)
		screen_line(carry->plan->screen, "the disks may have changed "
			"since: what is in the set is compared with them");
	while (parts_begin_pass(&carry->parts, carry->session, err) == -1) {
		if (!parts_is_full(err))
			return -1;
		error_clear(err);
		if (parts_next(&carry->parts, err) == -1)
			return -1;
	}
	return 0;
}

static int
run(struct carry *carry, struct error *err)
{
	size_t linear = 0;
	bool whole;

	carry->start = monotonic_seconds();
	if (prepare(carry, err) == -1 || parts_open(&carry->parts, err) == -1 ||
		choose_pass(carry, &whole, err) == -1)
		return -1;
	if (whole)
		return 0;
	if (say_estimate(carry, err) == -1)
		return -1;
	for (unsigned i = 0; i < carry->plan->count; i++)
		if (carry_disk(carry, &carry->disks[i], &linear, err) == -1)
			return -1;
	return finish(carry, err);
}

int
carry_run(const struct carry_plan *plan, struct closing *closing_out,
	struct error *err)
{
	AUTO(freep) struct carry *carry = calloc(1, sizeof *carry);
	int result;

	*closing_out = (struct closing){0};
	if (carry == NULL)
		return error_set(err, ENOMEM, "carry the disks");
	carry->plan = carry->parts.plan = plan;
	carry->parts.key = plan->encrypt ? plan->enrolment->key : NULL;
	carry->parts.lock_fd = -1;
	result = run(carry, err);
	if (result == 0)
		close_set(carry, closing_out);
	group_reader_free(carry->reader);
	parts_release(&carry->parts);
	return result;
}
