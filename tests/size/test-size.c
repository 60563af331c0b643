/* The size-up from what the stages leave, and what it objects to in a host. */
#include <string.h>

#include "common/json.h"
#include "common/own.h"
#include "convert/size/host.h"
#include "convert/size/layout.h"
#include "convert/size/size.h"
#include "tests/harness.h"

#define GB 1000000000ull

static const char layout_text[] =
	"{\"disks\": [{\"name\": \"sda\", \"size_bytes\": 100000000000, "
	"\"partitions\": ["
	"{\"filesystem\": \"ext4\", \"size_bytes\": 50000000000, "
	"\"used_bytes\": 9000000000, \"free_bytes\": 41000000000},"
	"{\"filesystem\": \"swap\", \"size_bytes\": 4000000000},"
	"{\"filesystem\": \"LVM2_member\", \"size_bytes\": 30000000000},"
	"{\"filesystem\": \"ntfs\", \"size_bytes\": 500000000}]}],"
	"\"volumes\": [{\"filesystem\": \"xfs\", \"size_bytes\": 20000000000, "
	"\"used_bytes\": 500000000, \"free_bytes\": 1},"
	"{\"filesystem\": \"swap\", \"size_bytes\": 1000000000}]}";

static const char session_text[] =
	"{\"stages\": [{\"name\": \"assess\", \"seconds\": 30}, "
	"{\"name\": \"convert\", \"seconds\": 10}, "
	"{\"name\": \"verify\", \"seconds\": 500}],"
	"\"estimate\": {\"limit\": \"wire\", \"read_bytes_per_second\": "
	"100000000, \"measured\": {\"read_bytes_per_second\": 100000000, "
	"\"wire_ratio\": 0.5, \"limit\": \"wire\"}}}";

static const struct host good_host = {500 * GB, 64 * GB, 8, true,
	"GenuineIntel", "7.2.11", "9.0.0", "/usr/share/OVMF/OVMF_CODE.fd", NULL,
	NULL};

static json_t *
size_of(const char *session, const char *findings, const struct host *host)
{
	AUTO(json_decrefpp) json_t *layout = json_loads(layout_text, 0, NULL);
	AUTO(json_decrefpp) json_t *run = json_loads(session, 0, NULL);
	AUTO(json_decrefpp) json_t *found = json_loads(findings, 0, NULL);
	AUTO(json_decrefpp) json_t *nothing = json_object();
	const struct size_facts facts = {4 * GB, 4, "uefi", nothing, nothing,
		layout, found, run, nothing, host};
	json_t *size;

	assert_non_null(layout);
	assert_non_null(run);
	size = size_make(&facts);
	assert_non_null(size);
	return size;
}

static void
used_bytes_are_what_a_capture_has_to_bring(void **state)
{
	AUTO(json_decrefpp) json_t *layout = json_loads(layout_text, 0, NULL);

	(void)state;
	/* ext4's used, all of the unread ntfs, xfs's used; no swap, no PV */
	assert_int_equal(layout_used_bytes(layout), 10 * GB);
	assert_int_equal(layout_disk_bytes(layout), 100 * GB);
}

static void
downtime_is_stages_copy_and_boot(void **state)
{
	AUTO(json_decrefpp) json_t *size = size_of(session_text, "{}",
		&good_host);

	(void)state;
	/* 40 s of stages, 10 GB at 100 MB/s, 25 s of boot */
	assert_int_equal(json_number(size, "downtime_seconds", 0), 165);
	assert_int_equal(json_number(size, "boot_seconds", 0), 25);
	assert_int_equal(json_number(size, "link_bytes_per_second", 0),
		50000000);
	assert_string_equal(json_text(size, "limit", ""), "wire");
	assert_string_equal(json_text(size, "mode", ""), "offline");
	assert_int_equal(json_number(size, "vcpus", 0), 4);
	assert_int_equal(json_array_size(json_object_get(json_object_get(size,
		"host"), "problems")), 0);
}

static void
without_a_measurement_no_downtime_is_told(void **state)
{
	AUTO(json_decrefpp) json_t *size = size_of("{}",
		"{\"tier\": \"not-ready\"}", &good_host);

	(void)state;
	assert_true(json_is_null(json_object_get(size, "downtime_seconds")));
	assert_true(json_is_null(json_object_get(size,
		"link_bytes_per_second")));
	assert_string_equal(json_text(size, "limit", ""), "unknown");
	assert_string_equal(json_text(size, "mode", ""), "rebuild");
}

static void
a_link_that_nothing_crossed_is_not_known(void **state)
{
	AUTO(json_decrefpp) json_t *size = size_of("{\"estimate\": "
		"{\"limit\": \"disk\", \"read_bytes_per_second\": 100000000, "
		"\"measured\": {\"read_bytes_per_second\": 100000000, "
		"\"wire_ratio\": 0.0005, \"limit\": \"disk\"}}}", "{}",
		&good_host);

	(void)state;
	assert_true(json_is_null(json_object_get(size,
		"link_bytes_per_second")));
}

static void
check_problem(const struct host *host, const char *part)
{
	AUTO(json_decrefpp) json_t *size = size_of("{}", "{}", host);
	const json_t *list = json_object_get(json_object_get(size, "host"),
		"problems"), *problem;
	size_t i;

	json_array_foreach(list, i, problem)
		if (strstr(json_string_value(problem), part) != NULL)
			return;
	fail_msg("nothing of: %s", part);
}

static void
each_lack_of_the_host_is_told(void **state)
{
	struct host host = good_host;

	(void)state;
	host.free_bytes = 9 * GB;
	check_problem(&host, "the capture does not fit");
	host.free_bytes = 50 * GB;
	check_problem(&host, "if the VM fills them, the host runs full");
	host = good_host;
	host.memory_bytes = 4 * GB;
	check_problem(&host, "the VM wants 4.0 GB of memory");
	host = good_host;
	host.processors = 2;
	check_problem(&host, "the VM wants 4 processors");
	host = good_host;
	host.qemu[0] = '\0';
	check_problem(&host, "QEMU is not installed");
	strcpy(host.qemu, "4.2.1");
	check_problem(&host, "older than 5.0");
	host = good_host;
	host.ovmf = NULL;
	check_problem(&host, "install ovmf");
	host = good_host;
	host.has_kvm = false;
	check_problem(&host, "software emulation");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(used_bytes_are_what_a_capture_has_to_bring),
		cmocka_unit_test(downtime_is_stages_copy_and_boot),
		cmocka_unit_test(without_a_measurement_no_downtime_is_told),
		cmocka_unit_test(a_link_that_nothing_crossed_is_not_known),
		cmocka_unit_test(each_lack_of_the_host_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
