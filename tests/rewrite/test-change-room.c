/*
 * Room for what is planned, and the record of what is no file: a folder stands
 * for a guest with two file systems, whose free space the test says.
 */
#include "tests/harness.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/io.h"
#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest.h"
#include "convert/rewrite/change.h"
#include "drivers-inject/guest.h"
#include "tests/drivers-inject/scratch.h"

enum { UNIT = 4096, PLENTY = 1 << 30 };

static struct scratch_room rooms[] = {{.below = "/"}, {.below = "/boot/"}};
static struct guest_room *const root_room = &rooms[0].room;
static struct guest_room *const boot_room = &rooms[1].room;

struct fixture {
	struct scratch *scratch;
	struct guest_files files;
	struct guest *guest;
	struct changes *changes;
	struct findings *findings;
};

static void
add_mount(struct guest *guest, const char *target, const char *type)
{
	struct guest_mount *mount = &guest->mounts[guest->mount_count++];

	strcpy(mount->target, target);
	strcpy(mount->type, type);
}

static int
setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);
	AUTO(freep) char *root = NULL;
	struct error err = {0};

	if (fixture == NULL || scratch_setup((void **)&fixture->scratch) == -1)
		return -1;
	scratch_shell(fixture->scratch, "mkdir -p g/etc g/boot/grub; "
		"echo a >g/etc/fstab; echo a >g/boot/grub/menu.lst; "
		"ln -s ../boot/grub/menu.lst g/etc/grub.conf");
	root = io_format("%s/g", fixture->scratch->path);
	assert_ok(guest_folder_open(&fixture->files, root, &err), &err);
	scratch_say_room(&fixture->files, rooms, 2);
	fixture->guest = guest_new();
	fixture->changes = changes_new();
	fixture->findings = findings_new();
	add_mount(fixture->guest, "/", "btrfs");
	add_mount(fixture->guest, "/boot", "ext3");
	*root_room = *boot_room = (struct guest_room){PLENTY, PLENTY, 100};
	*state = fixture;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *fixture = *state;
	int result = scratch_teardown((void **)&fixture->scratch);

	guest_folder_close(&fixture->files);
	guest_free(fixture->guest);
	changes_free(fixture->changes);
	findings_free(fixture->findings);
	free(fixture);
	return result;
}

/* Plan an edit, or with `before` NULL a new file, that has `bytes` then. */
static void
plan(struct fixture *fixture, const char *path, const char *before,
	size_t bytes)
{
	AUTO(freep) char *after = malloc(bytes + 1);
	struct error err = {0};

	assert_non_null(after);
	memset(after, 'b', bytes);
	after[bytes] = '\0';
	assert_ok(changes_plan(fixture->changes, path, before, after, "r",
			  &err),
		&err);
}

static void
check_room(struct fixture *fixture)
{
	struct error err = {0};

	assert_ok(changes_check_room(fixture->changes, &fixture->files,
			  fixture->guest, fixture->findings, &err),
		&err);
}

/* The first evidence of the only finding "WHERE WHAT"; NULL: all has room. */
static void
assert_said(struct fixture *fixture, const char *where, const char *what)
{
	AUTO(json_decrefpp) json_t *json = NULL;
	const json_t *item;

	check_room(fixture);
	assert_int_equal(findings_have(fixture->findings, "guest.no-room"),
		where != NULL);
	if (where == NULL)
		return;
	json = findings_to_json(fixture->findings, "m", false);
	item = json_array_get(json_object_get(json_array_get(
		json_object_get(json, "findings"), 0), "evidence"), 0);
	assert_string_equal(json_text(item, "where", ""), where);
	assert_string_equal(json_text(item, "what", ""), what);
}

/* An edit takes what it grows by, and for a moment a second file. */
static void
an_edit_needs_room_for_a_second_file(void **state)
{
	struct fixture *fixture = *state;

	plan(fixture, "/etc/fstab", "a\n", UNIT + 1);
	*root_room = (struct guest_room){3 * UNIT, 3 * UNIT, 1};
	assert_said(fixture, NULL, NULL);
	root_room->bytes--;
	assert_said(fixture, "/", "12288 bytes needed, 12287 free");
}

static void
new_files_and_their_folders_add_up(void **state)
{
	struct fixture *fixture = *state;

	plan(fixture, "/etc/one", NULL, 1);
	plan(fixture, "/etc/systemd/network/two", NULL, UNIT);
	*root_room = (struct guest_room){4 * UNIT, 4 * UNIT, 4};
	assert_said(fixture, NULL, NULL);
	root_room->files = 3;
	assert_said(fixture, "/", "4 inodes needed, 3 free");
}

static void
each_file_system_gives_what_lies_in_it(void **state)
{
	struct fixture *fixture = *state;

	plan(fixture, "/etc/grub.conf", "a\n", UNIT + 1);
	*root_room = (struct guest_room){0, 0, 0};
	boot_room->bytes = 0; /* the rest is root's */
	assert_said(fixture, NULL, NULL);
	boot_room->root_bytes = 10;
	assert_said(fixture, "/boot", "12288 bytes needed, 10 free");
}

/* Nor to root, unlike what is root's. */
static void
ext4_holds_some_back(void **state)
{
	struct fixture *fixture = *state;

	strcpy(fixture->guest->mounts[1].type, "ext4");
	plan(fixture, "/etc/grub.conf", "a\n", UNIT + 1);
	boot_room->bytes = 0;
	boot_room->held_bytes = PLENTY + 1;
	assert_said(fixture, "/boot", "12288 bytes needed, 0 free");
}

static void
what_takes_no_room_needs_none(void **state)
{
	struct fixture *fixture = *state;
	struct error err = {0};

	*root_room = (struct guest_room){0, 0, 0};
	assert_ok(changes_plan_move(fixture->changes, "/etc/a", "/etc/b", "r",
			  &err),
		&err);
	assert_ok(changes_plan_unlink(fixture->changes, "/etc/c", "d", "r",
			  &err),
		&err);
	assert_said(fixture, NULL, NULL);
}

static bool
is_kept(const struct fixture *fixture, const char *path)
{
	return changes_have(fixture->changes, path);
}

static void
a_full_file_system_keeps_nothing_out_of_others(void **state)
{
	struct fixture *fixture = *state;

	plan(fixture, "/etc/fstab", "a\n", 1);
	plan(fixture, "/boot/grub/menu.lst", "a\n", UNIT + 1);
	*boot_room = (struct guest_room){0, 0, 100};
	assert_said(fixture, "/boot", "12288 bytes needed, 0 free");
	assert_true(is_kept(fixture, "/etc/fstab"));
	assert_false(is_kept(fixture, "/boot/grub/menu.lst"));
}

/* The small one that follows is right without it. */
static void
what_fits_is_written(void **state)
{
	struct fixture *fixture = *state;

	plan(fixture, "/etc/large", NULL, 2 * UNIT);
	plan(fixture, "/etc/fstab", "a\n", 1);
	*root_room = (struct guest_room){UNIT, UNIT, 100};
	assert_said(fixture, "/", "12288 bytes needed, 4096 free");
	assert_false(is_kept(fixture, "/etc/large"));
	assert_true(is_kept(fixture, "/etc/fstab"));
}

/* Where blocks that are written again are the same ones. */
static void
a_text_that_does_not_grow_is_written_in_place(void **state)
{
	static const struct {
		const char *type;
		size_t bytes;
		bool is_kept;
	} cases[] = {
		{"xfs", UNIT, true},
		{"xfs", UNIT + 1, false},
		{"ext3", 1024, true},
		{"ext3", 1025, false},
		{"btrfs", 1, false},
	};
	struct fixture *fixture = *state;

	*boot_room = (struct guest_room){0, 0, 0};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		changes_free(fixture->changes);
		fixture->changes = changes_new();
		strcpy(fixture->guest->mounts[1].type, cases[i].type);
		plan(fixture, "/boot/grub/menu.lst", "a\n", cases[i].bytes);
		check_room(fixture);
		assert_int_equal(is_kept(fixture, "/boot/grub/menu.lst"),
			cases[i].is_kept);
		assert_true(i > 0 || !findings_have(fixture->findings,
			"guest.no-room"));
	}
}

/* There is no appliance to write with. */
static void
what_is_left_out_is_not_written(void **state)
{
	struct fixture *fixture = *state;

	plan(fixture, "/etc/fstab", "a\n", 1);
	*root_room = (struct guest_room){0, 0, 100};
	check_room(fixture);
	changes_apply(fixture->changes, NULL, fixture->findings);
	assert_int_equal(changes_count(fixture->changes), 0);
	assert_false(findings_have(fixture->findings,
		"guest.file-not-written"));
}

/* An assessment says so as well. */
static void
what_is_left_out_is_not_called_done(void **state)
{
	struct fixture *fixture = *state;
	AUTO(json_decrefpp) json_t *json = NULL;
	const json_t *finding;

	finding_add(fixture->findings, "linux.fstab.device-name", "/etc/fstab",
		1, "/dev/sda1", "Replaced.");
	plan(fixture, "/etc/fstab", "a\n", 1);
	*root_room = (struct guest_room){0, 0, 100};
	check_room(fixture);
	json = findings_to_json(fixture->findings, "m", true);
	finding = json_array_get(json_object_get(json, "findings"), 1);
	assert_string_equal(json_text(finding, "rule", ""),
		"linux.fstab.device-name");
	assert_null(json_text(finding, "done", NULL));
}

static void
what_the_vm_boots_without_makes_room(void **state)
{
	struct fixture *fixture = *state;

	plan(fixture, "/etc/optional", NULL, UNIT);
	changes_mark_optional(fixture->changes, "/etc/optional");
	plan(fixture, "/etc/fstab", "a\n", 1);
	*root_room = (struct guest_room){UNIT, UNIT, 100};
	assert_said(fixture, NULL, NULL);
	assert_true(findings_have(fixture->findings,
		"guest.no-room-optional"));
	assert_true(is_kept(fixture, "/etc/fstab"));
	assert_false(is_kept(fixture, "/etc/optional"));
}

/* A text that the boot needs as well is not optional. */
static void
another_reason_makes_an_optional_text_needed(void **state)
{
	struct fixture *fixture = *state;

	plan(fixture, "/etc/fstab", "a\n", 1);
	changes_mark_optional(fixture->changes, "/etc/fstab");
	plan(fixture, "/etc/fstab", "a\n", 2);
	*root_room = (struct guest_room){0, 0, 100};
	assert_said(fixture, "/", "4096 bytes needed, 0 free");
}

/* A unit that is moved aside and not masked would be gone. */
static void
a_service_is_disabled_whole_or_not_at_all(void **state)
{
	static const struct disabled_service service = {"s", "t", "w", "a"};
	struct fixture *fixture = *state;
	struct error err = {0};

	assert_ok(changes_add_service(fixture->changes, &service, &err), &err);
	assert_ok(changes_plan_move(fixture->changes, "/etc/u", "/etc/v", "r",
			  &err),
		&err);
	assert_ok(changes_mark_service(fixture->changes, "/etc/u", &err), &err);
	assert_ok(changes_plan_symlink(fixture->changes, "/etc/w", NULL,
			  "/dev/null", "r", &err),
		&err);
	assert_ok(changes_mark_service(fixture->changes, "/etc/w", &err), &err);
	root_room->files = 0;
	assert_said(fixture, NULL, NULL);
	assert_true(findings_have(fixture->findings,
		"operations.service-kept"));
	assert_false(is_kept(fixture, "/etc/u"));
}

static void
a_file_moves_only_when_its_successor_is_made(void **state)
{
	struct fixture *fixture = *state;
	struct error err = {0};

	plan(fixture, "/etc/new", NULL, 1);
	assert_ok(changes_plan_move(fixture->changes, "/etc/old", "/etc/aside",
			  "r", &err),
		&err);
	changes_join_last(fixture->changes);
	root_room->files = 0;
	assert_said(fixture, "/", "1 inodes needed, 0 free");
	assert_false(is_kept(fixture, "/etc/old"));
}

/* Whoever puts them back has to know where. */
static void
sectors_are_recorded_with_their_place(void **state)
{
	struct fixture *fixture = *state;
	AUTO(freep) char *folder = io_format("%s/record",
		fixture->scratch->path);
	AUTO(freep) char *path = io_format("%s/index.json", folder);
	AUTO(json_decrefpp) json_t *index = NULL;
	const json_t *change;
	const char sectors[512] = "x";
	struct error err = {0};

	assert_ok(changes_note_sectors(fixture->changes, "/dev/sda", 1ull << 40,
			  sectors, sectors, sizeof sectors, "r", &err),
		&err);
	assert_ok(changes_record(fixture->changes, folder, &err), &err);
	assert_ok(json_file_read(&index, path, &err), &err);
	change = json_array_get(json_object_get(index, "changes"), 0);
	assert_string_equal(json_text(change, "saved", ""), "0001.sectors");
	assert_int_equal(json_number(change, "offset", 0), 1ull << 40);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_edit_needs_room_for_a_second_file),
		TEST(new_files_and_their_folders_add_up),
		TEST(each_file_system_gives_what_lies_in_it),
		TEST(ext4_holds_some_back),
		TEST(what_takes_no_room_needs_none),
		TEST(a_full_file_system_keeps_nothing_out_of_others),
		TEST(what_fits_is_written),
		TEST(a_text_that_does_not_grow_is_written_in_place),
		TEST(what_is_left_out_is_not_written),
		TEST(what_is_left_out_is_not_called_done),
		TEST(what_the_vm_boots_without_makes_room),
		TEST(another_reason_makes_an_optional_text_needed),
		TEST(a_service_is_disabled_whole_or_not_at_all),
		TEST(a_file_moves_only_when_its_successor_is_made),
		TEST(sectors_are_recorded_with_their_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
