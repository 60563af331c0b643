/*
 * Which files of an image are rewritten: images that cpio packs, with what
 * dracut writes into them.
 */
#include "tests/harness.h"

#include <string.h>

#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/assess/reference.h"
#include "convert/rewrite/image-copies.h"
#include "drivers-inject/initramfs.h"
#include "drivers-inject/segment.h"
#include "tests/assess/disks.h"
#include "tests/drivers-inject/scratch.h"

/* What is laid over an image of the folder "root" that the script fills. */
static void
lay_over(struct segment *segment, struct initramfs **initramfs_out,
	uint8_t **image_out, const struct scratch *scratch, const char *script)
{
	AUTO(references_freep) struct references *references =
		references_new(&one_disk, NULL, disk_names, 1);
	AUTO(findings_freep) struct findings *findings = findings_new();
	struct error err = {0};
	size_t bytes;

	scratch_shell(scratch, "rm -rf root; mkdir root");
	scratch_shell(scratch, script);
	scratch_shell(scratch, "cd root; find . | cpio --quiet -oH newc >../image");
	*image_out = scratch_read(scratch, "image", &bytes);
	assert_ok(initramfs_parse(initramfs_out, *image_out, bytes, &err), &err);
	*segment = (struct segment){.base = *initramfs_out};
	assert_ok(image_copies_add(segment, *initramfs_out, "/boot/a",
		references, findings, &err), &err);
}

static void
expect(const struct scratch *scratch, const char *script, const char *path,
	const char *text)
{
	AUTO(freep) uint8_t *image = NULL;
	AUTO(initramfs_freep) struct initramfs *initramfs = NULL;
	AUTO(segment_freep) struct segment segment = {.base = NULL};
	const struct segment_file *file;

	lay_over(&segment, &initramfs, &image, scratch, script);
	file = segment_find(&segment, path);
	if (text == NULL)
		assert_int_equal(segment.count, 0);
	else if (file == NULL)
		fail_msg("%s is as it was", path);
	else if (file->bytes != strlen(text) ||
		memcmp(file->data, text, file->bytes) != 0)
		fail_msg("%s is <%.*s>", path, (int)file->bytes, file->data);
}

#define GONE "dev-disk-by\\x2did-scsi\\x2d36005"

static void
systemd_s_wait_is_cut(void **state)
{
	expect(*state, "cd root; folder='etc/systemd/system/" GONE ".device.d'\n"
		"mkdir -p \"$folder\"; echo JobTimeoutSec=0 >\"$folder/timeout.conf\"",
		"etc/systemd/system/" GONE ".device.d/timeout.conf",
		"JobTimeoutSec=10\n");
	expect(*state, "cd root; folder='etc/systemd/system/" GONE ".device.d'\n"
		"mkdir -p \"$folder\"; echo JobTimeoutSec=0 >\"$folder/other.conf\"\n"
		"echo JobTimeoutSec=0 >etc/systemd/system/x.device.d", "", NULL);
}

static void
dracut_s_wait_is_taken_out_wherever_its_hooks_are(void **state)
{
	static const char *const folders[] = {"lib/dracut/hooks/initqueue/"
		"finished", "var/lib/dracut/hooks/initqueue/finished",
		"initqueue-finished"};

	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		char script[256], path[128];

		snprintf(script, sizeof script, "mkdir -p root/%s\n"
			"echo '[ -e \"/dev/disk/by-id/scsi-36005\" ]' "
			">root/%s/devexists-a.sh", folders[i], folders[i]);
		snprintf(path, sizeof path, "%s/devexists-a.sh", folders[i]);
		expect(*state, script, path, ":\n");
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, \
	scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(systemd_s_wait_is_cut),
		TEST(dracut_s_wait_is_taken_out_wherever_its_hooks_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
