/*
 * `unrack import`: the blocks of a carry set become the machine's capture, and
 * then the pipeline runs over it as over a live session's
 * (serve/session.c).  source/carry.c has the blocks.
 */
#include "convert/carry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/log.h"
#include "common/monotonic.h"
#include "common/own.h"
#include "convert/capture/generation.h"
#include "convert/capture/room.h"
#include "convert/capture/skip.h"
#include "convert/serve/disks.h"
#include "convert/serve/meter.h"
#include "convert/serve/rendezvous.h"
#include "convert/source/carry.h"
#include "convert/source/image.h"
#include "convert/source/nbd.h"
#include "convert/state/journal.h"
#include "convert/state/machine.h"
#include "wire/carry-set.h"

struct carry_source {
	struct pipeline_source base; /* first, so that it can be cast */
	const struct machine *machine;
	struct machine *place; /* of the next generation; NULL: it is the first */
	struct carry_set *set; /* borrowed */
	struct progress *progress;
	json_t *inventory, *record;
	struct machine_disk *disks;
	size_t count;
	struct image *images[DISKS_LIMIT];
	uint64_t stored[DISKS_LIMIT];
	struct nbd_export exports[DISKS_LIMIT];
	char *locations[DISKS_LIMIT];
	char *nbd_path;
	struct nbd *nbd;
	struct meter meter;
	time_t ticked;
};

static const char *
location(struct pipeline_source *base, size_t index, const char **format_out)
{
	const struct carry_source *source = (struct carry_source *)base;

	*format_out = "raw";
	return source->locations[index];
}

/* Absent blocks are zeros: whatever is not, the set stored. */
static int
export_read(void *context, uint64_t offset_bytes, void *data, size_t bytes,
	struct error *err)
{
	struct image *image = context;
	uint8_t *at = data;
	size_t piece;

	for (; bytes > 0; bytes -= piece, at += piece, offset_bytes += piece) {
		piece = BLOCK_BYTES - offset_bytes % BLOCK_BYTES;
		if (piece > bytes)
			piece = bytes;
		if (!image_has(image, offset_bytes / BLOCK_BYTES))
			memset(at, 0, piece);
		else if (image_read(image, offset_bytes, at, piece, err) == -1)
			return -1;
	}
	return 0;
}

/* What is in use and absent is known to be zeros. */
static int
keep_zeros(struct image *image, const struct extent *extent,
	struct progress *progress, struct error *err)
{
	static const uint8_t zeros[BLOCK_BYTES];
	uint64_t block = extent->offset_bytes / BLOCK_BYTES;
	uint64_t end = (extent->offset_bytes + extent->length_bytes +
		BLOCK_BYTES - 1) / BLOCK_BYTES;
	uint8_t hash[HASH_BYTES];

	for (; block < end && block < image_blocks(image); block++) {
		uint32_t bytes = image_block_bytes(image, block);

		progress_count(progress, bytes);
		if (image_has(image, block))
			continue;
		if (hash_block(zeros, bytes, hash, err) == -1 ||
			image_store(image, block, NULL, hash, NULL, err) == -1)
			return -1;
	}
	return 0;
}

static const json_t *
offered_disk(const struct carry_source *source, size_t index)
{
	const json_t *disk;
	size_t i;

	json_array_foreach(json_object_get(source->inventory, "disks"), i, disk)
		if (json_flag(disk, "offered", 0) && index-- == 0)
			return disk;
	return NULL;
}

static int
count_disk(const struct carry_source *source, size_t index,
	struct capture_count *count_out, struct error *err)
{
	struct image *image = source->images[index];

	image_count(image, &count_out->captured_bytes, &count_out->zero_bytes);
	count_out->read_bytes = source->stored[index];
	count_out->skipped_bytes =
		image_disk_bytes(image) - count_out->captured_bytes;
	if (image_bad_sectors(image, &count_out->bad_sectors, err) == -1 ||
		image_root(image, count_out->root_hash, err) == -1)
		return -1;
	return skip_count(&count_out->skipped, image,
		offered_disk(source, index), err);
}

static int
capture_disk(const struct carry_source *source, size_t index,
	const struct plan *plan, struct progress *progress,
	struct capture_count *count_out, struct error *err)
{
	struct image *image = source->images[index];

	for (size_t i = 0; i < plan->count; i++)
		if (keep_zeros(image, &plan->extents[i], progress, err) == -1)
			return -1;
	if (image_checkpoint(image, err) == -1)
		return -1;
	return count_disk(source, index, count_out, err);
}

static int
capture(struct pipeline_source *base, const struct plan *plans, size_t count,
	struct progress *progress, struct capture_count *counts_out,
	struct error *err)
{
	const struct carry_source *source = (struct carry_source *)base;
	uint64_t total = 0;

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < plans[i].count; k++)
			total += plans[i].extents[k].length_bytes;
	progress_begin(progress, "capture", total);
	for (size_t i = 0; i < count; i++)
		if (capture_disk(source, i, &plans[i], progress,
			    &counts_out[i], err) == -1)
			return error_add(err, "disk %s",
				source->disks[i].name);
	return 0;
}

/* Boards are exchanged, but seldom between two captures. */
static int
check_identity(const struct carry_source *source, struct error *err)
{
	AUTO(freep) char *path = machine_path(source->machine,
		"inventory.json");
	AUTO(json_decrefpp) json_t *known = NULL;
	const char *was, *is;

	if (path == NULL)
		return error_set(err, ENOMEM, "import");
	if (access(path, F_OK) == -1)
		return 0;
	if (json_file_read(&known, path, err) == -1)
		return -1;
	was = json_text(json_object_get(known, "system"), "uuid", NULL);
	is = json_text(json_object_get(source->inventory, "system"), "uuid",
		NULL);
	if (was == NULL || is == NULL || strcmp(was, is) == 0)
		return 0;
	error_set(err, 0, "the set is of another machine than %s: its "
		"hardware's UUID is not the same", source->machine->name);
	return error_hint(err, "Import it as another machine with --name, or "
		"remove %s if its board was exchanged.", path);
}

/* What the set says; nothing is changed yet. */
static int
read_facts(struct carry_source *source, struct error *err)
{
	if (carry_set_inventory(source->set, &source->inventory, err) == -1 ||
		check_identity(source, err) == -1 ||
		disks_from_inventory(&source->disks, &source->count,
			source->inventory, err) == -1)
		return -1;
	return carry_check(source->set, source->disks, source->count, err);
}

/* A generation that is complete stays so until the next one is. */
static int
choose_place(struct carry_source *source, struct error *err)
{
	AUTO(generation_release) struct generation last = {0};

	if (generation_settle(source->machine, err) == -1 ||
		generation_read(&last, source->machine, err) == -1)
		return -1;
	if (last.number == 0)
		return machine_set_state(source->machine, MACHINE_ENROLLED,
			err);
	if (generation_stage(&source->place, source->machine, err) == -1)
		return -1;
	source->base.place = source->place;
	return 0;
}

/* inventory.json and disks.json: what the set says that the machine is. */
static int
write_facts(struct carry_source *source, struct error *err)
{
	const struct machine *place = source->place != NULL ? source->place
							    : source->machine;
	AUTO(freep) char *path = machine_path(place, "inventory.json");

	if (path == NULL)
		return error_set(err, ENOMEM, "write the inventory");
	if (json_file_write(path, source->inventory, err) == -1)
		return -1;
	return machine_write_disks(place, source->disks, source->count, err);
}

static void
session_text(const struct carry_set *set, char text_out[HASH_HEX_BYTES])
{
	uint8_t padded[HASH_BYTES] = {0};

	memcpy(padded, carry_set_index(set)->now.session, CARRY_ID_BYTES);
	hash_hex(padded, text_out);
	text_out[2 * CARRY_ID_BYTES] = '\0';
}

/* How the blocks came, for report/session.json and the journal. */
static int
make_record(struct carry_source *source, struct error *err)
{
	const struct carry_part *part = carry_set_part(source->set);
	char session[HASH_HEX_BYTES], id[HASH_HEX_BYTES];
	uint8_t padded[HASH_BYTES] = {0};

	session_text(source->set, session);
	memcpy(padded, part->set, CARRY_ID_BYTES);
	hash_hex(padded, id);
	id[2 * CARRY_ID_BYTES] = '\0';
	source->record = json_pack("{s:{s:s, s:s, s:i, s:b}}", "carry", "set",
		id, "session", session, "parts", (int)part->number,
		"encrypted", part->encrypted);
	if (source->record == NULL)
		return error_set(err, ENOMEM, "record the import");
	source->base.record = source->record;
	return journal_add(source->machine, "import.started", source->record,
		err);
}

static int
open_images(struct carry_source *source, struct error *err)
{
	AUTO(freep) char *folder = machine_path(source->machine, "capture");
	char session[HASH_HEX_BYTES];

	if (folder == NULL)
		return error_set(err, ENOMEM, "open the images");
	session_text(source->set, session);
	if (io_make_folders(folder, err) == -1)
		return -1;
	for (size_t i = 0; i < source->count; i++)
		if (image_open(&source->images[i], folder,
			    source->disks[i].name, source->disks[i].size_bytes,
			    session, err) == -1)
			return -1;
	return 0;
}

/* At most what the set stores and the images do not have. */
static int
check_room(const struct carry_source *source, struct error *err)
{
	uint64_t need = 0, known, bytes;

	for (size_t i = 0; i < source->count; i++) {
		bytes = carry_stored_bytes(source->set, (uint8_t)i);
		known = image_known_bytes(source->images[i]);
		need += bytes > known ? bytes - known : 0;
	}
	return room_check(source->machine->folder, need, err);
}

static void
tick(void *context)
{
	struct carry_source *source = context;

	if (monotonic_ticks() == source->ticked)
		return;
	source->ticked = monotonic_ticks();
	meter_tick(&source->meter, source->progress, source->machine->name);
}

static int
import_disks(struct carry_source *source, struct error *err)
{
	char hex[HASH_HEX_BYTES], bytes[16];

	for (size_t i = 0; i < source->count; i++) {
		const char *name = source->disks[i].name;

		progress_begin(source->progress, "import", carry_stored_bytes(
			source->set, (uint8_t)i));
		if (carry_import(source->set, (uint8_t)i, source->images[i],
			    source->progress, tick, source, &source->stored[i],
			    err) == -1)
			return error_add(err, "disk %s", name);
		tick(source);
		carry_root_hex(source->set, (uint8_t)i, hex);
		log_info("%s: %s: %s imported, root hash %s",
			source->machine->name, name,
			progress_bytes(bytes, source->stored[i]), hex);
	}
	log_status(NULL);
	return 0;
}

static int
serve_disks(struct carry_source *source, struct error *err)
{
	if (rendezvous_path(&source->nbd_path, source->machine, "disks.sock",
		    err) == -1)
		return -1;
	for (size_t i = 0; i < source->count; i++) {
		const char *name = source->disks[i].name;

		/* Neither has a character that a URI would quote. */
		source->locations[i] = io_format("nbd+unix:///%s?socket=%s",
			name, source->nbd_path);
		if (source->locations[i] == NULL)
			return error_set(err, ENOMEM, "offer the disks");
		source->exports[i] = (struct nbd_export){name,
			source->disks[i].size_bytes, export_read,
			source->images[i]};
	}
	return nbd_start(&source->nbd, source->nbd_path, source->exports,
		source->count, err);
}

int
carry_open(struct carry_source **source_out, const struct machine *machine,
	struct carry_set *set, struct progress *progress, struct error *err)
{
	struct carry_source *source = calloc(1, sizeof *source);

	if (source == NULL)
		return error_set(err, ENOMEM, "machine %s", machine->name);
	source->base.location = location;
	source->base.capture = capture;
	source->machine = machine;
	source->set = set;
	source->progress = progress;
	if (read_facts(source, err) == -1 || choose_place(source, err) == -1 ||
		write_facts(source, err) == -1 ||
		make_record(source, err) == -1 ||
		open_images(source, err) == -1 ||
		check_room(source, err) == -1 ||
		import_disks(source, err) == -1 ||
		serve_disks(source, err) == -1) {
		carry_close(source);
		return -1;
	}
	*source_out = source;
	return 0;
}

void
carry_close(struct carry_source *source)
{
	nbd_stopp(&source->nbd);
	for (size_t i = 0; i < source->count; i++) {
		image_close(source->images[i]);
		free(source->locations[i]);
	}
	machine_closep(&source->place);
	machine_disks_free(source->disks, source->count);
	json_decref(source->inventory);
	json_decref(source->record);
	free(source->nbd_path);
	free(source);
}

struct pipeline_source *
carry_pipeline_source(struct carry_source *source)
{
	return &source->base;
}
