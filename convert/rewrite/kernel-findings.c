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

void
kernel_findings_add(struct findings *findings, const struct inject_kernel *line)
{
	struct verdict verdict = judge_image(line);
	const char *where =
		line->initramfs == NULL ? line->image : line->initramfs;

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
