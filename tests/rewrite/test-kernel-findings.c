/* What is said about an initramfs and its kernel. */
#include "tests/harness.h"

#include <stdarg.h>
#include <string.h>

#include "common/json.h"
#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/rewrite/kernel-findings.h"
#include "drivers-inject/inject.h"

static char initramfs[] = "/boot/initrd.img-1", image[] = "/boot/vmlinuz-1";
static char module[] = "virtio_blk", *added[] = {module};

/* A kernel that virtio boots after the injection. */
static struct inject_kernel
injected(void)
{
	return (struct inject_kernel){
		.version = "1",
		.image = image,
		.initramfs = initramfs,
		.added = {added, 1, 1},
		.virtio_blk = true,
		.disks = {"virtio"},
		.status = INJECT_INJECTED,
		.text = "11 modules",
	};
}

/* Exactly these rules, at these places: "RULE WHERE RULE WHERE". */
static void
assert_told(const struct findings *findings, const char *expected)
{
	AUTO(json_decrefpp) json_t *json = NULL;
	char text[400] = "";
	size_t i;
	const json_t *finding;

	json = findings_to_json(findings, "m", false);
	assert_non_null(json);
	json_array_foreach(json_object_get(json, "findings"), i, finding)
	{
		const json_t *evidence = json_array_get(
			json_object_get(finding, "evidence"), 0);

		snprintf(text + strlen(text), sizeof text - strlen(text),
			"%s%s %s", i == 0 ? "" : " ",
			json_text(finding, "rule", "?"),
			json_text(evidence, "where", "?"));
	}
	assert_string_equal(text, expected);
}

static void
assert_findings(const struct inject_kernel *line, const char *expected)
{
	AUTO(findings_freep) struct findings *findings = findings_new();

	assert_non_null(findings);
	kernel_findings_add(findings, line);
	assert_told(findings, expected);
}

static void
what_was_extended_is_said(void **state)
{
	struct inject_kernel line = injected();

	(void)state;
	assert_findings(&line, "linux.initramfs.no-virtio /boot/initrd.img-1");
	line.added.count = 0; /* only configuration */
	assert_findings(&line, "");
	line.status = INJECT_UP_TO_DATE;
	assert_findings(&line, "");
}

static void
what_was_left_out_for_want_of_space_is_said(void **state)
{
	struct inject_kernel line = injected();

	(void)state;
	line.reduced = true;
	assert_findings(&line,
		"linux.initramfs.no-virtio /boot/initrd.img-1 "
		"linux.initramfs.reduced /boot/initrd.img-1");
	line = injected();
	line.status = INJECT_NO_SPACE;
	line.virtio_blk = false;
	line.disks[0] = "ide";
	assert_findings(&line, "linux.initramfs.no-space /boot/initrd.img-1");
}

static void
what_could_not_be_extended_is_said(void **state)
{
	struct inject_kernel line = injected();

	(void)state;
	line.status = INJECT_FAILED;
	line.virtio_blk = false;
	line.disks[0] = "ide";
	strcpy(line.text, "the archive is damaged");
	assert_findings(&line, "linux.initramfs.failed /boot/initrd.img-1");
	line.initramfs = NULL;
	assert_findings(&line, "linux.initramfs.failed /boot/vmlinuz-1");
}

static void
a_unified_image_that_lacks_drivers_is_said(void **state)
{
	struct inject_kernel line = injected();

	(void)state;
	line.unified = true;
	line.initramfs = NULL;
	line.status = INJECT_UNSUPPORTED;
	assert_findings(&line, "");
	line.virtio_blk = false;
	line.disks[0] = "sata";
	assert_findings(&line,
		"linux.kernel.unified /boot/vmlinuz-1 "
		"linux.kernel.no-virtio /boot/vmlinuz-1");
}

static void
a_kernel_that_drives_nothing_is_said(void **state)
{
	struct inject_kernel line = injected();

	(void)state;
	line.status = INJECT_UNSUPPORTED;
	line.virtio_blk = false;
	line.disks[0] = NULL;
	assert_findings(&line,
		"linux.initramfs.unsupported /boot/initrd.img-1 "
		"linux.kernel.no-disk /boot/vmlinuz-1");
}

/* Two images; the second could be extended only by the plan. */
static void
what_failed_in_spite_of_the_plan_is_said(void **state)
{
	AUTO(findings_freep) struct findings *findings = findings_new();
	struct inject_kernel first = injected(), second = injected();
	static char other[] = "/boot/initrd.img-2";

	(void)state;
	assert_non_null(findings);
	second.initramfs = other;
	second.reduced = true;
	kernel_findings_add(findings, &first);
	kernel_findings_add(findings, &second);
	second.status = INJECT_FAILED;
	second.reduced = false;
	strcpy(second.text, "Operation not permitted");
	kernel_findings_correct(findings, &first);
	assert_told(findings, "linux.initramfs.no-virtio /boot/initrd.img-1 "
		"linux.initramfs.reduced /boot/initrd.img-2");
	kernel_findings_correct(findings, &second);
	assert_told(findings, "linux.initramfs.no-virtio /boot/initrd.img-1 "
		"linux.initramfs.failed /boot/initrd.img-2");
	first.status = INJECT_FAILED;
	kernel_findings_correct(findings, &first);
	assert_told(findings, "linux.initramfs.failed /boot/initrd.img-2");
}

static void
a_tool_that_could_not_be_told_is_said(void **state)
{
	static char path[] = "/etc/initramfs-tools/modules";
	AUTO(findings_freep) struct findings *findings = findings_new();
	struct inject_tool tool = {.path = NULL};

	(void)state;
	assert_non_null(findings);
	kernel_findings_add_tool(findings, &tool);
	assert_told(findings, "");
	tool = (struct inject_tool){.path = path,
		.generator = "initramfs-tools", .status = INJECT_INJECTED};
	kernel_findings_add_tool(findings, &tool);
	assert_told(findings, "");
	tool.status = INJECT_FAILED;
	strcpy(tool.text, "no small text");
	kernel_findings_add_tool(findings, &tool);
	assert_told(findings,
		"linux.initramfs.next /etc/initramfs-tools/modules");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_extended_is_said),
		cmocka_unit_test(what_was_left_out_for_want_of_space_is_said),
		cmocka_unit_test(what_could_not_be_extended_is_said),
		cmocka_unit_test(a_unified_image_that_lacks_drivers_is_said),
		cmocka_unit_test(a_kernel_that_drives_nothing_is_said),
		cmocka_unit_test(what_failed_in_spite_of_the_plan_is_said),
		cmocka_unit_test(a_tool_that_could_not_be_told_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
