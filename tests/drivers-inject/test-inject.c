/*
 * The whole library on a guest made from this host's own kernel and initramfs,
 * stripped of every driver that a virtual machine needs.  What was appended is
 * unpacked again with cpio and judged by modprobe.
 */
#include "tests/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "common/own.h"
#include "drivers-inject/guest.h"
#include "drivers-inject/inject.h"
#include "drivers-inject/initramfs.h"
#include "drivers-inject/segment.h"
#include "drivers-inject/tree.h"
#include "tests/drivers-inject/scratch.h"

#define SHELL ". \"$SOURCE\"/tests/drivers-inject/functions\n"

struct guest {
	struct scratch *scratch;
	struct guest_files files;
};

/* Made once, copied for each test. */
static struct scratch *template;
static bool template_usable;

static int
make_template(void **state)
{
	(void)state;
	if (scratch_setup((void **)&template) == -1)
		return -1;
	template_usable = scratch_shell_holds(template,
		"\"$SOURCE\"/tests/drivers-inject/make-guest . >log 2>&1 || {\n"
		"test $? = 77 || cat log; exit 1; }");
	return 0;
}

static int
remove_template(void **state)
{
	(void)state;
	return scratch_teardown((void **)&template);
}

static int
setup(void **state)
{
	struct guest *guest = calloc(1, sizeof *guest);
	char script[1000], root[300];
	struct error err;

	if (scratch_setup((void **)&guest->scratch) == -1)
		return -1;
	*state = guest;
	if (!template_usable)
		return 0;
	snprintf(script, sizeof script, "cp -a %s/guest %s/unpacked %s/version .",
		template->path, template->path, template->path);
	scratch_shell(guest->scratch, script);
	snprintf(root, sizeof root, "%s/guest", guest->scratch->path);
	assert_ok(guest_folder_open(&guest->files, root, &err), &err);
	return 0;
}

static int
teardown(void **state)
{
	struct guest *guest = *state;
	int result = scratch_teardown((void **)&guest->scratch);

	guest_folder_close(&guest->files);
	free(guest);
	return result;
}

/* `script` makes $image from unpacked/. */
static void
make_image(const struct guest *guest, const char *script)
{
	char whole[2048];

	if (!template_usable)
		skip();
	snprintf(whole, sizeof whole, SHELL "%s\ncp $image original", script);
	scratch_shell(guest->scratch, whole);
}

static void
holds(const struct guest *guest, const char *script)
{
	char whole[2048];

	snprintf(whole, sizeof whole, SHELL "%s", script);
	scratch_shell(guest->scratch, whole);
}

static void
run(struct guest *guest, const struct inject_options *options,
	struct inject_report *report)
{
	struct error err;

	assert_ok(inject_run(&guest->files, options, report, &err), &err);
}

static void
assert_status(const struct inject_report *report, size_t i,
	enum inject_status status)
{
	assert_true(i < report->count);
	if (report->kernels[i].status != status)
		fail_msg("%s: %s", inject_status_name(report->kernels[i].status),
			report->kernels[i].text);
}

static void
inject(struct guest *guest, struct inject_report *report)
{
	run(guest, &(struct inject_options){.dry_run = false}, report);
	assert_int_equal(report->count, 1);
	assert_status(report, 0, INJECT_INJECTED);
}

static void
drivers_arrive_and_load(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};
	const struct inject_kernel *kernel;

	make_image(guest, "pack unpacked | zstd -q1 >$image");
	inject(guest, &report);
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
	assert_true(kernel->e1000);
	holds(guest, "head -c $(stat -c %s original) $image | cmp - original\n"
		     "unpack_appended cat");
	holds(guest, "assert_works");
	holds(guest, "grep -qx virtio_blk guest/etc/initramfs-tools/modules\n"
		     "grep -q '^# List' guest/etc/initramfs-tools/modules");
}

static void
a_second_run_changes_nothing(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report first = {.count = 0};
	AUTO(inject_report_freep) struct inject_report second = {.count = 0};

	make_image(guest, "pack unpacked | gzip -1n >$image");
	inject(guest, &first);
	holds(guest, "find guest -type f | sort | xargs md5sum >before");
	run(guest, &(struct inject_options){.dry_run = false}, &second);
	assert_status(&second, 0, INJECT_UP_TO_DATE);
	assert_int_equal(second.tool.status, INJECT_UP_TO_DATE);
	assert_true(second.kernels[0].virtio_blk);
	holds(guest, "find guest -type f | sort | xargs md5sum | cmp - before");
}

static void
a_dry_run_writes_nothing(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	make_image(guest, "pack unpacked | zstd -q1 >$image");
	holds(guest, "find guest -ls | sort >before");
	run(guest, &(struct inject_options){.dry_run = true}, &report);
	assert_status(&report, 0, INJECT_INJECTED);
	assert_true(report.kernels[0].appended_bytes > 0);
	holds(guest, "find guest -ls | sort | cmp - before");
}

/* Nothing but LZ4 may follow LZ4, and nothing in between. */
static void
lz4_images_get_an_lz4_segment(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};
	AUTO(inject_report_freep) struct inject_report again = {.count = 0};

	make_image(guest, "pack unpacked | lz4 -qlc >$image\n"
			  "while test $(($(stat -c %s $image) % 4)) = 0\n"
			  "do echo >>unpacked/conf/modules\n"
			  "pack unpacked | lz4 -qlc >$image; done");
	inject(guest, &report);
	holds(guest, "unpack_appended 'lz4 -qdc'");
	holds(guest, "assert_works");
	run(guest, &(struct inject_options){.dry_run = false}, &again);
	assert_status(&again, 0, INJECT_UP_TO_DATE);
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
		make_image(guest, script);
		inject(guest, &report);
		holds(guest, "unpack_appended cat");
		holds(guest, "assert_works");
	}
}

/* Debian 13: the modules in a raw first segment, the rest compressed. */
static void
modules_of_all_segments_are_indexed(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	make_image(guest,
		"mkdir -p m/usr/lib; cp -a unpacked m2\n"
		"mv m2/usr/lib/modules m/usr/lib/\n"
		"pack m >$image; pack m2 | zstd -q1 >>$image");
	inject(guest, &report);
	holds(guest, "unpack_appended cat");
	holds(guest, "assert_works");
}

static void
compressed_modules_stay_compressed(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	make_image(guest,
		"for d in guest unpacked; do\n"
		"find $d/usr/lib/modules -name '*.ko' | xargs xz -0\n"
		"depmod -b $d $v; done\n"
		"pack unpacked | zstd -q1 >$image");
	inject(guest, &report);
	assert_int_equal(report.kernels[0].notes.count, 0);
	holds(guest, "unpack_appended cat");
	holds(guest, "assert_works");
	holds(guest, "test -s result/usr/lib/modules/$v/kernel/drivers/block/"
		     "virtio_blk.ko.xz");
}

static void
one_bad_image_does_not_stop_the_others(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	make_image(guest,
		"pack unpacked | zstd -q1 >$image\n"
		"cp guest/boot/vmlinuz-$v guest/boot/vmlinuz-a-bad\n"
		"head -c 100000 $image >guest/boot/initrd.img-a-bad\n"
		"cp guest/boot/vmlinuz-$v guest/boot/vmlinuz-z-none\n"
		"cp guest/boot/initrd.img-a-bad before");
	run(guest, &(struct inject_options){.dry_run = false}, &report);
	assert_int_equal(report.count, 3);
	for (size_t i = 0; i < 3; i++) {
		bool bad = strstr(report.kernels[i].image, "bad") != NULL;
		bool none = strstr(report.kernels[i].image, "none") != NULL;

		assert_status(&report, i, bad ? INJECT_FAILED
			: none ? INJECT_UNSUPPORTED : INJECT_INJECTED);
		if (bad) {
			assert_non_null(strstr(report.kernels[i].text, "a-bad"));
			assert_true(report.kernels[i].hint[0] != '\0');
			assert_false(report.kernels[i].virtio_blk);
		}
	}
	holds(guest, "cmp before guest/boot/initrd.img-a-bad");
}

static int
no_room(void *handle, const char *path, uint64_t *bytes_out, struct error *err)
{
	(void)handle;
	(void)path;
	(void)err;
	*bytes_out = 5 << 20;
	return 0;
}

static void
a_full_boot_stays_as_it_is(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	make_image(guest, "pack unpacked >$image");
	guest->files.free_bytes = no_room;
	run(guest, &(struct inject_options){.dry_run = false}, &report);
	assert_status(&report, 0, INJECT_NO_SPACE);
	assert_false(report.kernels[0].virtio_blk);
	holds(guest, "cmp $image original; test $(ls guest/boot | wc -l) = 3");
}

static void
images_of_other_tools_are_left(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	make_image(guest, "rm -r unpacked/conf unpacked/scripts\n"
			  "mkdir unpacked/usr/lib/dracut\n"
			  "pack unpacked | zstd -q1 >$image");
	run(guest, &(struct inject_options){.dry_run = false}, &report);
	assert_status(&report, 0, INJECT_UNSUPPORTED);
	assert_string_equal(report.kernels[0].generator, "dracut");
	assert_null(report.tool.path);
	holds(guest, "cmp $image original");
}

static void
an_image_of_another_kernel_is_left(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	make_image(guest, "mv unpacked/usr/lib/modules/$v "
			  "unpacked/usr/lib/modules/1.2.3\n"
			  "pack unpacked | zstd -q1 >$image");
	run(guest, &(struct inject_options){.dry_run = false}, &report);
	assert_status(&report, 0, INJECT_FAILED);
	holds(guest, "cmp $image original");
}

static void
an_image_that_lacks_nothing_is_left(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	make_image(guest, "cp /boot/initrd.img-$v $image");
	run(guest, &(struct inject_options){.dry_run = false}, &report);
	assert_status(&report, 0, INJECT_UP_TO_DATE);
	assert_int_equal(report.kernels[0].added.count, 0);
	assert_null(report.tool.path);
	holds(guest, "cmp $image original");
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

	make_image(guest, "pack unpacked | zstd -q1 >$image");
	run(guest, &options, &first);
	assert_status(&first, 0, INJECT_INJECTED);
	assert_int_equal(caller.changes, 2);
	assert_int_equal(caller.bytes_after - caller.bytes_before,
		first.kernels[0].appended_bytes);
	caller.text = "other";
	run(guest, &options, &second);
	assert_status(&second, 0, INJECT_INJECTED);
	assert_int_equal(caller.changes, 3);
	assert_int_equal(caller.bytes_after, caller.bytes_before);
	holds(guest, "unpack_appended cat\n"
		     "test $(cat result/usr/lib/systemd/network/10-x.link) = "
		     "other");
	holds(guest, "assert_works");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(drivers_arrive_and_load),
		TEST(a_second_run_changes_nothing),
		TEST(a_dry_run_writes_nothing),
		TEST(lz4_images_get_an_lz4_segment),
		TEST(a_raw_segment_is_aligned_behind_any_other),
		TEST(modules_of_all_segments_are_indexed),
		TEST(compressed_modules_stay_compressed),
		TEST(one_bad_image_does_not_stop_the_others),
		TEST(a_full_boot_stays_as_it_is),
		TEST(images_of_other_tools_are_left),
		TEST(an_image_of_another_kernel_is_left),
		TEST(an_image_that_lacks_nothing_is_left),
		TEST(extra_files_replace_those_of_an_earlier_run),
	};

	return cmocka_run_group_tests(tests, make_template, remove_template);
}
