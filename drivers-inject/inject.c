/*
 * A whole guest: each kernel, each of its images, and the guest's own tool.
 * image.c does one image.  Next to read: kernel.c (what is installed), then
 * plan.c and payload.c (what is needed, and how it gets in).
 */
#include "drivers-inject/inject.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "drivers-inject/bytes.h"
#include "drivers-inject/generator.h"
#include "drivers-inject/guest.h"
#include "drivers-inject/image.h"

enum { TEXT_LIMIT = 1 << 20 };

const char *
inject_status_name(enum inject_status status)
{
	static const char *const names[] = {
		[INJECT_FAILED] = "failed",
		[INJECT_INJECTED] = "injected",
		[INJECT_UP_TO_DATE] = "up to date",
		[INJECT_UNSUPPORTED] = "not supported",
		[INJECT_NO_SPACE] = "no space",
	};

	return names[status];
}

void
inject_report_freep(struct inject_report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		struct inject_kernel *kernel = &report->kernels[i];

		free(kernel->image);
		free(kernel->initramfs);
		names_freep(&kernel->added);
		names_freep(&kernel->present);
		names_freep(&kernel->builtin);
		names_freep(&kernel->missing);
		names_freep(&kernel->notes);
	}
	free(report->kernels);
	free(report->tool.path);
	*report = (struct inject_report){.count = 0};
}

/* A line of the report for this kernel; `initramfs` may be NULL. */
static struct inject_kernel *
add_line(struct inject_report *report, const struct kernel *kernel,
	const char *initramfs, struct error *err)
{
	struct inject_kernel *line, *larger = realloc(report->kernels,
		(report->count + 1) * sizeof *larger);

	if (larger == NULL) {
		error_set(err, ENOMEM, "report on %s", kernel->image);
		return NULL;
	}
	report->kernels = larger;
	line = &report->kernels[report->count++];
	*line = (struct inject_kernel){
		.image = strdup(kernel->image),
		.initramfs = initramfs == NULL ? NULL : strdup(initramfs),
	};
	strcpy(line->version, kernel->version);
	if (line->image == NULL ||
		(initramfs != NULL && line->initramfs == NULL)) {
		error_set(err, ENOMEM, "report on %s", kernel->image);
		return NULL;
	}
	return line;
}

static int
inject_one(struct inject_report *report, const struct kernel *kernel,
	const char *initramfs, struct image_run *run, struct error *err)
{
	struct inject_kernel *line = add_line(report, kernel, initramfs, err);

	if (line == NULL)
		return -1;
	if (!kernel->version_is_read &&
		names_add(&line->notes, "The kernel's version was taken from "
			"its file name.", err) == -1)
		return -1;
	image_inject(line, kernel, run);
	return 0;
}

static int
inject_kernel(struct inject_report *report, const struct kernel *kernel,
	struct image_run *run, struct error *err)
{
	if (kernel->initramfs.count == 0)
		return inject_one(report, kernel, NULL, run, err);
	for (size_t i = 0; i < kernel->initramfs.count; i++)
		if (inject_one(report, kernel, kernel->initramfs.items[i], run,
				err) == -1)
			return -1;
	return 0;
}

static int
write_list(const struct guest_files *files, const struct inject_options *options,
	struct inject_tool *tool, const char *text, size_t bytes,
	const struct bytes *list, struct error *err)
{
	struct inject_change change = {
		.path = tool->path,
		.kind = text == NULL ? INJECT_CREATED : INJECT_EDITED,
		.mode = 0644,
		.reason = "the guest's next initramfs keeps the virtual "
			  "machine's storage drivers",
		.before.bytes = bytes,
		.after.bytes = list->used,
	};

	if (options->dry_run)
		return 0;
	if (guest_replace(files, tool->path, NULL, 0, list->data, list->used,
			err) == -1)
		return -1;
	return image_tell(options, &change, text, list->data, err);
}

/* Through a symlink: the file that it leads to is edited. */
static int
read_list(const struct guest_files *files, struct inject_tool *tool,
	const char *path, char **text_out, size_t *bytes_out, struct error *err)
{
	int there = guest_has_file(files, path, err);

	*text_out = NULL;
	*bytes_out = 0;
	if (there == -1)
		return -1;
	if (there == 0) {
		tool->path = strdup(path);
		return tool->path == NULL ? error_set(err, ENOMEM, "edit %s",
						    path)
					  : 0;
	}
	if (files->real_path(files->handle, path, &tool->path, err) == -1)
		return -1;
	return guest_read(files, tool->path, TEXT_LIMIT, false, text_out,
		bytes_out, err);
}

static int
tell_tool(struct inject_tool *tool, const struct generator_list *list,
	const struct image_run *run, struct error *err)
{
	AUTO(bytes_freep) struct bytes text = {NULL, 0, 0};
	AUTO(freep) char *old = NULL;
	size_t bytes;
	bool changed;

	if (read_list(run->files, tool, list->path, &old, &bytes, err) == -1 ||
		generator_extend(&text, list, old, bytes, &run->load_names,
			&changed, err) == -1)
		return -1;
	tool->status = INJECT_UP_TO_DATE;
	if (!changed)
		return 0;
	if (write_list(run->files, run->options, tool, old, bytes, &text,
			err) == -1)
		return -1;
	tool->status = INJECT_INJECTED;
	tool->is_new = old == NULL;
	return 0;
}

/* Is the tool there, and did it make an image of the guest? */
static bool
is_in_use(const struct generator *generator, const struct inject_report *report,
	const struct guest_files *files)
{
	if (generator->tool.path == NULL ||
		(generator->tool_folder != NULL &&
			guest_has_folder(files, generator->tool_folder, NULL) !=
				1))
		return false;
	for (size_t i = 0; i < report->count; i++)
		if (report->kernels[i].generator == generator->name)
			return true;
	return false;
}

static void
tell_tools(struct inject_report *report, const struct image_run *run)
{
	struct inject_tool *tool = &report->tool;

	for (const struct generator *one = generators; one->name != NULL;
		one++) {
		struct error err = {.code = 0};

		if (run->load_names.count == 0 ||
			!is_in_use(one, report, run->files))
			continue;
		tool->generator = one->name;
		if (tell_tool(tool, &one->tool, run, &err) == -1) {
			tool->status = err.code == ENOSPC ? INJECT_NO_SPACE
							  : INJECT_FAILED;
			snprintf(tool->text, sizeof tool->text, "%s", err.text);
		}
		return;
	}
}

int
inject_run(const struct guest_files *files,
	const struct inject_options *options, struct inject_report *report_out,
	struct error *err)
{
	struct image_run run = {.files = files, .options = options};
	struct kernel *kernels;
	size_t count;
	int result = 0;

	*report_out = (struct inject_report){.count = 0};
	if (kernel_list(&kernels, &count, files, options->first, err) == -1)
		return -1;
	for (size_t i = 0; i < count && result == 0; i++)
		result = inject_kernel(report_out, &kernels[i], &run, err);
	kernel_free_all(kernels, count);
	if (result == 0)
		tell_tools(report_out, &run);
	names_freep(&run.load_names);
	return result;
}
