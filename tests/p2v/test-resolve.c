/* Finding hosts without libc's name services. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "tests/harness.h"

#include "common/io.h"
#include "common/own.h"
#include "p2v/resolve.h"
#include "tests/p2v/fixture.h"

static void
assert_v4(const struct addrinfo *found, const char *text, uint16_t port)
{
	const struct sockaddr_in *v4 = (const void *)found->ai_addr;
	char seen[INET_ADDRSTRLEN];

	assert_int_equal(found->ai_family, AF_INET);
	assert_int_equal(found->ai_addrlen, sizeof *v4);
	assert_int_equal(v4->sin_family, AF_INET);
	assert_int_equal(ntohs(v4->sin_port), port);
	inet_ntop(AF_INET, &v4->sin_addr, seen, sizeof seen);
	assert_string_equal(seen, text);
}

static void
addresses_need_no_file_and_no_server(void **state)
{
	const struct sockaddr_in6 *v6;
	struct addrinfo *list = NULL;

	(void)state;
	assert_int_equal(resolve_find(&list, "192.0.2.7", "7443", "/none"), 0);
	assert_v4(list, "192.0.2.7", 7443);
	assert_null(list->ai_next);
	resolve_free(list);

	assert_int_equal(resolve_find(&list, "2001:db8::1", "1", "/none"), 0);
	v6 = (const void *)list->ai_addr;
	assert_int_equal(v6->sin6_family, AF_INET6);
	assert_int_equal(v6->sin6_addr.s6_addr[15], 1);
	assert_int_equal(list->ai_addrlen, sizeof *v6);
	resolve_free(list);
}

static void
names_come_from_the_hosts_file(void **state)
{
	static const char text[] = "# comment host\n127.0.0.1\tlocalhost\n"
		"  192.0.2.1 other\tHost.example host # not-this\n"
		"nonsense host\n192.0.2.2 host\n\n192.0.2.9";
	char *folder = fixture_folder();
	AUTO(freep) char *path = io_format("%s/hosts", folder);
	struct addrinfo *list = NULL;
	struct error err = {0};

	(void)state;
	assert_ok(io_write_file(path, text, sizeof text - 1, 0600, &err), &err);
	assert_int_equal(resolve_find(&list, "host", "80", path), 0);
	assert_v4(list, "192.0.2.1", 80);
	assert_v4(list->ai_next, "192.0.2.2", 80);
	assert_null(list->ai_next->ai_next);
	resolve_free(list);
	assert_int_equal(resolve_find(&list, "host.EXAMPLE", "80", path), 0);
	assert_v4(list, "192.0.2.1", 80);
	resolve_free(list);
	fixture_remove(folder);
}

static void
only_numbers_are_ports(void **state)
{
	static const char *const wrong[] = {"", "https", "65536", "1x"};
	struct addrinfo *list = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_int_equal(resolve_find(&list, "192.0.2.7", wrong[i],
			"/none"), EAI_SERVICE);
	assert_null(list);
}

/* "h A", answered with a CNAME to "i", then 192.0.2.3. */
static const unsigned char answer[] = "\0\1\x81\x80\0\1\0\2\0\0\0\0"
	"\1h\0\0\1\0\1"
	"\xc0\x0c\0\5\0\1\0\0\0\x3c\0\3\1i\0"
	"\1i\0\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\3";

static void
a_name_servers_answer_is_read_past_its_aliases(void **state)
{
	struct addrinfo *list = NULL, **end = &list;

	(void)state;
	assert_int_equal(resolve_add_answer(&end, answer, sizeof answer - 1,
		AF_INET, 7443), 0);
	assert_v4(list, "192.0.2.3", 7443);
	assert_null(list->ai_next);
	assert_int_equal(resolve_add_answer(&end, answer, sizeof answer - 1,
		AF_INET6, 7443), EAI_NONAME);
	resolve_free(list);
}

static void
a_cut_answer_yields_nothing(void **state)
{
	(void)state;
	for (size_t bytes = 0; bytes < sizeof answer - 1; bytes++) {
		struct addrinfo *list = NULL, **end = &list;

		assert_int_not_equal(resolve_add_answer(&end, answer, bytes,
			AF_INET, 7443), 0);
		assert_null(list);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_need_no_file_and_no_server),
		cmocka_unit_test(names_come_from_the_hosts_file),
		cmocka_unit_test(only_numbers_are_ports),
		cmocka_unit_test(a_name_servers_answer_is_read_past_its_aliases),
		cmocka_unit_test(a_cut_answer_yields_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
