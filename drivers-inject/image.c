/*
 * One initramfs, from reading it to replacing it: parse, plan, build, check,
 * write.  Everything is decided and checked in memory before the first byte is
 * written.  inject.c calls this for each image of a guest.
 */
#include "drivers-inject/image.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "drivers-inject/bytes.h"
#include "drivers-inject/generator.h"
#include "drivers-inject/guest.h"
#include "drivers-inject/image-store.h"
#include "drivers-inject/initramfs.h"
#include "drivers-inject/inject.h"
#include "drivers-inject/modules.h"
#include "drivers-inject/payload.h"
#include "drivers-inject/pe.h"
#include "drivers-inject/plan.h"
#include "drivers-inject/script.h"
#include "drivers-inject/segment.h"

enum { IMAGE_LIMIT = 512 << 20 };

/* All that one image needs on its way. */
struct work {
	struct image_run *run;
	const struct guest_files *files; /* run->files */
	const struct kernel *kernel;
	struct inject_kernel *report;
	const struct generator *generator;
	struct script script; /* path NULL: none is extended */
	char *path;   /* of the image, real */
	char *folder; /* of the guest's modules */
	/* without an earlier segment of ours; base NULL: not read */
	struct image_content image;
	struct modules *modules;
	struct plan plan;
};

/* Ways to find room, the next when the one before does not fit. */
static const struct attempt {
	bool only_virtio, packed, in_place;
} attempts[] = {
	{false, false, false},
	{false, false, true},
	{false, true, true},
	{true, false, true},
	{true, true, true},
};

static void
work_freep(struct work *work)
{
	free(work->path);
	free(work->folder);
	image_content_release(&work->image);
	modules_free(work->modules);
	plan_freep(&work->plan);
}

/* A unified image is a PE file around it. */
static int
find_initramfs(const struct work *work, const char **data_out,
	size_t *bytes_out, struct error *err)
{
	struct pe_section section;

	*data_out = work->image.data;
	*bytes_out = work->image.bytes;
	if (!work->kernel->unified)
		return 0;
	if (!pe_find(&section, work->image.data, work->image.bytes,
		    ".initrd") ||
		section.there < section.bytes || section.bytes == 0)
		return error_set(err, 0, "%s has no initramfs in it",
			work->path);
	*data_out = (const char *)section.data;
	*bytes_out = section.bytes;
	return 0;
}

static int
parse_image(struct work *work, struct error *err)
{
	AUTO(initramfs_freep) struct initramfs *found = NULL;
	size_t original, bytes;
	const char *data;

	if (guest_read(work->files, work->path, IMAGE_LIMIT, false,
		    &work->image.data, &work->image.bytes, err) == -1)
		return -1;
	if (find_initramfs(work, &data, &bytes, err) == -1 ||
		initramfs_parse(&found, data, bytes, err) == -1 ||
		segment_original_bytes(found, &original, err) == -1) {
		error_add(err, "%s", work->path);
		return error_hint(err, "Rebuild that image on the server, or "
			"give the VM a disk bus that its kernel has built in.");
	}
	if (original == bytes) {
		work->image.base = take(found);
		return 0;
	}
	return initramfs_parse(&work->image.base, data, original, err);
}

/* Nobody but us writes to the guest, and what is written is compared. */
static int
read_image(struct work *work, const char *path, struct error *err)
{
	struct image_store *store = work->run->options->store;
	int result = 0;

	if (work->files->real_path(work->files->handle, path, &work->path,
			err) == -1)
		return -1;
	if (store == NULL ||
		!image_store_take(store, work->path, &work->image))
		result = parse_image(work, err);
	work->report->initramfs_bytes = work->image.bytes;
	return result;
}

static int
read_modules(struct work *work, struct error *err)
{
	return modules_load(&work->modules, work->files, work->folder,
		work->kernel->config, err);
}

/*
 * What is in the image is all that can be seen of a root that is locked, and all
 * that is left of a kernel that was removed but lives on as a rescue image.
 */
static int
read_image_modules(struct work *work, struct error *err)
{
	if (modules_load_image(&work->modules, work->image.base->tree,
		    work->folder, err) == -1)
		return error_add(err, "%s", work->path);
	return 0;
}

static bool
card_usable(const void *context, const char *module, const char *device)
{
	const struct modules *modules = context;

	return (modules_find(modules, module) != NULL ||
		       modules_is_builtin(modules, module)) &&
		(device == NULL || modules_claim(modules, module, device));
}

static bool
disk_usable_after(const void *context, const char *module, const char *device)
{
	const struct work *work = context;

	return plan_has(&work->plan, module, false) &&
		(device == NULL ||
			modules_claim(work->modules, module, device));
}

static bool
disk_usable_now(const void *context, const char *module, const char *device)
{
	const struct work *work = context;

	return plan_has(&work->plan, module, true) &&
		disk_usable_after(context, module, device);
}

/* What the VM can give this kernel: with the plan carried out, or as it is. */
static void
choose_hardware(struct work *work, bool now)
{
	struct inject_kernel *report = work->report;

	report->virtio_blk = plan_drives(&work->plan, "virtio_blk", now);
	report->virtio_scsi = plan_drives(&work->plan, "virtio_scsi", now);
	hardware_choose(report->disks, hardware_disks,
		now ? disk_usable_now : disk_usable_after, work);
	if (work->modules == NULL)
		return;
	report->virtio_net = card_usable(work->modules, "virtio_net", NULL);
	hardware_choose(report->cards, hardware_cards, card_usable,
		work->modules);
}

static int
copy_names(struct names *to, const struct names *from, struct error *err)
{
	for (size_t i = 0; i < from->count; i++)
		if (names_add_once(to, from->items[i], err) == -1)
			return -1;
	return 0;
}

/* Old drivers go into an image only where the kernel has no newer one. */
static int
plan_up_to(struct work *work, enum modules_tier tier, struct error *err)
{
	const struct plan_request request = {
		.initramfs = work->image.base,
		.modules = work->modules,
		.version = work->report->version,
		.flat = work->script.path != NULL && work->script.flat,
		.tier = tier,
	};

	plan_freep(&work->plan);
	work->plan = (struct plan){.flat = false};
	if (plan_make(&work->plan, &request, err) == -1)
		return error_add(err, "%s", work->path == NULL
				? work->report->image
				: work->path);
	choose_hardware(work, false);
	return 0;
}

static int
make_plan(struct work *work, struct error *err)
{
	struct inject_kernel *report = work->report;
	const struct plan *plan = &work->plan;

	if (plan_up_to(work, MODULES_EMULATED, err) == -1)
		return -1;
	/* Which devices a driver knows matters for old ones only. */
	if (!report->virtio_blk &&
		(modules_read_aliases(work->modules, work->files, work->folder,
			 err) == -1 ||
			plan_up_to(work, MODULES_EMULATED, err) == -1))
		return -1;
	if (report->disks[0] == NULL &&
		plan_up_to(work, MODULES_LEGACY, err) == -1)
		return -1;
	if (plan->new_suffix &&
		names_add(&report->notes, "The kernel's modules are compressed "
			"in a way that the image's own are not; its modprobe "
			"may not read them.", err) == -1)
		return -1;
	if (copy_names(&report->added, &plan->added, err) == -1 ||
		copy_names(&report->present, &plan->present, err) == -1 ||
		copy_names(&report->builtin, &plan->builtin, err) == -1)
		return -1;
	return copy_names(&report->missing, &plan->missing, err);
}

/* Fill the segment; *result_out is the whole new image, checked. */
static int
build(struct work *work, struct segment *segment, bool packed,
	struct bytes *result_out, struct error *err)
{
	AUTO(initramfs_freep) struct initramfs *result = NULL;
	AUTO(bytes_freep) struct bytes appended = {NULL, 0, 0};
	const struct initramfs *base = work->image.base;

	if (segment_build(segment, packed, &appended, err) == -1 ||
		bytes_append(result_out, base->image, base->bytes, err) == -1 ||
		bytes_append(result_out, appended.data, appended.used, err) ==
			-1)
		return -1;
	work->report->appended_bytes = appended.used;
	if (initramfs_parse(&result, result_out->data, result_out->used, err) ==
			-1 ||
		payload_check(segment, result, err) == -1)
		return error_add(err, "the extended %s", work->path);
	return 0;
}

int
image_tell(const struct inject_options *options, struct inject_change *change,
	const void *before, const void *after, struct error *err)
{
	if (options->changed == NULL)
		return 0;
	if (before != NULL &&
		hash_block(before, change->before.bytes, change->before.hash,
			err) == -1)
		return -1;
	if (hash_block(after, change->after.bytes, change->after.hash, err) ==
		-1)
		return -1;
	if (change->kind != INJECT_APPENDED) {
		change->before.data = before;
		change->after.data = after;
	}
	return options->changed(options->context, change, err);
}

static int
check_room(const struct work *work, const struct attempt *attempt,
	const struct bytes *result, struct error *err)
{
	size_t more = result->used > work->image.bytes
		? result->used - work->image.bytes
		: 0;

	return guest_check_room(work->files, work->path,
		attempt->in_place ? more : result->used, !attempt->in_place,
		work->run->options->dry_run ? work->run->promised : 0, err);
}

static int
store(struct work *work, const struct attempt *attempt,
	const struct bytes *result, struct error *err)
{
	const struct inject_options *options = work->run->options;
	size_t kept = work->image.base->bytes;
	struct inject_change change = {
		.path = work->path,
		.kind = INJECT_APPENDED,
		.reason = "storage drivers for the virtual machine, as one "
			  "more segment",
		.before.bytes = work->image.bytes,
		.after.bytes = result->used,
	};

	if (options->planned != NULL)
		options->planned(options->context, work->report);
	if (options->dry_run) {
		if (result->used > work->image.bytes)
			work->run->promised +=
				result->used - work->image.bytes;
		return 0;
	}
	if ((attempt->in_place ? guest_extend : guest_replace)(work->files,
			work->path, work->image.data, kept,
			result->data + kept, result->used - kept, err) == -1)
		return -1;
	return image_tell(options, &change, work->image.data, result->data, err);
}

/* With an empty segment there is nothing to append, not even a marker. */
static int
fill_segment(struct work *work, struct segment *segment, struct error *err)
{
	const struct inject_options *options = work->run->options;
	const struct payload_place place = {
		.files = work->files,
		.folder = work->folder,
		.version = work->report->version,
		.generator = work->generator,
		.script = work->script.path == NULL ? NULL : &work->script,
	};

	if (payload_add(segment, &work->plan, &place, err) == -1)
		return -1;
	return options->extra == NULL
		? 0
		: options->extra(options->context, work->report,
			  work->image.base, segment, err);
}

static int
say_up_to_date(struct work *work, const char *text)
{
	work->report->status = INJECT_UP_TO_DATE;
	snprintf(work->report->text, sizeof work->report->text, "%s", text);
	return 0;
}

static int
try_to_extend(struct work *work, const struct attempt *attempt,
	struct error *err)
{
	AUTO(segment_freep) struct segment segment = {.base = work->image.base};
	AUTO(bytes_freep) struct bytes result = {NULL, 0, 0};
	struct inject_kernel *report = work->report;

	if (fill_segment(work, &segment, err) == -1)
		return -1;
	if (segment.count == 0)
		return say_up_to_date(work, "the image lacks no driver");
	if (build(work, &segment, attempt->packed, &result, err) == -1)
		return -1;
	if (result.used == work->image.bytes &&
		memcmp(result.data, work->image.data, result.used) == 0)
		return say_up_to_date(work, "the image was extended before");
	if (check_room(work, attempt, &result, err) == -1)
		return -1;
	report->status = INJECT_INJECTED;
	snprintf(report->text, sizeof report->text,
		"%zu modules, %zu files, %ju bytes", work->plan.paths.count,
		segment.count, (uintmax_t)report->appended_bytes);
	report->reduced = attempt->only_virtio;
	if (report->reduced &&
		names_add(&report->notes, "For want of space the image got "
			"virtio-blk alone: the VM cannot change to another "
			"disk bus.", err) == -1)
		return -1;
	return store(work, attempt, &result, err);
}

/* Plan for less; false when less would not help this kernel. */
static bool
reduce(struct work *work, struct error *err)
{
	if (!plan_drives(&work->plan, "virtio_blk", false) ||
		plan_up_to(work, MODULES_VIRTIO, err) == -1)
		return false;
	names_freep(&work->report->added);
	return copy_names(&work->report->added, &work->plan.added, err) == 0;
}

static int
extend(struct work *work, struct error *err)
{
	bool reduced = false;

	for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
		struct error other;

		if (attempts[i].only_virtio && !reduced &&
			!reduce(work, &other))
			return -1;
		reduced = attempts[i].only_virtio;
		if (try_to_extend(work, &attempts[i], err) == 0)
			return 0;
		if (err->code != ENOSPC)
			return -1;
	}
	return -1;
}

static bool
find_generator(struct work *work)
{
	work->generator = generator_of(work->image.base);
	if (work->generator == NULL)
		return false;
	work->report->generator = work->generator->name;
	switch (work->generator->loads) {
	case GENERATOR_INDEXED:
		return true;
	case GENERATOR_SCRIPT:
		return script_find(&work->script, work->image.base);
	default:
		return false;
	}
}

/* An image that we do not extend may still lack nothing. */
static int
leave(struct work *work, struct error *err)
{
	if (work->plan.added.count == 0)
		return say_up_to_date(work, "the image lacks no driver");
	if (work->kernel->unified)
		error_set(err, 0, "%s is a unified kernel image: its "
			"initramfs is part of a file that is signed as a whole",
			work->path);
	else
		error_set(err, 0, "%s is an image of %s, which is not "
			"extended", work->path,
			work->generator == NULL ? "an unknown generator"
						: work->generator->name);
	err->code = EOPNOTSUPP;
	return error_hint(err, "The image was left as it is.  Give the VM "
		"hardware whose driver it holds (emulated IDE, SATA or SCSI).");
}

/* What is built in is all that such a kernel has until its root is mounted. */
static int
do_without(struct work *work, struct error *err)
{
	if (make_plan(work, err) == -1)
		return -1;
	if (work->report->disks[0] != NULL)
		return say_up_to_date(work,
			"it boots without an initramfs, by built-in drivers");
	error_set(err, 0, "no initramfs belongs to %s, and no driver "
		"of a disk that a VM can have is built in",
		work->report->image);
	err->code = EOPNOTSUPP;
	return error_hint(err, "Build its initramfs on the server, or boot "
		"another kernel.");
}

static int
bring_up_to_date(struct work *work, struct error *err)
{
	const char *path = work->kernel->unified ? work->report->image
						 : work->report->initramfs;
	bool in_image = path != NULL && work->run->options->locked;
	bool ours;

	work->folder = io_format("/lib/modules/%s", work->report->version);
	if (work->folder == NULL)
		return error_set(err, ENOMEM, "find modules");
	if (!in_image && read_modules(work, err) == -1) {
		if (path == NULL || err->code != ENOENT)
			return -1;
		in_image = true;
	}
	if (path == NULL)
		return do_without(work, err);
	if (read_image(work, path, err) == -1 ||
		(in_image && read_image_modules(work, err) == -1))
		return -1;
	ours = find_generator(work);
	if (make_plan(work, err) == -1)
		return -1;
	if (!ours || work->kernel->unified)
		return leave(work, err);
	/* A tool whose images lack nothing needs no telling. */
	if (work->plan.added.count > 0 &&
		copy_names(&work->run->load_names, &work->plan.load, err) == -1)
		return -1;
	return extend(work, err);
}

static void
keep_image(struct work *work)
{
	const struct inject_options *options = work->run->options;

	if (options->dry_run && options->store != NULL &&
		work->image.base != NULL)
		image_store_put(options->store, work->path, &work->image);
}

void
image_inject(struct inject_kernel *report, const struct kernel *kernel,
	struct image_run *run)
{
	AUTO(work_freep) struct work work = {
		.run = run,
		.files = run->files,
		.kernel = kernel,
		.report = report,
	};
	struct error err = {.code = 0};

	report->unified = kernel->unified;
	if (bring_up_to_date(&work, &err) == 0) {
		keep_image(&work);
		return;
	}
	choose_hardware(&work, true);
	report->status = err.code == ENOSPC  ? INJECT_NO_SPACE
		: err.code == EOPNOTSUPP ? INJECT_UNSUPPORTED
					 : INJECT_FAILED;
	snprintf(report->text, sizeof report->text, "%s", err.text);
	snprintf(report->hint, sizeof report->hint, "%s", err.hint);
}
