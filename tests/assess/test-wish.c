#include "tests/harness.h"

#include <string.h>

#include "common/own.h"
#include "convert/assess/guest.h"
#include "convert/assess/reference.h"
#include "convert/assess/wish.h"
#include "tests/assess/disks.h"

#define GONE "12345678-0000-0000-0000-000000000000"

/* In the order of mounting: each target, and what is mounted there. */
static void
assert_wishes(const char *fstab, const char *wanted)
{
	AUTO(references_freep) struct references *references =
		references_new(&two_disks, NULL, disk_names, 2);
	AUTO(guest_freep) struct guest *guest = guest_new();
	struct wish wishes[GUEST_MOUNTS];
	char seen[1024] = "";
	size_t count;

	assert_non_null(references);
	assert_non_null(guest);
	count = wishes_read(wishes, fstab, guest, references);
	for (size_t i = 0; i < count; i++) {
		size_t used = strlen(seen);

		snprintf(seen + used, sizeof seen - used, "%s %s%s\n",
			wishes[i].target, wishes[i].volume->device,
			wishes[i].is_noauto ? " noauto" : "");
	}
	assert_string_equal(seen, wanted);
}

static void
what_the_boot_mounts_is_mounted_from_the_top_down(void **state)
{
	(void)state;
	assert_wishes("UUID=" ROOT_UUID " / ext4 rw\n"
		"UUID=" XFS_UUID " /srv/data xfs rw\n"
		"UUID=" HOME_UUID " /srv ext4 rw\n"
		"UUID=" SWAP_UUID " none swap sw\n"
		"UUID=" GONE " /gone ext4 rw\n"
		"UUID=" HOME_UUID " /backup ext4 noauto\n",
		"/srv /dev/sdb2\n/srv/data /dev/sdb1\n");
}

/* That of the other disk of a mirror, say. */
static void
a_spare_does_not_cover_what_is_mounted(void **state)
{
	static const struct {
		const char *fstab, *wanted;
	} table[] = {
		{"UUID=" XFS_UUID " /boot/efi auto rw\n"
		 "UUID=" HOME_UUID " /boot/efi auto noauto\n",
			"/boot/efi /dev/sdb1\n"},
		{"UUID=" HOME_UUID " /boot/efi auto noauto\n"
		 "UUID=" XFS_UUID " /boot/efi auto rw\n",
			"/boot/efi /dev/sdb1\n"},
		{"UUID=" XFS_UUID " /boot auto noauto\n"
		 "UUID=" HOME_UUID " /boot auto noauto\n",
			"/boot /dev/sdb1 noauto\n"},
		{"UUID=" GONE " /boot/efi auto rw\n"
		 "UUID=" HOME_UUID " /boot/efi auto noauto\n",
			"/boot/efi /dev/sdb2 noauto\n"},
		{"UUID=" XFS_UUID " /boot auto rw\n"
		 "UUID=" HOME_UUID " /boot/efi auto noauto\n",
			"/boot /dev/sdb1\n/boot/efi /dev/sdb2 noauto\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		assert_wishes(table[i].fstab, table[i].wanted);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_the_boot_mounts_is_mounted_from_the_top_down),
		cmocka_unit_test(a_spare_does_not_cover_what_is_mounted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
