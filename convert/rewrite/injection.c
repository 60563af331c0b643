/*
 * drivers-inject as the conversion uses it: what it reports becomes facts,
 * findings and recorded changes.  Device names inside an initramfs are rewritten
 * by image-copies.c.
 */
#include "convert/rewrite/injection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest-file.h"
#include "convert/assess/guest.h"
#include "convert/rewrite/change.h"
#include "convert/rewrite/image-copies.h"
#include "convert/rewrite/kernel-findings.h"
#include "drivers-inject/guest.h"
#include "drivers-inject/initramfs.h"
#include "drivers-inject/inject.h"
#include "drivers-inject/kernel.h"
#include "drivers-inject/segment.h"
#include "drivers-inject/tree.h"

struct injection {
	guestfs_h *g;
	struct references *references;
	struct findings *findings;
	struct changes *changes;
};

/*
 * Rules that hold as they are: written after the image was made, or by an
 * earlier conversion, whose segment is replaced.
 */
static int
add_kept_names(const struct injection *injection, const struct initramfs *image,
	struct segment *segment, struct error *err)
{
	static const char path[] = "/etc/udev/rules.d/70-persistent-net.rules";
	const struct tree_node *old = tree_find(image->tree, path);
	AUTO(freep) char *text = NULL;
	size_t bytes;

	if (old != NULL && !tree_is_file(old))
		return 0;
	text = guest_file_head(injection->g, path, GUEST_FILE_LIMIT, &bytes);
	if (text == NULL || (old != NULL && old->bytes == bytes &&
				    memcmp(old->data, text, bytes) == 0))
		return 0;
	return segment_add(segment, path + 1, 0644, text, bytes, err);
}

/*
 * With a card's driver in the image, udev names the card before the root file
 * system is there.
 */
static int
add_names(const struct injection *injection, const struct initramfs *image,
	struct segment *segment, struct error *err)
{
	const struct tree_node *udev = tree_find(image->tree, "lib/udev");
	const char *path, *text;
	size_t index = 0;

	if (udev == NULL || !tree_is_folder(udev))
		return 0;
	if (add_kept_names(injection, image, segment, err) == -1)
		return -1;
	while (changes_next_text(injection->changes, &index, &path, &text)) {
		if (!string_starts(path, "/etc/systemd/network/") &&
			!string_starts(path, "/etc/udev/rules.d/"))
			continue;
		if (segment_add(segment, path + 1, 0644, text, strlen(text),
			    err) == -1)
			return -1;
	}
	return 0;
}

static int
add_texts(void *context, const struct inject_kernel *kernel,
	const struct initramfs *image, struct segment *segment,
	struct error *err)
{
	const struct injection *injection = context;

	if (image_copies_add(segment, image, kernel->initramfs,
		    injection->references, injection->findings, err) == -1)
		return -1;
	return add_names(injection, image, segment, err);
}

static int
note_change(void *context, const struct inject_change *change,
	struct error *err)
{
	const struct injection *injection = context;

	return changes_note(injection->changes, change, err);
}

/* ---- the report ---- */

/* NULL when there are too many. */
static struct guest_kernel *
find_kernel(struct guest *guest, const char *image)
{
	for (size_t i = 0; i < guest->kernel_count; i++)
		if (strcmp(guest->kernels[i].image, image) == 0)
			return &guest->kernels[i];
	return NULL;
}

/*
 * Open the guest's files.  1 when there is a /boot; 0 when its disk is not
 * here: that no kernel is found is then a finding, and no failure.
 */
static int
open_boot(struct guest_files *files, guestfs_h *g, struct error *err)
{
	guest_libguestfs_open(files, g);
	return guest_has_folder(files, "/boot", err);
}

int
injection_find_kernels(guestfs_h *g, struct guest *guest, struct error *err)
{
	struct guest_files files;
	struct kernel *kernels;
	size_t count;
	int is_there;

	is_there = open_boot(&files, g, err);
	if (is_there != 1)
		return is_there;
	if (kernel_list(&kernels, &count, &files, NULL, err) == -1)
		return -1;
	for (size_t i = 0; i < count && guest->kernel_count < GUEST_KERNELS;
		i++) {
		struct guest_kernel *kernel =
			&guest->kernels[guest->kernel_count];

		if (strlen(kernels[i].image) >= sizeof kernel->image)
			continue;
		strcpy(kernel->image, kernels[i].image);
		snprintf(kernel->version, sizeof kernel->version, "%s",
			kernels[i].version);
		guest->kernel_count++;
	}
	kernel_free_all(kernels, count);
	return 0;
}

/* A kernel has a line for each of its images; the first is what it boots. */
static void
note_kernel(struct guest *guest, const struct inject_report *report, size_t i)
{
	const struct inject_kernel *line = &report->kernels[i];
	struct guest_kernel *kernel = find_kernel(guest, line->image);

	if (kernel == NULL ||
		(i > 0 && strcmp(report->kernels[i - 1].image, line->image) ==
				  0))
		return;
	snprintf(kernel->initramfs, sizeof kernel->initramfs, "%s",
		line->initramfs == NULL ? "" : line->initramfs);
	kernel->generator = line->generator;
	kernel->virtio_blk = line->virtio_blk;
	kernel->virtio_net = line->virtio_net;
	memcpy(kernel->disks, line->disks, sizeof kernel->disks);
	memcpy(kernel->cards, line->cards, sizeof kernel->cards);
	kernel->injected = line->status == INJECT_INJECTED;
}

int
injection_run(guestfs_h *g, bool dry_run, struct guest *guest,
	struct references *references, struct findings *findings,
	struct changes *changes, struct image_store *store, struct error *err)
{
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};
	struct injection injection = {g, references, findings, changes};
	const struct guest_kernel *first = guest_default_kernel(guest);
	const struct inject_options options = {
		.dry_run = dry_run,
		.first = first == NULL ? NULL : first->image,
		.locked = guest->locked,
		.store = store,
		.context = &injection,
		.extra = add_texts,
		.changed = note_change,
	};
	struct guest_files files;
	int is_there;

	is_there = open_boot(&files, g, err);
	if (is_there != 1)
		return is_there;
	if (inject_run(&files, &options, &report, err) == -1)
		return -1;
	for (size_t i = 0; i < report.count; i++) {
		note_kernel(guest, &report, i);
		if (dry_run && report.kernels[i].status == INJECT_INJECTED)
			guest->images_grow_bytes +=
				report.kernels[i].appended_bytes;
		(dry_run ? kernel_findings_add : kernel_findings_correct)(
			findings, &report.kernels[i]);
	}
	kernel_findings_add_tool(findings, &report.tool);
	if (dry_run && report.tool.is_new)
		changes_expect_created(changes);
	return 0;
}
