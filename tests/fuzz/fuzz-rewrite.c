/*
 * Any bytes as each of the texts that name disks.  What was rewritten once is
 * right: the same again changes nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/assess/reference.h"
#include "convert/rewrite/console.h"
#include "convert/rewrite/loader.h"
#include "convert/rewrite/rewriters.h"
#include "tests/assess/disks.h"
#include "tests/fuzz/fuzz.h"

static rewrite_function *const rewriters[] = {fstab_rewrite, crypttab_rewrite,
	grub_defaults_rewrite, resume_rewrite, mdadm_rewrite,
	boot_degraded_rewrite, lvm_rewrite, multipath_rewrite,
	oracleasm_rewrite, device_words_rewrite,
	device_lines_rewrite, dracut_arguments_rewrite, dracut_wait_rewrite,
	dracut_timeout_rewrite, nash_rewrite, loader_rewrite_grub2,
	loader_rewrite_grub,
	loader_rewrite_entry, loader_rewrite_syslinux, loader_rewrite_lilo,
	loader_rewrite_arguments, console_rewrite_loader,
	console_rewrite_getty, console_rewrite_securetty,
	xorg_rewrite_modesetting, xorg_rewrite_vesa};

static void
rewrite_twice(rewrite_function *rewrite, const char *text,
	const struct rewrite *how)
{
	AUTO(freep) char *once = NULL;
	AUTO(freep) char *twice = NULL;
	struct error err;

	if (rewrite(&once, text, how, &err) == -1)
		abort();
	if (once == NULL)
		return;
	if (rewrite(&twice, once, how, &err) == -1 || twice != NULL)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	AUTO(references_freep) struct references *references =
		references_new(&one_disk, NULL, disk_names, 1);
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(freep) char *text = strndup((const char *)data, bytes);
	const struct rewrite how = {"/a/dev-sdq1.device.d/timeout.conf",
		references, findings};

	if (references == NULL || findings == NULL || text == NULL)
		abort();
	device_words_notice(references, text);
	for (size_t i = 0; i < sizeof rewriters / sizeof *rewriters; i++)
		rewrite_twice(rewriters[i], text, &how);
	return 0;
}
