/*
 * The whole library on a guest made from this host's own kernel and initramfs,
 * stripped of every driver that a virtual machine needs.  What was appended is
 * unpacked again with cpio and judged by modprobe.
 */
#include "tests/harness.h"

#include <stdio.h>
#include <string.h>

#include "common/own.h"
#include "drivers-inject/image-store.h"
#include "drivers-inject/initramfs.h"
#include "drivers-inject/segment.h"
#include "drivers-inject/tree.h"
#include "tests/drivers-inject/guest-fixture.h"

static void
drivers_arrive_and_load(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};
	const struct inject_kernel *kernel;

	guest_make_image(guest, "pack unpacked | zstd -q1 >$image");
	guest_inject(guest, &report);
	kernel = &report.kernels[0];
	assert_int_equal(kernel->notes.count, 0);
	assert_string_equal(kernel->generator, "initramfs-tools");
	assert_true(names_has(&kernel->added, "virtio_blk"));
	assert_true(names_has(&kernel->added, "virtio_ring"));
	assert_true(names_has(&kernel->added, "libata"));
	assert_false(names_has(&kernel->added, "virtio_net"));
	assert_int_equal(kernel->missing.count, 0);
	assert_true(kernel->virtio_blk);
	assert_true(kernel->virtio_scsi);
	assert_true(kernel->virtio_net);
	assert_string_equal(kernel->disks[0], "virtio");
	assert_string_equal(kernel->cards[0], "virtio");
	assert_string_equal(kernel->cards[1], "e1000");
	guest_holds(guest, "head -c $(stat -c %s original) $image | cmp - original\n"
		     "unpack_appended cat");
	guest_holds(guest, "assert_works");
	guest_holds(guest, "grep -qx virtio_blk guest/etc/initramfs-tools/modules\n"
		     "grep -q '^# List' guest/etc/initramfs-tools/modules");
}

static void
a_second_run_changes_nothing(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report first = {.count = 0};
	AUTO(inject_report_freep) struct inject_report second = {.count = 0};

	guest_make_image(guest, "pack unpacked | gzip -1n >$image");
	guest_inject(guest, &first);
	guest_holds(guest, "find guest -type f | sort | xargs md5sum >before");
	guest_run(guest, &(struct inject_options){.dry_run = false}, &second);
	guest_assert_status(&second, 0, INJECT_UP_TO_DATE);
	assert_int_equal(second.tool.status, INJECT_UP_TO_DATE);
	assert_true(second.kernels[0].virtio_blk);
	guest_holds(guest, "find guest -type f | sort | xargs md5sum | cmp - before");
}

static void
a_dry_run_writes_nothing(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	guest_make_image(guest, "pack unpacked | zstd -q1 >$image");
	guest_holds(guest, "find guest -ls | sort >before");
	guest_run(guest, &(struct inject_options){.dry_run = true}, &report);
	guest_assert_status(&report, 0, INJECT_INJECTED);
	assert_false(report.tool.is_new);
	assert_true(report.kernels[0].appended_bytes > 0);
	guest_holds(guest, "find guest -ls | sort | cmp - before");
}

static struct {
	int (*read)(void *handle, const char *path, size_t limit_bytes,
		char **data_out, size_t *bytes_out, struct error *err);
	unsigned images;
} counted;

static int
count_reads(void *handle, const char *path, size_t limit_bytes,
	char **data_out, size_t *bytes_out, struct error *err)
{
	counted.images += strstr(path, "/initrd.img-") != NULL &&
		strstr(path, "unrack") == NULL;
	return counted.read(handle, path, limit_bytes, data_out, bytes_out, err);
}

/* What a dry run has read is not read again, and gives the same image. */
static void
images_are_kept_between_the_runs(void **state)
{
	struct guest *guest = *state;
	struct image_store *store = image_store_new();
	AUTO(inject_report_freep) struct inject_report dry = {.count = 0};
	AUTO(inject_report_freep) struct inject_report wet = {.count = 0};

	counted.read = guest->files.read;
	counted.images = 0;
	guest->files.read = count_reads;
	guest_make_image(guest, "pack unpacked | gzip -1n >$image");
	guest_run(guest, &(struct inject_options){.dry_run = true,
			     .store = store}, &dry);
	guest_run(guest, &(struct inject_options){.store = store}, &wet);
	guest_assert_status(&wet, 0, INJECT_INJECTED);
	assert_int_equal(counted.images, 1);
	assert_int_equal(wet.kernels[0].initramfs_bytes,
		dry.kernels[0].initramfs_bytes);
	assert_int_equal(wet.kernels[0].appended_bytes,
		dry.kernels[0].appended_bytes);
	guest_holds(guest, "unpack_appended cat");
	guest_holds(guest, "assert_works");
	image_store_free(store);
}

/* By whomever: what is written is compared with what was read. */
static void
an_image_that_changed_between_the_runs_stays(void **state)
{
	struct guest *guest = *state;
	struct image_store *store = image_store_new();
	AUTO(inject_report_freep) struct inject_report dry = {.count = 0};
	AUTO(inject_report_freep) struct inject_report wet = {.count = 0};

	guest_make_image(guest, "pack unpacked | gzip -1n >$image");
	guest_run(guest, &(struct inject_options){.dry_run = true,
			     .store = store}, &dry);
	guest_holds(guest, "printf x | dd of=$image bs=1 seek=100 conv=notrunc\n"
		     "md5sum $image >before");
	guest_run(guest, &(struct inject_options){.store = store}, &wet);
	guest_assert_status(&wet, 0, INJECT_FAILED);
	guest_holds(guest, "md5sum $image | cmp - before");
	image_store_free(store);
}

/* Nothing but LZ4 may follow LZ4, and nothing in between. */
static void
lz4_images_get_an_lz4_segment(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};
	AUTO(inject_report_freep) struct inject_report again = {.count = 0};

	guest_make_image(guest, "pack unpacked | lz4 -qlc >$image\n"
			  "while test $(($(stat -c %s $image) % 4)) = 0\n"
			  "do echo >>unpacked/conf/modules\n"
			  "pack unpacked | lz4 -qlc >$image; done");
	guest_inject(guest, &report);
	guest_holds(guest, "unpack_appended 'lz4 -qdc'");
	guest_holds(guest, "assert_works");
	guest_run(guest, &(struct inject_options){.dry_run = false}, &again);
	guest_assert_status(&again, 0, INJECT_UP_TO_DATE);
}

/* Microcode in front, and a length that needs padding. */
static void
a_raw_segment_is_aligned_behind_any_other(void **state)
{
	struct guest *guest = *state;

	for (int i = 1; i < 4; i++) {
		AUTO(inject_report_freep) struct inject_report report = {
			.count = 0};
		char script[700];

		snprintf(script, sizeof script,
			"mkdir -p e/kernel/x86/microcode; : >e/kernel/x86/microcode/x\n"
			"pack e >$image; pack unpacked | xz -0 --check=crc32 >>$image\n"
			"truncate -s %%4 $image; head -c %d /dev/zero >>$image",
			i);
		guest_make_image(guest, script);
		guest_inject(guest, &report);
		guest_holds(guest, "unpack_appended cat");
		guest_holds(guest, "assert_works");
	}
}

/* Debian 13: the modules in a raw first segment, the rest compressed. */
static void
modules_of_all_segments_are_indexed(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	guest_make_image(guest,
		"mkdir -p m/usr/lib; cp -a unpacked m2\n"
		"mv m2/usr/lib/modules m/usr/lib/\n"
		"pack m >$image; pack m2 | zstd -q1 >>$image");
	guest_inject(guest, &report);
	guest_holds(guest, "unpack_appended cat");
	guest_holds(guest, "assert_works");
}

static void
compressed_modules_stay_compressed(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	guest_make_image(guest,
		"for d in guest unpacked; do\n"
		"find $d/usr/lib/modules -name '*.ko' | xargs xz -0\n"
		"depmod -b $d $v; done\n"
		"pack unpacked | zstd -q1 >$image");
	guest_inject(guest, &report);
	assert_int_equal(report.kernels[0].notes.count, 0);
	guest_holds(guest, "unpack_appended cat");
	guest_holds(guest, "assert_works");
	guest_holds(guest, "test -s result/usr/lib/modules/$v/kernel/drivers/block/"
		     "virtio_blk.ko.xz");
}

static void
one_bad_image_does_not_stop_the_others(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	guest_make_image(guest,
		"pack unpacked | zstd -q1 >$image\n"
		"cp guest/boot/vmlinuz-$v guest/boot/vmlinuz-a-bad\n"
		"head -c 100000 $image >guest/boot/initrd.img-a-bad\n"
		"cp guest/boot/vmlinuz-$v guest/boot/vmlinuz-z-none\n"
		"cp guest/boot/initrd.img-a-bad before");
	guest_run(guest, &(struct inject_options){.dry_run = false}, &report);
	assert_int_equal(report.count, 3);
	for (size_t i = 0; i < 3; i++) {
		bool bad = strstr(report.kernels[i].image, "bad") != NULL;
		bool none = strstr(report.kernels[i].image, "none") != NULL;

		guest_assert_status(&report, i, bad ? INJECT_FAILED
			: none ? INJECT_UNSUPPORTED : INJECT_INJECTED);
		if (bad) {
			assert_non_null(strstr(report.kernels[i].text, "a-bad"));
			assert_true(report.kernels[i].hint[0] != '\0');
			assert_false(report.kernels[i].virtio_blk);
		}
	}
	guest_holds(guest, "cmp before guest/boot/initrd.img-a-bad");
}

static void
images_of_unknown_tools_are_left(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	guest_make_image(guest, "rm -r unpacked/conf unpacked/scripts\n"
			  "mkdir -p unpacked/etc\n"
			  ": >unpacked/etc/booster.init.yaml\n"
			  "pack unpacked | zstd -q1 >$image");
	guest_run(guest, &(struct inject_options){.dry_run = false}, &report);
	guest_assert_status(&report, 0, INJECT_UNSUPPORTED);
	assert_string_equal(report.kernels[0].generator, "booster");
	assert_null(report.tool.path);
	guest_holds(guest, "cmp $image original");
}

static void
an_image_of_another_kernel_is_left(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	guest_make_image(guest, "mv unpacked/usr/lib/modules/$v "
			  "unpacked/usr/lib/modules/1.2.3\n"
			  "pack unpacked | zstd -q1 >$image");
	guest_run(guest, &(struct inject_options){.dry_run = false}, &report);
	guest_assert_status(&report, 0, INJECT_FAILED);
	guest_holds(guest, "cmp $image original");
}

static void
an_image_that_lacks_nothing_is_left(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	guest_make_image(guest, "cp /boot/initrd.img-$v $image");
	guest_run(guest, &(struct inject_options){.dry_run = false}, &report);
	guest_assert_status(&report, 0, INJECT_UP_TO_DATE);
	assert_int_equal(report.kernels[0].added.count, 0);
	assert_null(report.tool.path);
	guest_holds(guest, "cmp $image original");
}

/* A guest whose root is encrypted: its /boot is all that there is. */
static void
locked_guest(struct guest *guest, const char *script,
	struct inject_report *report)
{
	const struct inject_options options = {.locked = true};

	guest_make_image(guest, script);
	guest_holds(guest, "rm -r guest/usr/lib/modules guest/etc");
	guest_run(guest, &options, report);
	guest_assert_status(report, 0, INJECT_UP_TO_DATE);
	guest_holds(guest, "cmp $image original");
}

static void
an_image_tells_what_it_drives(void **state)
{
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	locked_guest(*state, "cp /boot/initrd.img-$v $image", &report);
	assert_true(report.kernels[0].virtio_blk);
	assert_string_equal(report.kernels[0].disks[0], "virtio");
	assert_string_equal(report.kernels[0].cards[0], "virtio");
}

static void
a_locked_image_without_drivers_gets_none(void **state)
{
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	locked_guest(*state, "pack unpacked | zstd -q1 >$image", &report);
	assert_false(report.kernels[0].virtio_blk);
	assert_null(report.kernels[0].disks[0]);
	assert_null(report.kernels[0].cards[0]);
	assert_true(names_has(&report.kernels[0].missing, "virtio_blk"));
}

/* RHEL's vmlinuz-0-rescue-ID stays when the kernel that it copies is removed. */
static void
a_rescue_image_outlives_its_kernel(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	guest_make_image(guest,
		"cp /boot/initrd.img-$v guest/boot/initrd.img-0-rescue-12\n"
		"mv guest/boot/vmlinuz-$v guest/boot/vmlinuz-0-rescue-12\n"
		"rm -r guest/usr/lib/modules/$v; pack unpacked >$image");
	guest_run(guest, &(struct inject_options){.dry_run = false}, &report);
	assert_int_equal(report.count, 1);
	guest_assert_status(&report, 0, INJECT_UP_TO_DATE);
	assert_true(report.kernels[0].virtio_blk);
	assert_string_equal(report.kernels[0].disks[0], "virtio");
	guest_holds(guest, "cmp /boot/initrd.img-$v "
		"guest/boot/initrd.img-0-rescue-12");
}

/* Not even in the image: what to do is said. */
static void
a_kernel_without_any_modules_fails(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	guest_make_image(guest, "rm -r guest/usr/lib/modules/$v "
		"unpacked/usr/lib/modules guest/boot/config-$v\n"
		"pack unpacked >$image");
	guest_run(guest, &(struct inject_options){.dry_run = false}, &report);
	guest_assert_status(&report, 0, INJECT_FAILED);
	assert_non_null(strstr(report.kernels[0].hint, "depmod"));
	guest_holds(guest, "cmp $image original");
}

/* What the caller of the library adds, and what it is told. */
struct caller {
	const char *text;
	unsigned changes;
	uint64_t bytes_before, bytes_after;
};

static int
add_resume(void *context, const struct inject_kernel *kernel,
	const struct initramfs *image, struct segment *segment,
	struct error *err)
{
	const struct caller *caller = context;

	assert_string_equal(kernel->generator, "initramfs-tools");
	assert_non_null(tree_find(image->tree, "conf/modules"));
	return segment_add(segment, "lib/systemd/network/10-x.link", 0644,
		caller->text, strlen(caller->text), err);
}

static int
count_change(void *context, const struct inject_change *change,
	struct error *err)
{
	struct caller *caller = context;

	(void)err;
	caller->changes++;
	assert_non_null(change->reason);
	if (change->kind == INJECT_APPENDED) {
		caller->bytes_before = change->before.bytes;
		caller->bytes_after = change->after.bytes;
		assert_memory_not_equal(change->before.hash, change->after.hash,
			HASH_BYTES);
	} else {
		assert_string_equal(change->path,
			"/etc/initramfs-tools/modules");
		assert_non_null(strstr(change->after.data, "virtio_blk"));
		assert_null(strstr(change->before.data, "virtio_blk"));
	}
	return 0;
}

static void
extra_files_replace_those_of_an_earlier_run(void **state)
{
	struct guest *guest = *state;
	struct caller caller = {.text = "first"};
	struct inject_options options = {.context = &caller,
		.extra = add_resume, .changed = count_change};
	AUTO(inject_report_freep) struct inject_report first = {.count = 0};
	AUTO(inject_report_freep) struct inject_report second = {.count = 0};

	guest_make_image(guest, "pack unpacked | zstd -q1 >$image");
	guest_run(guest, &options, &first);
	guest_assert_status(&first, 0, INJECT_INJECTED);
	assert_int_equal(caller.changes, 2);
	assert_int_equal(caller.bytes_after - caller.bytes_before,
		first.kernels[0].appended_bytes);
	caller.text = "other";
	guest_run(guest, &options, &second);
	guest_assert_status(&second, 0, INJECT_INJECTED);
	assert_int_equal(caller.changes, 3);
	assert_int_equal(caller.bytes_after, caller.bytes_before);
	guest_holds(guest, "unpack_appended cat\n"
		     "test $(cat result/usr/lib/systemd/network/10-x.link) = "
		     "other");
	guest_holds(guest, "assert_works");
}

static int
hide_gone(void *context, const struct inject_kernel *kernel,
	const struct initramfs *image, struct segment *segment,
	struct error *err)
{
	(void)context;
	(void)kernel;
	assert_non_null(tree_find(image->tree, "conf/gone"));
	return segment_hide(segment, "conf/gone", err);
}

static void
a_file_of_the_image_can_be_hidden(void **state)
{
	struct guest *guest = *state;
	struct inject_options options = {.extra = hide_gone};
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	guest_make_image(guest, "echo x >unpacked/conf/gone\n"
		"pack unpacked | zstd -q1 >$image; rm unpacked/conf/gone");
	guest_run(guest, &options, &report);
	guest_assert_status(&report, 0, INJECT_INJECTED);
	guest_holds(guest, "unpack_appended cat\n"
		"test -h result/conf/gone; test ! -e result/conf/gone");
	guest_holds(guest, "assert_works");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(drivers_arrive_and_load),
		TEST(a_second_run_changes_nothing),
		TEST(a_dry_run_writes_nothing),
		TEST(images_are_kept_between_the_runs),
		TEST(an_image_that_changed_between_the_runs_stays),
		TEST(lz4_images_get_an_lz4_segment),
		TEST(a_raw_segment_is_aligned_behind_any_other),
		TEST(modules_of_all_segments_are_indexed),
		TEST(compressed_modules_stay_compressed),
		TEST(one_bad_image_does_not_stop_the_others),
		TEST(images_of_unknown_tools_are_left),
		TEST(an_image_of_another_kernel_is_left),
		TEST(an_image_that_lacks_nothing_is_left),
		TEST(an_image_tells_what_it_drives),
		TEST(a_locked_image_without_drivers_gets_none),
		TEST(a_rescue_image_outlives_its_kernel),
		TEST(a_kernel_without_any_modules_fails),
		TEST(extra_files_replace_those_of_an_earlier_run),
		TEST(a_file_of_the_image_can_be_hidden),
	};

	return cmocka_run_group_tests(tests, guest_make_template,
		guest_remove_template);
}
