/* The isolated network must hold the guest's own addresses, and be one that
 * QEMU accepts. */
#include "tests/harness.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "convert/emit/subnet.h"

static uint32_t
number(const char *dotted)
{
	struct in_addr address;

	assert_int_equal(inet_pton(AF_INET, dotted, &address), 1);
	return ntohl(address.s_addr);
}

/* What QEMU refuses: places outside the network, or two in one place. */
static void
check_is_usable(const struct subnet *subnet)
{
	const char *places[] = {subnet->host, subnet->dns, subnet->dhcp,
		subnet->guest};

	for (size_t i = 0; i < 4; i++) {
		assert_true(subnet_holds(subnet->network, number(places[i])));
		if (i < 2)
			for (size_t j = i + 1; j < 4; j++)
				assert_string_not_equal(places[i], places[j]);
	}
}

static void
guest_and_gateway_keep_their_addresses(void **state)
{
	struct subnet subnet;

	(void)state;
	subnet_around(&subnet, "192.0.2.10/24", "192.0.2.1", 0);
	assert_string_equal(subnet.network, "192.0.2.0/24");
	assert_string_equal(subnet.guest, "192.0.2.10");
	assert_string_equal(subnet.host, "192.0.2.1");
	assert_string_not_equal(subnet.dhcp, "192.0.2.10");
	check_is_usable(&subnet);
}

static void
every_place_of_the_guest_gives_a_usable_network(void **state)
{
	struct subnet subnet;
	char address[32], gateway[32];

	(void)state;
	for (int guest = 1; guest < 255; guest++) {
		for (int prefix = 20; prefix <= 32; prefix++) {
			snprintf(address, sizeof address, "198.51.100.%d/%d",
				guest, prefix);
			snprintf(gateway, sizeof gateway, "198.51.100.%d",
				guest ^ 1);
			subnet_around(&subnet, address, gateway, 0);
			check_is_usable(&subnet);
			subnet_around(&subnet, address, NULL, 0);
			check_is_usable(&subnet);
		}
	}
}

static void
gateway_outside_the_subnet_widens_it(void **state)
{
	struct subnet subnet;

	(void)state;
	subnet_around(&subnet, "10.1.2.3/32", "10.1.7.254", 0);
	assert_string_equal(subnet.network, "10.1.0.0/21");
	assert_string_equal(subnet.host, "10.1.7.254");
	check_is_usable(&subnet);
}

static void
unusable_addresses_give_a_network_with_dhcp(void **state)
{
	static const char *const addresses[] = {NULL, "", "2001:db8::1/64",
		"192.0.2.10/24,hostfwd=tcp::22-:22", "192.0.2.10/33",
		"192.0.2.10/0", "192.0.2.10/", "0.0.0.0/8", "224.0.0.5/24",
		"1.2.3.4.5.6.7.8.9.0.1.2/24"};
	struct subnet subnet;

	(void)state;
	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		subnet_around(&subnet, addresses[i], "192.0.2.1", 3);
		assert_string_equal(subnet.network, "10.0.5.0/24");
		assert_string_equal(subnet.guest, subnet.dhcp);
		check_is_usable(&subnet);
	}
}

static void
addresses_outside_are_told_apart(void **state)
{
	(void)state;
	assert_true(subnet_holds("192.0.2.0/24", number("192.0.2.255")));
	assert_false(subnet_holds("192.0.2.0/24", number("192.0.3.0")));
	assert_false(subnet_holds("192.0.2.0/24", number("8.8.8.8")));
	assert_false(subnet_holds("nonsense", number("8.8.8.8")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guest_and_gateway_keep_their_addresses),
		cmocka_unit_test(
			every_place_of_the_guest_gives_a_usable_network),
		cmocka_unit_test(gateway_outside_the_subnet_widens_it),
		cmocka_unit_test(unusable_addresses_give_a_network_with_dhcp),
		cmocka_unit_test(addresses_outside_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
