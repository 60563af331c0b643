#include "tests/harness.h"

#include <stdio.h>
#include <string.h>

#include "common/own.h"
#include "convert/assess/guest.h"
#include "convert/assess/ifupdown.h"

static const struct guest_interface *
read_one(struct guest *guest, const char *text, const char *name)
{
	memset(guest, 0, sizeof *guest);
	ifupdown_read(guest, text);
	for (size_t i = 0; i < guest->interface_count; i++) {
		if (strcmp(guest->interfaces[i].name, name) == 0)
			return &guest->interfaces[i];
	}
	return NULL;
}

static void
static_addresses_are_read_in_both_notations(void **state)
{
	static const char *const texts[] = {
		"iface eth0 inet static\n\taddress 192.0.2.10/24\n"
		"\tgateway 192.0.2.1\n",
		"auto eth0\niface eth0 inet static\n address 192.0.2.10\n"
		" netmask 255.255.255.0\n gateway 192.0.2.1",
		"iface eth0 inet static\n address 192.0.2.10\n netmask 24\n"
		" # gateway 192.0.2.2\n gateway 192.0.2.1\n",
	};
	AUTO(guest_freep) struct guest *guest = guest_new();

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		const struct guest_interface *eth0 =
			read_one(guest, texts[i], "eth0");

		assert_non_null(eth0);
		assert_int_equal(eth0->address_count, 1);
		assert_string_equal(eth0->addresses[0], "192.0.2.10/24");
		assert_string_equal(eth0->gateway, "192.0.2.1");
		assert_false(eth0->dhcp);
	}
}

static void
aliases_and_families_add_addresses(void **state)
{
	AUTO(guest_freep) struct guest *guest = guest_new();
	const struct guest_interface *eth0 = read_one(guest,
		"iface eth0 inet static\n address 192.0.2.10/24\n"
		"iface eth0:1 inet static\n address 192.0.2.11\n"
		" netmask 255.255.255.128\n"
		"iface eth0 inet6 static\n address 2001:db8::1/64\n",
		"eth0");

	(void)state;
	assert_non_null(eth0);
	assert_int_equal(eth0->address_count, 3);
	assert_string_equal(eth0->addresses[1], "192.0.2.11/25");
	assert_string_equal(eth0->addresses[2], "2001:db8::1/64");
	assert_int_equal(guest->interface_count, 1);
}

static void
dhcp_is_read_and_loopback_is_not(void **state)
{
	AUTO(guest_freep) struct guest *guest = guest_new();
	const struct guest_interface *ens3 = read_one(guest,
		"auto lo\niface lo inet loopback\nallow-hotplug ens3\n"
		"iface ens3 inet dhcp\n",
		"ens3");

	(void)state;
	assert_non_null(ens3);
	assert_true(ens3->dhcp);
	assert_int_equal(guest->interface_count, 1);
}

static void
absurd_files_are_survived(void **state)
{
	AUTO(guest_freep) struct guest *guest = guest_new();
	static char text[300000];
	size_t used = 0;

	(void)state;
	for (int i = 0; i < 1000; i++)
		used += (size_t)sprintf(text + used,
			"iface eth%d inet static\n address %0200d\n", i, i);
	read_one(guest, text, "");
	assert_int_equal(guest->interface_count, GUEST_INTERFACES);
	memset(text, 'x', sizeof text - 1);
	read_one(guest, text, "");
	assert_int_equal(guest->interface_count, 0);
	read_one(guest, "address 1\niface\niface x\nnetmask 8", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(static_addresses_are_read_in_both_notations),
		cmocka_unit_test(aliases_and_families_add_addresses),
		cmocka_unit_test(dhcp_is_read_and_loopback_is_not),
		cmocka_unit_test(absurd_files_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
