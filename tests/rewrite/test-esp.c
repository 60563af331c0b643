/*
 * A folder stands for the partition: esp.c reads it through the same calls.
 * Programs are the start of a PE file with a word in it.
 */
#include "tests/harness.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "convert/assess/efi-loaders.h"
#include "convert/assess/finding.h"
#include "convert/rewrite/esp.h"
#include "drivers-inject/guest.h"
#include "tests/drivers-inject/scratch.h"

#define UUID "11111111-2222-3333-4444-555555555555"

static const struct scratch *scratch;
static struct guest_files files;

static const char *const uuids[] = {UUID, NULL};

static int
setup(void **state)
{
	struct error err = {0};

	if (scratch_setup(state) == -1)
		return -1;
	scratch = *state;
	assert_ok(guest_folder_open(&files, scratch->path, &err), &err);
	return 0;
}

static int
teardown(void **state)
{
	guest_folder_close(&files);
	return scratch_teardown(state);
}

/* A program for x86-64 (or 32 bits: '3') that holds a section and a word. */
static void
program(const char *path, char machine, const char *section, const char *word)
{
	char image[512] = "MZ";

	image[0x3c] = 0x40;
	memcpy(image + 0x40, machine == '3' ? "PE\0\0\x4c\1\1"
		: "PE\0\0\x64\x86\1", 7);
	strncpy(image + 0x40 + 24, section, 8);
	snprintf(image + 200, 300, "%s", word);
	scratch_write(scratch, path, image, sizeof image);
}

static void
text(const char *path, const char *content)
{
	scratch_write(scratch, path, content, strlen(content));
}

/* shim, and the GRUB that it starts. */
static void
shim_and_grub(void)
{
	program("EFI/debian/shimx64.efi", '6', ".vendor_", "");
	program("EFI/debian/grubx64.efi", '6', ".text", "");
}

static void
plan_for(struct esp *esp, const char *preferred)
{
	const struct efi_owner owner = {"debian", uuids, preferred};
	struct error err = {0};

	assert_ok(esp_plan(esp, &files, "", &owner, &err), &err);
}

static bool
is_planned(const struct esp *esp, const char *to, const char *from)
{
	for (size_t i = 0; i < esp->file_count; i++)
		if (strcmp(esp->files[i].to, to) == 0 &&
			strcmp(esp->files[i].from, from) == 0)
			return true;
	return false;
}

static void
grub_alone_is_copied(void **state)
{
	struct esp esp;

	(void)state;
	program("EFI/debian/grubx64.efi", '6', ".text", UUID);
	plan_for(&esp, NULL);
	assert_int_equal(esp.state, ESP_LACKING);
	assert_int_equal(esp.file_count, 1);
	assert_true(is_planned(&esp, "/EFI/BOOT/BOOTX64.EFI",
		"/EFI/debian/grubx64.efi"));
}

static void
shim_takes_grub_and_its_key_manager_along(void **state)
{
	struct esp esp;

	(void)state;
	shim_and_grub();
	program("EFI/debian/mmx64.efi", '6', ".text", "");
	program("EFI/debian/fwupdx64.efi", '6', ".text", "");
	plan_for(&esp, NULL);
	assert_int_equal(esp.file_count, 3);
	assert_true(is_planned(&esp, "/EFI/BOOT/BOOTX64.EFI",
		"/EFI/debian/shimx64.efi"));
	assert_true(is_planned(&esp, "/EFI/BOOT/grubx64.efi",
		"/EFI/debian/grubx64.efi"));
	assert_true(is_planned(&esp, "/EFI/BOOT/mmx64.efi",
		"/EFI/debian/mmx64.efi"));
}

static void
a_path_that_holds_the_guests_loader_stays(void **state)
{
	struct esp esp;

	(void)state;
	shim_and_grub();
	program("EFI/BOOT/BOOTX64.EFI", '6', ".vendor_", "");
	program("EFI/BOOT/grubx64.efi", '6', ".text", "");
	plan_for(&esp, NULL);
	assert_int_equal(esp.state, ESP_WHOLE);
	assert_int_equal(esp.file_count, 0);
}

static void
names_are_found_however_they_are_written(void **state)
{
	struct esp esp;

	(void)state;
	program("EFI/debian/GRUBX64.EFI", '6', ".text", "");
	program("EFI/boot/bootx64.efi", '6', ".text", "");
	plan_for(&esp, NULL);
	assert_int_equal(esp.state, ESP_WHOLE);
}

static void
fbx64_needs_a_table_and_no_grub(void **state)
{
	struct esp esp;

	(void)state;
	shim_and_grub();
	program("EFI/BOOT/fbx64.efi", '6', ".text", "");
	plan_for(&esp, NULL);
	assert_int_equal(esp.file_count, 2);
	assert_true(is_planned(&esp, "/EFI/BOOT/BOOTX64.EFI",
		"/EFI/debian/shimx64.efi"));
	assert_true(is_planned(&esp, "/EFI/debian/BOOTX64.CSV", ""));
	assert_memory_equal(esp.files[1].text, "s\0h\0i\0m\0x\0006\0", 12);
	text("EFI/debian/BOOTX64.CSV", "x");
	plan_for(&esp, NULL);
	assert_int_equal(esp.file_count, 1);
}

static void
anothers_loader_is_replaced_with_what_is_beside_it(void **state)
{
	struct esp esp;

	(void)state;
	shim_and_grub();
	program("EFI/BOOT/BOOTX64.EFI", '6', ".text", "another");
	program("EFI/BOOT/grubx64.efi", '6', ".text", "another's");
	plan_for(&esp, NULL);
	assert_int_equal(esp.file_count, 2);
	assert_true(is_planned(&esp, "/EFI/BOOT/grubx64.efi",
		"/EFI/debian/grubx64.efi"));
}

static void
what_the_old_firmware_started_comes_first(void **state)
{
	struct esp esp;

	(void)state;
	program("EFI/debian/grubx64.efi", '6', ".text", UUID);
	program("EFI/other/grubx64.efi", '6', ".text", "");
	program("EFI/Linux/server.efi", '6', ".linux", "");
	plan_for(&esp, NULL);
	assert_string_equal(esp.loader, "/EFI/debian/grubx64.efi");
	plan_for(&esp, "\\EFI\\OTHER\\grubx64.efi");
	assert_string_equal(esp.loader, "/EFI/other/grubx64.efi");
	plan_for(&esp, "\\EFI\\Linux\\server.efi");
	assert_string_equal(esp.loader, "/EFI/Linux/server.efi");
}

static void
evidence_on_the_partition_tells_whose_loader_it_is(void **state)
{
	struct esp esp;

	(void)state;
	program("EFI/a/grubx64.efi", '6', ".text", "");
	program("EFI/z/grubx64.efi", '6', ".text", "");
	text("EFI/z/grub.cfg", "search.fs_uuid " UUID " root\n");
	plan_for(&esp, NULL);
	assert_string_equal(esp.loader, "/EFI/z/grubx64.efi");
}

static void
systemd_boot_is_copied_and_known_again(void **state)
{
	struct esp esp;

	(void)state;
	program("EFI/systemd/systemd-bootx64.efi", '6', ".sdmagic",
		"#### LoaderInfo: systemd-boot 252 ####");
	plan_for(&esp, NULL);
	assert_int_equal(esp.state, ESP_LACKING);
	program("EFI/BOOT/BOOTX64.EFI", '6', ".sdmagic",
		"#### LoaderInfo: systemd-boot 247 ####");
	plan_for(&esp, NULL);
	assert_int_equal(esp.state, ESP_WHOLE);
}

static void
a_loader_for_32_bits_does_not_start_the_vm(void **state)
{
	struct esp esp;

	(void)state;
	program("EFI/debian/grubia32.efi", '3', ".text", "");
	plan_for(&esp, NULL);
	assert_int_equal(esp.state, ESP_EMPTY);
	assert_true(is_planned(&esp, "/EFI/BOOT/BOOTIA32.EFI",
		"/EFI/debian/grubia32.efi"));
}

static void
elilo_and_nothing_are_told_apart(void **state)
{
	struct esp esp;

	(void)state;
	plan_for(&esp, NULL);
	assert_int_equal(esp.state, ESP_EMPTY);
	program("EFI/debian/elilo.efi", '6', ".text", "");
	plan_for(&esp, NULL);
	assert_int_equal(esp.state, ESP_ELILO);
	assert_int_equal(esp.file_count, 0);
}

static void
a_removable_installation_is_whole(void **state)
{
	struct esp esp;

	(void)state;
	program("EFI/BOOT/BOOTX64.EFI", '6', ".text", "");
	plan_for(&esp, NULL);
	assert_int_equal(esp.state, ESP_WHOLE);
}

static void
what_is_made_is_what_was_planned(void **state)
{
	struct error err = {0};
	AUTO(freep) void *data = NULL;
	AUTO(freep) uint8_t *made = NULL;
	size_t bytes, made_bytes;
	struct esp esp;

	(void)state;
	program("EFI/debian/grubx64.efi", '6', ".text", "this one");
	plan_for(&esp, NULL);
	scratch_shell(scratch, "mkdir EFI/BOOT");
	assert_ok(esp_make(&esp.files[0], &files, &data, &bytes, &err), &err);
	made = scratch_read(scratch, "EFI/BOOT/BOOTX64.EFI", &made_bytes);
	assert_int_equal(made_bytes, bytes);
	assert_memory_equal(made, data, bytes);
	assert_string_equal((char *)made + 200, "this one");
}

/* Each of two programs takes a block; 1 MiB is left free. */
static void
all_files_have_room_or_none(void **state)
{
	static const struct {
		struct scratch_room room;
		const char *why; /* NULL: there is room */
	} cases[] = {
		{{"/unrack", {(1 << 20) + 8192, 0, 2}}, NULL},
		{{"/unrack", {(1 << 20) + 8191, 0, 2}},
			"1056768 more bytes and 1056767 are free"},
		{{"/unrack", {1 << 30, 0, 1}}, "2 more inodes and 1 are free"},
	};
	struct esp esp;

	(void)state;
	shim_and_grub();
	plan_for(&esp, NULL);
	assert_int_equal(esp.file_count, 2);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error err = {0};

		scratch_say_room(&files, &cases[i].room, 1);
		assert_int_equal(esp_check_room(&esp, &files, "", &err),
			cases[i].why == NULL ? 0 : -1);
		if (cases[i].why == NULL)
			continue;
		assert_int_equal(err.code, ENOSPC);
		assert_non_null(strstr(err.text, cases[i].why));
	}
	esp.file_count = 0;
	assert_int_equal(esp_check_room(&esp, &files, "", NULL), 0);
}

static void
assert_has_room(const struct esp *esp, bool has_room)
{
	AUTO(findings_freep) struct findings *findings = findings_new();

	assert_int_equal(esp_has_room(esp, &files, "", "sda1", findings),
		has_room);
	assert_int_equal(findings_have(findings, "firmware.esp-no-room"),
		!has_room);
}

/* It would be refused when the others are there. */
static void
a_file_beyond_all_bounds_has_no_room(void **state)
{
	AUTO(freep) char *where =
		io_format("%s/EFI/debian/mmx64.efi", scratch->path);
	struct scratch_room room = {"/unrack", {1ull << 40, 1ull << 40, 100}};
	struct esp esp;

	(void)state;
	shim_and_grub();
	program("EFI/debian/mmx64.efi", '6', ".text", "");
	plan_for(&esp, NULL);
	assert_int_equal(esp.file_count, 3);
	scratch_say_room(&files, &room, 1);
	assert_int_equal(truncate(where, EFI_PROGRAM_BYTES), 0);
	assert_has_room(&esp, true);
	assert_int_equal(truncate(where, EFI_PROGRAM_BYTES + 1), 0);
	assert_has_room(&esp, false);
	assert_int_equal(truncate(where, 1), 0);
	room.room.files = 2;
	assert_has_room(&esp, false);
}

static int
no_answer(void *handle, const char *path, struct guest_room *room_out,
	struct error *err)
{
	(void)handle;
	(void)path;
	(void)room_out;
	return error_set(err, EIO, "ask");
}

static void
a_partition_that_cannot_be_asked_has_room(void **state)
{
	struct esp esp;

	(void)state;
	program("EFI/debian/grubx64.efi", '6', ".text", UUID);
	plan_for(&esp, NULL);
	files.free_room = no_answer;
	assert_has_room(&esp, true);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void
a_text_takes_a_planned_files_place(void **state)
{
	struct esp esp;

	(void)state;
	program("EFI/debian/grubx64.efi", '6', ".text", "");
	plan_for(&esp, NULL);
	esp_add_text(&esp, "/EFI/x", "text", 4);
	esp_add_text(&esp, "/EFI/y", "other", 5);
	assert_int_equal(esp.file_count, 3);
	assert_string_equal(esp.files[1].text, "text");
	assert_int_equal(esp.files[2].bytes, 5);
	assert_null(esp.files[0].text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(grub_alone_is_copied),
		TEST(shim_takes_grub_and_its_key_manager_along),
		TEST(a_path_that_holds_the_guests_loader_stays),
		TEST(names_are_found_however_they_are_written),
		TEST(fbx64_needs_a_table_and_no_grub),
		TEST(anothers_loader_is_replaced_with_what_is_beside_it),
		TEST(what_the_old_firmware_started_comes_first),
		TEST(evidence_on_the_partition_tells_whose_loader_it_is),
		TEST(systemd_boot_is_copied_and_known_again),
		TEST(a_loader_for_32_bits_does_not_start_the_vm),
		TEST(elilo_and_nothing_are_told_apart),
		TEST(a_removable_installation_is_whole),
		TEST(what_is_made_is_what_was_planned),
		TEST(a_text_takes_a_planned_files_place),
		TEST(all_files_have_room_or_none),
		TEST(a_file_beyond_all_bounds_has_no_room),
		TEST(a_partition_that_cannot_be_asked_has_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
