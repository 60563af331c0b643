/*
 * Images where space is scarce: what fits is put in, in this order of worth,
 * and where nothing fits nothing is written.
 */
#include "tests/harness.h"

#include <errno.h>
#include <string.h>

#include "common/own.h"
#include "tests/drivers-inject/guest-fixture.h"

enum { SPARE = 1 << 20 }; /* stays free */

static struct scratch_room room = {"/", {.files = UINT64_MAX}};

/* Run with this much more than what stays free; the first kernel's report. */
static void
run_with(struct guest *guest, uint64_t bytes, bool dry_run,
	struct inject_report *report)
{
	scratch_say_room(&guest->files, &room, 1);
	room.room.bytes = bytes + SPARE;
	guest_run(guest, &(struct inject_options){.dry_run = dry_run}, report);
}

/* How much is appended when there is room for all. */
static uint64_t
bytes_of_all(struct guest *guest)
{
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	run_with(guest, 1 << 30, true, &report);
	guest_assert_status(&report, 0, INJECT_INJECTED);
	return report.kernels[0].appended_bytes;
}

static void
without_room_for_a_copy_the_image_grows_in_place(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	guest_make_image(guest, "pack unpacked >$image");
	run_with(guest, bytes_of_all(guest) + 100, false, &report);
	guest_assert_status(&report, 0, INJECT_INJECTED);
	assert_int_equal(report.kernels[0].notes.count, 0);
	guest_holds(guest, "unpack_appended\nassert_works\n"
			   "test $(ls guest/boot | wc -l) = 3");
}

/* A second file would need an inode. */
static void
without_inodes_the_image_grows_in_place(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	guest_make_image(guest, "pack unpacked >$image\n"
		"stat -c %i $image >inode");
	room.room.files = 0;
	run_with(guest, 1 << 30, false, &report);
	room.room.files = UINT64_MAX;
	guest_assert_status(&report, 0, INJECT_INJECTED);
	guest_holds(guest, "unpack_appended\nassert_works\n"
			   "test $(stat -c %i $image) = $(cat inode)");
}

static void
less_room_takes_a_compressed_segment(void **state)
{
	static const char *const packs[] = {"zstd -q1", "gzip -1n"};
	static const char *const unpacks[] = {"zstd -qdc", "gzip -dc"};
	struct guest *guest = *state;

	for (size_t i = 0; i < 2; i++) {
		AUTO(inject_report_freep) struct inject_report report = {
			.count = 0};
		char script[200];

		snprintf(script, sizeof script, "pack unpacked | %s >$image",
			packs[i]);
		guest_make_image(guest, script);
		run_with(guest, bytes_of_all(guest) * 3 / 4, false, &report);
		guest_assert_status(&report, 0, INJECT_INJECTED);
		assert_true(report.kernels[0].appended_bytes <=
			room.room.bytes - SPARE);
		assert_true(names_has(&report.kernels[0].added, "ahci"));
		snprintf(script, sizeof script, "truncate -s %%4 original\n"
			"unpack_appended '%s'\nassert_works", unpacks[i]);
		guest_holds(guest, script);
	}
}

static void
least_room_takes_virtio_alone(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	guest_make_image(guest, "pack unpacked | zstd -q1 >$image");
	run_with(guest, bytes_of_all(guest) / 7, false, &report);
	guest_assert_status(&report, 0, INJECT_INJECTED);
	assert_true(report.kernels[0].virtio_blk);
	assert_false(names_has(&report.kernels[0].added, "ahci"));
	assert_string_equal(report.kernels[0].disks[0], "virtio");
	assert_int_equal(report.kernels[0].notes.count, 1);
}

static void
without_any_room_nothing_is_written(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};
	const struct inject_kernel *kernel;

	guest_make_image(guest, "pack unpacked >$image");
	run_with(guest, 1000, false, &report);
	guest_assert_status(&report, 0, INJECT_NO_SPACE);
	kernel = &report.kernels[0];
	assert_false(kernel->virtio_blk);
	assert_null(kernel->disks[0]);
	assert_non_null(strstr(kernel->text, "1049576 are free"));
	assert_true(kernel->hint[0] != '\0');
	guest_holds(guest, "cmp $image original; test $(ls guest/boot | wc -l) = 3");
}

/* It is detected before anything is written, and for all images together. */
static void
a_dry_run_foresees_a_full_disk(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	guest_make_image(guest, "pack unpacked | zstd -q1 >$image\n"
		"cp guest/boot/vmlinuz-$v guest/boot/vmlinuz-z\n"
		"cp $image guest/boot/initrd.img-z");
	/* One may grow whole, but then there is not enough left. */
	run_with(guest, bytes_of_all(guest) + 1000, true, &report);
	guest_assert_status(&report, 0, INJECT_INJECTED);
	guest_assert_status(&report, 1, INJECT_NO_SPACE);
	guest_holds(guest, "cmp $image original");
}

static void
the_kernel_that_boots_is_served_first(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};
	struct inject_options options = {.dry_run = true,
		.first = "/boot/vmlinuz-z"};

	guest_make_image(guest, "pack unpacked | zstd -q1 >$image\n"
		"cp guest/boot/vmlinuz-$v guest/boot/vmlinuz-z\n"
		"cp $image guest/boot/initrd.img-z");
	scratch_say_room(&guest->files, &room, 1);
	room.room.bytes = bytes_of_all(guest) + 1000 + SPARE;
	guest_run(guest, &options, &report);
	assert_string_equal(report.kernels[0].image, "/boot/vmlinuz-z");
	guest_assert_status(&report, 0, INJECT_INJECTED);
	guest_assert_status(&report, 1, INJECT_NO_SPACE);
}

static int
fail_to_write(void *handle, const char *path, uint64_t kept_bytes,
	const void *data, size_t bytes, struct error *err)
{
	static int (*real)(void *, const char *, uint64_t, const void *, size_t,
		struct error *);
	struct guest_files fresh;
	struct error ignored;

	if (real == NULL) {
		assert_ok(guest_folder_open(&fresh, "/", &ignored), &ignored);
		real = fresh.overwrite;
		guest_folder_close(&fresh);
	}
	if (real(handle, path, kept_bytes, data, bytes / 2, err) == -1)
		return -1;
	return bytes == 0 ? 0 : error_set(err, ENOSPC, "write %s", path);
}

static void
a_failure_on_the_way_leaves_the_image_as_it_was(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	guest_make_image(guest, "pack unpacked >$image");
	guest->files.overwrite = fail_to_write;
	run_with(guest, bytes_of_all(guest) + 100, false, &report);
	guest_assert_status(&report, 0, INJECT_NO_SPACE);
	guest_holds(guest, "cmp $image original");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_room_for_a_copy_the_image_grows_in_place),
		TEST(without_inodes_the_image_grows_in_place),
		TEST(less_room_takes_a_compressed_segment),
		TEST(least_room_takes_virtio_alone),
		TEST(without_any_room_nothing_is_written),
		TEST(a_dry_run_foresees_a_full_disk),
		TEST(the_kernel_that_boots_is_served_first),
		TEST(a_failure_on_the_way_leaves_the_image_as_it_was),
	};

	return cmocka_run_group_tests(tests, guest_make_template,
		guest_remove_template);
}
