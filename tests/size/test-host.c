/* The conversion host, as two fixtures of /proc and stand-in programs tell it. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/size/host.h"
#include "tests/harness.h"

static char folder[] = "/tmp/unrack-test-XXXXXX";

static void
put(const char *name, const char *text, unsigned mode)
{
	AUTO(freep) char *path = io_format("%s/%s", folder, name);
	struct error err = {0};

	assert_ok(io_write_file(path, text, strlen(text), mode, &err), &err);
}

static int
set_up(void **state)
{
	AUTO(freep) char *proc = NULL;
	struct error err = {0};

	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	proc = io_format("%s/proc", folder);
	assert_ok(io_make_folders(proc, &err), &err);
	setenv("UNRACK_ACCEL", "kvm", 1);
	return 0;
}

static int
tear_down(void **state)
{
	struct error err = {0};

	(void)state;
	return io_remove_tree(folder, &err);
}

static void
host_tells_room_memory_processor_and_programs(void **state)
{
	AUTO(freep) char *path = io_format("%s:/usr/bin:/bin", folder);
	AUTO(freep) char *below = io_format("%s/not/there/yet", folder);
	AUTO(host_release) struct host host = {0};

	(void)state;
	put("proc/cpuinfo", "processor\t: 0\nvendor_id\t: AuthenticAMD\n"
		"flags\t\t: sse4a cx16 avx2\n\nprocessor\t: 1\nvendor_id\t: "
		"AuthenticAMD\nflags\t\t: sse4a cx16 avx2\n", 0600);
	put("proc/meminfo", "MemTotal:       16384 kB\nMemFree: 1 kB\n", 0600);
	put("qemu-system-x86_64", "#!/bin/sh\ncase $1 in --version) echo "
		"'QEMU emulator version 8.2.2 (Debian 1:8.2.2)';; *) echo "
		"'x86 EPYC  (alias)';; esac\n", 0700);
	put("virsh", "#!/bin/sh\necho 10.0.0\n", 0700);
	setenv("PATH", path, 1);
	host_read(&host, folder, below);
	assert_int_equal(host.processors, 2);
	assert_string_equal(host.vendor, "AuthenticAMD");
	assert_int_equal(json_array_size(host.flags), 3);
	assert_int_equal(host.memory_bytes, 16 << 20);
	assert_string_equal(host.qemu, "8.2.2");
	assert_string_equal(host.libvirt, "10.0.0");
	assert_non_null(strstr(host.models, "EPYC"));
	assert_true(host.has_kvm);
	assert_true(host.free_bytes > 0);
}

static void
bare_host_tells_nothing(void **state)
{
	AUTO(freep) char *empty = io_format("%s/empty", folder);
	AUTO(host_release) struct host host = {0};
	struct error err = {0};

	(void)state;
	assert_ok(io_make_folders(empty, &err), &err);
	setenv("PATH", empty, 1);
	host_read(&host, empty, empty);
	assert_int_equal(host.processors, 0);
	assert_int_equal(host.memory_bytes, 0);
	assert_string_equal(host.qemu, "");
	assert_string_equal(host.libvirt, "");
	assert_null(host.models);
	assert_int_equal(json_array_size(host.flags), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_tells_room_memory_processor_and_programs),
		cmocka_unit_test(bare_host_tells_nothing),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
