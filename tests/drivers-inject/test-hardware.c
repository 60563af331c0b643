/* The choice of a VM's hardware by what a kernel can use. */
#include "tests/harness.h"

#include <string.h>

#include "drivers-inject/hardware.h"

/* `context` is a list of usable modules between blanks. */
static bool
is_usable(const void *context, const char *module, const char *device)
{
	const char *at = strstr(context, module);
	size_t bytes = strlen(module);

	(void)device;
	return at != NULL && at[-1] == ' ' && at[bytes] == ' ';
}

static bool
knows_no_sata(const void *context, const char *module, const char *device)
{
	return is_usable(context, module, device) &&
		(device == NULL || strstr(device, "d00002922") == NULL);
}

static void
assert_disks(const char *modules, const char *first, const char *second)
{
	const char *names[HARDWARE_CHOICES];

	hardware_choose(names, hardware_disks, is_usable, modules);
	if (first == NULL) {
		assert_null(names[0]);
		return;
	}
	assert_non_null(names[0]);
	assert_string_equal(names[0], first);
	if (second == NULL)
		assert_null(names[1]);
	else
		assert_string_equal(names[1], second);
}

static void
virtio_needs_its_bus(void **state)
{
	(void)state;
	assert_disks(" virtio virtio_ring virtio_pci virtio_blk ", "virtio",
		NULL);
	assert_disks(" virtio virtio_ring virtio_blk ", NULL, NULL);
}

static void
an_old_kernel_gets_what_it_drives(void **state)
{
	(void)state;
	assert_disks(" ahci sd_mod ata_piix ", "sata", "ide");
	assert_disks(" piix ide_disk ", "ide", NULL);
	assert_disks(" sym53c8xx sd_mod ", "lsi", NULL);
	assert_disks(" megaraid_sas sd_mod ", "megasas", NULL);
	assert_disks(" mptsas sd_mod ", "mptsas", NULL);
	assert_disks(" nvme ", "nvme", NULL);
	assert_disks(" mptsas sd_mod nvme ", "mptsas", "nvme");
	assert_disks(" ahci ", NULL, NULL);
	assert_disks(" cciss ", NULL, NULL);
}

static void
a_bus_of_two_drivers_is_named_once(void **state)
{
	(void)state;
	assert_disks(" ata_piix sd_mod piix ide_disk ", "ide", NULL);
}

static void
a_driver_has_to_know_the_device(void **state)
{
	const char *names[HARDWARE_CHOICES];

	(void)state;
	hardware_choose(names, hardware_disks, knows_no_sata,
		" ahci sd_mod ata_piix ");
	assert_string_equal(names[0], "ide");
	assert_null(names[1]);
}

static void
cards_come_best_first(void **state)
{
	const char *names[HARDWARE_CHOICES];

	(void)state;
	hardware_choose(names, hardware_cards, is_usable,
		" pcnet32 8139cp e1000 ");
	assert_string_equal(names[0], "e1000");
	assert_string_equal(names[1], "pcnet");
	assert_string_equal(names[2], "rtl8139");
	assert_null(names[3]);
	/* It refuses the chip that QEMU emulates. */
	hardware_choose(names, hardware_cards, is_usable, " 8139too ");
	assert_null(names[0]);
}

static void
each_bus_has_its_limit(void **state)
{
	(void)state;
	assert_int_equal(hardware_disk_limit("ide"), 4);
	assert_int_equal(hardware_disk_limit("lsi"), 7);
	assert_int_equal(hardware_disk_limit("floppy"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(virtio_needs_its_bus),
		cmocka_unit_test(an_old_kernel_gets_what_it_drives),
		cmocka_unit_test(a_bus_of_two_drivers_is_named_once),
		cmocka_unit_test(a_driver_has_to_know_the_device),
		cmocka_unit_test(cards_come_best_first),
		cmocka_unit_test(each_bus_has_its_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
