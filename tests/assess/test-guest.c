#include "tests/harness.h"

#include <string.h>

#include "common/json.h"
#include "common/own.h"
#include "convert/assess/boot.h"
#include "convert/assess/guest.h"
#include "convert/assess/shell.h"

static void
an_unknown_guest_gets_hardware_that_anything_boots_on(void **state)
{
	AUTO(guest_freep) struct guest *guest = guest_new();
	AUTO(json_decrefpp) json_t *json = guest_to_json(guest);
	const json_t *hardware = json_object_get(json, "hardware");

	(void)state;
	assert_string_equal(json_text(json_object_get(json, "os"), "type", ""),
		"unknown");
	assert_string_equal(json_text(hardware, "machine", ""), "pc");
	assert_string_equal(json_text(hardware, "disk_bus", ""), "ide");
	assert_string_equal(json_text(hardware, "nic_model", ""), "e1000");
}

static void
everything_that_is_known_is_told(void **state)
{
	AUTO(guest_freep) struct guest *guest = guest_new();
	AUTO(json_decrefpp) json_t *json = NULL;
	struct guest_interface *eth0 = guest_interface(guest, "eth0");
	const json_t *told;

	(void)state;
	strcpy(guest->hostname, "a\xff" "b");
	strcpy(eth0->addresses[eth0->address_count++], "192.0.2.10/24");
	guest->kernels[guest->kernel_count++] = (struct guest_kernel){
		.version = "5.10", .is_default = true, .virtio_blk = true};
	guest->services[guest->service_count++] = (struct guest_service){
		.name = "ssh", .tcp_ports = {22}, .port_count = 1};
	strcpy(guest->swaps[guest->swap_count++], "UUID=x");
	guest->mounts[guest->mount_count++] = (struct guest_mount){
		.target = "/boot", .is_noauto = true};
	json = guest_to_json(guest);
	assert_string_equal(json_text(json, "hostname", ""), "a?b");
	told = json_array_get(json_object_get(json, "interfaces"), 0);
	assert_string_equal(json_text(told, "name", ""), "eth0");
	assert_true(json_is_null(json_object_get(told, "mac")));
	told = json_array_get(json_object_get(json, "kernels"), 0);
	assert_true(json_flag(told, "virtio_blk", 0));
	assert_true(json_is_null(json_object_get(told, "initramfs")));
	assert_int_equal(json_array_size(json_object_get(json, "services")), 1);
	told = json_array_get(json_object_get(json, "mounts"), 0);
	assert_true(json_flag(told, "noauto", 0));
	assert_int_equal(json_array_size(json_object_get(json, "swap")), 1);
}

static void
shell_values_are_read_with_and_without_quotes(void **state)
{
	static const char text[] = "XID=no\n#ID=no\nID=debian\n"
				   "NAME=\"Debian GNU/Linux\" # c\nE=\nQ='a b";
	char value[32];

	(void)state;
	assert_true(shell_value(text, "ID", value, sizeof value));
	assert_string_equal(value, "debian");
	assert_true(shell_value(text, "NAME", value, sizeof value));
	assert_string_equal(value, "Debian GNU/Linux");
	assert_true(shell_value(text, "E", value, sizeof value));
	assert_string_equal(value, "");
	assert_true(shell_value(text, "Q", value, sizeof value));
	assert_string_equal(value, "a b");
	assert_false(shell_value(text, "VERSION", value, sizeof value));
}

static void
the_install_device_is_read_from_its_own_stanza(void **state)
{
	char device[64];

	(void)state;
	assert_true(boot_install_device("Name: a\nValue: b\n\n"
					"Name: grub-pc/install_devices\n"
					"Template: x\nValue: /dev/sda\n\n",
		device, sizeof device));
	assert_string_equal(device, "/dev/sda");
	assert_false(boot_install_device("Name: grub-pc/install_devices\n"
					 "Template: x\n\n"
					 "Name: a\nValue: /dev/sda\n",
		device, sizeof device));
	assert_false(boot_install_device("Name: grub-pc/install_devices\n"
					 "Value: \n",
		device, sizeof device));
	assert_false(boot_install_device("", device, sizeof device));
}

static void
a_path_lies_on_the_deepest_mount(void **state)
{
	static const struct {
		const char *path;
		int mount;
	} table[] = {{"/etc/fstab", 0}, {"/boot/vmlinuz", 1}, {"/boot", 1},
		{"/boot.old/x", 0}, {"/boot/efi/EFI", 3}};
	AUTO(guest_freep) struct guest *guest = guest_new();

	(void)state;
	assert_null(guest_mount_of(guest, "/etc/fstab"));
	strcpy(guest->mounts[guest->mount_count++].target, "/");
	strcpy(guest->mounts[guest->mount_count++].target, "/boot");
	strcpy(guest->mounts[guest->mount_count++].target, "/boot/efi");
	strcpy(guest->mounts[guest->mount_count++].target, "/boot/efi");
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		assert_ptr_equal(guest_mount_of(guest, table[i].path),
			&guest->mounts[table[i].mount]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_lies_on_the_deepest_mount),
		cmocka_unit_test(
			an_unknown_guest_gets_hardware_that_anything_boots_on),
		cmocka_unit_test(everything_that_is_known_is_told),
		cmocka_unit_test(shell_values_are_read_with_and_without_quotes),
		cmocka_unit_test(
			the_install_device_is_read_from_its_own_stanza),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
