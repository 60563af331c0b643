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
#include "drivers-inject/initramfs.h"
#include "drivers-inject/inject.h"
#include "drivers-inject/modules.h"
#include "drivers-inject/payload.h"
#include "drivers-inject/plan.h"
#include "drivers-inject/segment.h"

enum { IMAGE_LIMIT = 1 << 30 };

/* All that one image needs on its way. */
struct work {
	const struct guest_files *files;
	const struct inject_options *options;
	const struct kernel *kernel;
	struct inject_kernel *report;
	const struct generator *generator;
	char *path;   /* of the image, real */
	char *folder; /* of the guest's modules */
	char *image;
	size_t image_bytes;
	struct initramfs *base; /* without an earlier segment of ours */
	struct modules *modules;
	struct plan plan;
};

static void
work_freep(struct work *work)
{
	free(work->path);
	free(work->folder);
	initramfs_free(work->base);
	free(work->image);
	modules_free(work->modules);
	plan_freep(&work->plan);
}

static int
read_image(struct work *work, struct error *err)
{
	AUTO(initramfs_freep) struct initramfs *found = NULL;
	size_t original;

	if (work->files->real_path(work->files->handle,
			work->report->initramfs, &work->path, err) == -1 ||
		guest_read(work->files, work->path, IMAGE_LIMIT, false,
			&work->image, &work->image_bytes, err) == -1)
		return -1;
	work->report->initramfs_bytes = work->image_bytes;
	if (initramfs_parse(&found, work->image, work->image_bytes, err) ==
			-1 ||
		segment_original_bytes(found, &original, err) == -1) {
		error_add(err, "%s", work->path);
		return error_hint(err, "Rebuild that image on the server, or "
			"give the VM a disk bus that its kernel has built in.");
	}
	if (original == work->image_bytes) {
		work->base = take(found);
		return 0;
	}
	return initramfs_parse(&work->base, work->image, original, err);
}

static int
read_modules(struct work *work, struct error *err)
{
	const char *version = work->report->version;

	work->folder = io_format("/lib/modules/%s", version);
	if (work->folder == NULL)
		return error_set(err, ENOMEM, "find modules");
	switch (guest_has_folder(work->files, work->folder, err)) {
	case -1:
		return -1;
	case 0:
		return error_set(err, 0, "there is no %s, but %s is of this "
			"version", work->folder, work->kernel->image);
	}
	if (modules_load(&work->modules, work->files, work->folder,
			work->kernel->config, err) == -1)
		return -1;
	work->report->virtio_net =
		modules_find(work->modules, "virtio_net") != NULL ||
		modules_is_builtin(work->modules, "virtio_net");
	work->report->e1000 = modules_find(work->modules, "e1000") != NULL ||
		modules_is_builtin(work->modules, "e1000");
	return 0;
}

static int
copy_names(struct names *to, const struct names *from, struct error *err)
{
	for (size_t i = 0; i < from->count; i++)
		if (names_add_once(to, from->items[i], err) == -1)
			return -1;
	return 0;
}

static int
make_plan(struct work *work, struct error *err)
{
	struct inject_kernel *report = work->report;
	const struct plan *plan = &work->plan;

	if (plan_make(&work->plan, work->base, work->modules, report->version,
			err) == -1)
		return error_add(err, "%s", work->path);
	report->virtio_blk = plan_drives(plan, "virtio_blk", false);
	report->virtio_scsi = plan_drives(plan, "virtio_scsi", false);
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
build(struct work *work, struct segment *segment, struct bytes *result_out,
	struct error *err)
{
	AUTO(initramfs_freep) struct initramfs *result = NULL;
	AUTO(bytes_freep) struct bytes appended = {NULL, 0, 0};
	const struct initramfs *base = work->base;

	if (segment_build(segment, &appended, err) == -1 ||
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
store(struct work *work, const struct bytes *result, struct error *err)
{
	size_t kept = work->base->bytes;
	struct inject_change change = {
		.path = work->path,
		.kind = INJECT_APPENDED,
		.reason = "storage drivers for the virtual machine, as one "
			  "more segment",
		.before.bytes = work->image_bytes,
		.after.bytes = result->used,
	};

	if (guest_check_room(work->files, work->path, result->used, err) == -1)
		return -1;
	if (work->options->planned != NULL)
		work->options->planned(work->options->context, work->report);
	if (work->options->dry_run)
		return 0;
	if (guest_replace(work->files, work->path, work->image, kept,
			result->data + kept, result->used - kept, err) == -1)
		return -1;
	return image_tell(work->options, &change, work->image, result->data,
		err);
}

/* With an empty segment there is nothing to append, not even a marker. */
static int
extend(struct work *work, struct error *err)
{
	AUTO(segment_freep) struct segment segment = {.base = work->base};
	AUTO(bytes_freep) struct bytes result = {NULL, 0, 0};
	struct inject_kernel *report = work->report;

	if (payload_add(&segment, &work->plan, work->files, work->folder,
			report->version, work->generator, err) == -1)
		return -1;
	if (work->options->extra != NULL &&
		work->options->extra(work->options->context, report, work->base,
			&segment, err) == -1)
		return -1;
	if (segment.count == 0) {
		report->status = INJECT_UP_TO_DATE;
		snprintf(report->text, sizeof report->text,
			"the image lacks no driver");
		return 0;
	}
	if (build(work, &segment, &result, err) == -1)
		return -1;
	report->status = INJECT_INJECTED;
	if (result.used == work->image_bytes &&
		memcmp(result.data, work->image, result.used) == 0) {
		report->status = INJECT_UP_TO_DATE;
		snprintf(report->text, sizeof report->text,
			"the image was extended before");
		return 0;
	}
	if (store(work, &result, err) == -1)
		return -1;
	snprintf(report->text, sizeof report->text,
		"%zu modules, %zu files, %ju bytes", work->plan.paths.count,
		segment.count, (uintmax_t)report->appended_bytes);
	return 0;
}

static int
find_generator(struct work *work)
{
	work->generator = generator_of(work->base);
	if (work->generator != NULL)
		work->report->generator = work->generator->name;
	return work->generator != NULL && work->generator->load_list != NULL;
}

/* An image that we do not extend may still lack nothing. */
static int
leave(struct work *work, struct error *err)
{
	if (work->plan.added.count == 0) {
		work->report->status = INJECT_UP_TO_DATE;
		snprintf(work->report->text, sizeof work->report->text,
			"the image lacks no driver");
		return 0;
	}
	error_set(err, 0, "%s is an image of %s, which is not supported yet",
		work->path,
		work->generator == NULL ? "an unknown generator"
					: work->generator->name);
	err->code = EOPNOTSUPP;
	return error_hint(err, "The image was left as it is.  Give the VM "
		"hardware whose driver it holds (emulated IDE, SATA or SCSI).");
}

static int
bring_up_to_date(struct work *work, struct names *load_names,
	struct error *err)
{
	if (read_modules(work, err) == -1 || read_image(work, err) == -1 ||
		make_plan(work, err) == -1)
		return -1;
	if (!find_generator(work))
		return leave(work, err);
	/* A tool whose images lack nothing needs no telling. */
	if (work->plan.added.count > 0 &&
		copy_names(load_names, &work->plan.load, err) == -1)
		return -1;
	return extend(work, err);
}

void
image_inject(struct inject_kernel *report, const struct kernel *kernel,
	const struct guest_files *files, const struct inject_options *options,
	struct names *load_names)
{
	AUTO(work_freep) struct work work = {
		.files = files,
		.options = options,
		.kernel = kernel,
		.report = report,
	};
	struct error err = {.code = 0};

	if (bring_up_to_date(&work, load_names, &err) == 0)
		return;
	report->virtio_blk = plan_drives(&work.plan, "virtio_blk", true);
	report->virtio_scsi = plan_drives(&work.plan, "virtio_scsi", true);
	report->status = err.code == ENOSPC  ? INJECT_NO_SPACE
		: err.code == EOPNOTSUPP ? INJECT_UNSUPPORTED
					 : INJECT_FAILED;
	snprintf(report->text, sizeof report->text, "%s", err.text);
	snprintf(report->hint, sizeof report->hint, "%s", err.hint);
}
