/*
 * From what was done to an initramfs, or cannot be, to findings.  injection.c
 * calls this for each line of the report.
 */
#include "convert/rewrite/kernel-findings.h"

#include "convert/assess/finding.h"
#include "drivers-inject/inject.h"

struct verdict {
	const char *rule, *done;
};

static struct verdict
judge_image(const struct inject_kernel *line)
{
	static const struct verdict verdicts[] = {
		[INJECT_FAILED] = {"linux.initramfs.failed", NULL},
		[INJECT_INJECTED] = {"linux.initramfs.no-virtio",
			"The drivers were appended to the initramfs."},
		[INJECT_UP_TO_DATE] = {NULL, NULL},
		[INJECT_UNSUPPORTED] = {"linux.initramfs.unsupported", NULL},
		[INJECT_NO_SPACE] = {"linux.initramfs.no-space", NULL},
	};
	static const struct verdict unified = {"linux.kernel.unified", NULL};
	static const struct verdict nothing = {NULL, NULL};

	if (line->status == INJECT_INJECTED && line->added.count == 0)
		return nothing; /* only configuration was corrected */
	if (line->status == INJECT_UNSUPPORTED && line->virtio_blk)
		return nothing;
	if (line->status == INJECT_UNSUPPORTED && line->unified)
		return unified;
	return verdicts[line->status];
}

static const char *
place_of(const struct inject_kernel *line)
{
	return line->initramfs == NULL ? line->image : line->initramfs;
}

void
kernel_findings_correct(struct findings *findings,
	const struct inject_kernel *line)
{
	if (line->status == INJECT_INJECTED ||
		line->status == INJECT_UP_TO_DATE)
		return;
	finding_take_back(findings, "linux.initramfs.no-virtio", place_of(line));
	finding_take_back(findings, "linux.initramfs.reduced", place_of(line));
	kernel_findings_add(findings, line);
}

void
kernel_findings_add(struct findings *findings, const struct inject_kernel *line)
{
	struct verdict verdict = judge_image(line);
	const char *where = place_of(line);

	if (verdict.rule != NULL)
		finding_add(findings, verdict.rule, where, 0, line->text,
			verdict.done);
	if (line->disks[0] == NULL)
		finding_add(findings, "linux.kernel.no-disk", line->image, 0,
			line->version, NULL);
	else if (!line->virtio_blk && line->status != INJECT_NO_SPACE &&
		line->status != INJECT_FAILED)
		finding_add(findings, "linux.kernel.no-virtio", line->image, 0,
			line->version, NULL);
	if (line->reduced)
		finding_add(findings, "linux.initramfs.reduced", where, 0,
			line->text, NULL);
}

void
kernel_findings_add_tool(struct findings *findings,
	const struct inject_tool *tool)
{
	/* An image whose guest has no such tool is all zeros. */
	if (tool->generator != NULL && (tool->status == INJECT_FAILED ||
					       tool->status == INJECT_NO_SPACE))
		finding_add(findings, "linux.initramfs.next",
			tool->path == NULL ? tool->generator : tool->path, 0,
			tool->text, NULL);
}
