#include "tests/harness.h"

#include <stdio.h>
#include <string.h>

#include "common/own.h"
#include "convert/assess/guest.h"
#include "convert/assess/lilo-config.h"
#include "convert/assess/volume.h"
#include "convert/rewrite/lilo-disks.h"
#include "tests/assess/disks.h"
#include "tests/assess/referring.h"

static void
mount(struct guest *guest, const char *device, const char *target)
{
	struct guest_mount *mount = &guest->mounts[guest->mount_count++];

	snprintf(mount->device, sizeof mount->device, "%s", device);
	snprintf(mount->target, sizeof mount->target, "%s", target);
}

/* Each mount is "DEVICE TARGET"; `boot` is what lilo.conf says. */
static void
assert_guess(const char *const mounts[2], const char *boot, const char *wanted)
{
	AUTO(references_freep) struct references *references =
		make_references(&two_disks, NULL);
	AUTO(guest_freep) struct guest *guest = guest_new();
	struct lilo_config config = {.boot = ""};
	const struct volume *disk;

	for (size_t i = 0; i < 2 && mounts[i] != NULL; i++) {
		char device[64], target[64];

		assert_int_equal(sscanf(mounts[i], "%63s %63s", device, target),
			2);
		mount(guest, device, target);
	}
	snprintf(config.boot, sizeof config.boot, "%s", boot);
	disk = lilo_disks_guess(&two_disks, &config, guest, references);
	if (wanted == NULL) {
		assert_null(disk);
		return;
	}
	assert_non_null(disk);
	assert_string_equal(disk->device, wanted);
}

static void
lilo_is_where_boot_is(void **state)
{
	static const char *const separate[] = {"/dev/sda1 /", "/dev/sdb2 /boot"};
	static const char *const together[] = {"/dev/sdb2 /", "/dev/sda1 /srv"};
	static const char *const none[] = {NULL, NULL};

	(void)state;
	assert_guess(separate, "", "/dev/sdb");
	assert_guess(together, "", "/dev/sdb");
	assert_guess(together, "/dev/disk/by-uuid/" ROOT_UUID, "/dev/sda");
	assert_guess(none, "", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lilo_is_where_boot_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
