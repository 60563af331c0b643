#include "tests/harness.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "common/io.h"
#include "common/own.h"
#include "common/process.h"
#include "convert/local.h"
#include "convert/state/machine.h"
#include "tests/state/fixture.h"

enum { MIB = 1 << 20 };

static int
make_machine(void **state)
{
	struct fixture *fixture;

	fixture_make(state);
	fixture = *state;
	fixture->path = io_format("%s/disk.raw", fixture->folder);
	return 0;
}

/* An image of `size` bytes whose first sectors are given. */
static void
make_image(const struct fixture *fixture, uint64_t size, const void *sectors,
	size_t bytes)
{
	AUTO(fd_closep) int fd = open(fixture->path,
		O_RDWR | O_CREAT | O_TRUNC, 0600);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, sectors, bytes), (ssize_t)bytes);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
}

static int
add(const struct fixture *fixture, struct error *err)
{
	char *files[] = {fixture->path};

	return local_add_images(fixture->machine, files, 1, err);
}

/* One Linux partition from sector 2048 to `end_bytes`. */
static void
make_mbr(uint8_t sector[1024], uint64_t end_bytes)
{
	uint32_t start = 2048, length = (uint32_t)(end_bytes / 512) - start;

	memset(sector, 0, 1024);
	sector[446 + 4] = 0x83;
	memcpy(sector + 446 + 8, &start, 4);
	memcpy(sector + 446 + 12, &length, 4);
	sector[510] = 0x55;
	sector[511] = 0xaa;
}

static void
a_whole_image_becomes_disk_sda(void **state)
{
	struct fixture *fixture = *state;
	struct local_source *source = NULL;
	struct pipeline_source *base;
	struct machine_disk *disks;
	struct error err = {0};
	const char *format;
	uint8_t sectors[1024];
	size_t count;

	make_mbr(sectors, 8 * MIB);
	make_image(fixture, 8 * MIB, sectors, sizeof sectors);
	assert_ok(add(fixture, &err), &err);
	assert_ok(machine_read_disks(fixture->machine, &disks, &count, &err),
		&err);
	assert_int_equal(count, 1);
	assert_string_equal(disks[0].name, "sda");
	assert_int_equal(disks[0].size_bytes, 8 * MIB);
	machine_disks_free(disks, count);
	assert_ok(local_open(&source, fixture->machine, &err), &err);
	base = local_pipeline_source(source);
	assert_string_equal(base->location(base, 0, &format), fixture->path);
	assert_string_equal(format, "raw");
	assert_null(base->capture);
	local_close(source);
}

static void
an_image_cut_short_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct error err = {0};
	uint8_t sectors[1024];

	make_mbr(sectors, 8 * MIB);
	make_image(fixture, 8 * MIB - 512, sectors, sizeof sectors);
	assert_int_equal(add(fixture, &err), -1);
	assert_non_null(strstr(err.text, "cut short"));
	assert_true(err.hint[0] != '\0');
}

static void
a_gpt_image_cut_short_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct error err = {0};
	uint8_t sectors[1024];
	uint64_t last = 8 * MIB / 512 - 1;

	make_mbr(sectors, 8 * MIB);
	sectors[446 + 4] = 0xee;
	memcpy(sectors + 512, "EFI PART", 8);
	memcpy(sectors + 512 + 32, &last, 8);
	make_image(fixture, 8 * MIB, sectors, sizeof sectors);
	assert_ok(add(fixture, &err), &err);
	make_image(fixture, 7 * MIB, sectors, sizeof sectors);
	assert_int_equal(add(fixture, &err), -1);
	assert_non_null(strstr(err.text, "cut short"));
}

static void
a_raw_disk_cannot_choose_to_be_qcow2(void **state)
{
	struct fixture *fixture = *state;
	struct error err = {0};

	make_image(fixture, MIB, "QFI\xfb\0\0\0\3", 8);
	assert_int_equal(add(fixture, &err), -1);
	assert_non_null(strstr(err.text, "does not end in .qcow2"));
}

static void
a_missing_image_an_empty_one_and_a_folder_are_refused(void **state)
{
	struct fixture *fixture = *state;
	char *folder[] = {fixture->folder};
	struct error err = {0};

	assert_int_equal(add(fixture, &err), -1);
	assert_non_null(strstr(err.text, "No such file"));
	make_image(fixture, 0, "", 0);
	assert_int_equal(add(fixture, &err), -1);
	assert_non_null(strstr(err.text, "not a disk image"));
	assert_int_equal(local_add_images(fixture->machine, folder, 1, &err), -1);
	assert_non_null(strstr(err.text, "not a file"));
}

/* A qcow2 image with `bytes` of data that are no zeros. */
static char *
make_qcow2(const struct fixture *fixture, uint64_t bytes, const char *options)
{
	AUTO(freep) char *data = malloc(bytes);
	char *path = io_format("%s/disk.qcow2", fixture->folder);
	const char *const argv[] = {"qemu-img", "convert", "-f", "raw", "-O",
		"qcow2", "-o", options, fixture->path, path, NULL};
	struct error err = {0};

	assert_non_null(data);
	for (uint64_t i = 0; i < bytes; i++)
		data[i] = (char)(i * i >> 7 | 1);
	make_image(fixture, bytes, data, bytes);
	assert_ok(process_run(argv, NULL, 60, &err), &err);
	return path;
}

static int
add_path(const struct fixture *fixture, char *path, struct error *err)
{
	return local_add_images(fixture->machine, &path, 1, err);
}

static void
a_whole_qcow2_image_is_taken_and_one_cut_short_is_refused(void **state)
{
	static const char *const options[] = {"cluster_size=64k",
		"compat=0.10", "cluster_size=512", "cluster_size=2M",
		"extended_l2=on,cluster_size=32k"};
	struct fixture *fixture = *state;
	struct stat st;

	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		AUTO(freep) char *path = make_qcow2(fixture, 8 * MIB,
			options[i]);
		struct error err = {0};

		assert_ok(add_path(fixture, path, &err), &err);
		assert_int_equal(stat(path, &st), 0);
		for (off_t eighths = 7; eighths > 0; eighths--) {
			assert_int_equal(truncate(path,
						 st.st_size / 8 * eighths),
				0);
			assert_int_equal(add_path(fixture, path, &err), -1);
			assert_non_null(strstr(err.text, "cut short"));
			assert_true(err.hint[0] != '\0');
		}
	}
}

static void
a_compressed_qcow2_image_cut_short_is_refused(void **state)
{
	struct fixture *fixture = *state;
	AUTO(freep) char *path = make_qcow2(fixture, 8 * MIB,
		"cluster_size=64k");
	AUTO(freep) char *small = io_format("%s/small.qcow2", fixture->folder);
	const char *const argv[] = {"qemu-img", "convert", "-c", "-O", "qcow2",
		path, small, NULL};
	struct error err = {0};
	struct stat st;

	assert_ok(process_run(argv, NULL, 60, &err), &err);
	assert_ok(add_path(fixture, small, &err), &err);
	assert_int_equal(stat(small, &st), 0);
	assert_int_equal(truncate(small, st.st_size * 3 / 4), 0);
	assert_int_equal(add_path(fixture, small, &err), -1);
	assert_non_null(strstr(err.text, "cut short"));
}

/* Write over a part of the image's header. */
static void
patch(const char *path, off_t offset, const void *data, size_t bytes)
{
	AUTO(fd_closep) int fd = open(path, O_RDWR);

	assert_int_not_equal(fd, -1);
	assert_int_equal(pwrite(fd, data, bytes, offset), (ssize_t)bytes);
}

static void
a_qcow2_image_may_not_choose_what_else_is_opened(void **state)
{
	static const char name[] = "json:{\"driver\":\"nbd\"}";
	struct fixture *fixture = *state;
	AUTO(freep) char *path = make_qcow2(fixture, MIB, "cluster_size=64k");
	struct error err = {0};

	patch(path, 1024, name, sizeof name - 1);
	patch(path, 8, "\0\0\0\0\0\0\4\0\0\0\0", 11);
	patch(path, 19, &(char){sizeof name - 1}, 1);
	assert_int_equal(add_path(fixture, path, &err), -1);
	assert_non_null(strstr(err.text, "not a file"));
	patch(path, 79, "\4", 1);
	assert_int_equal(add_path(fixture, path, &err), -1);
	assert_non_null(strstr(err.text, "another file"));
}

static void
tables_of_a_qcow2_image_that_are_one_do_not_loop(void **state)
{
	struct fixture *fixture = *state;
	AUTO(freep) char *path = make_qcow2(fixture, MIB, "cluster_size=64k");
	uint8_t entry[8], table[1 << 16];
	struct error err = {0};
	AUTO(fd_closep) int fd = open(path, O_RDONLY);

	/* a whole cluster of entries that are all the first one */
	assert_int_equal(pread(fd, entry, 8, 3 << 16), 8);
	for (size_t i = 0; i < sizeof table; i++)
		table[i] = entry[i % 8];
	patch(path, 3 << 16, table, sizeof table);
	patch(path, 36, "\0\0\x20\0", 4);
	assert_int_equal(add_path(fixture, path, &err), -1);
	assert_non_null(strstr(err.text, "share their place"));
}

/* The path of a new image of 1 MiB, in the format that its ending tells. */
static char *
make_foreign(const struct fixture *fixture, const char *format,
	const char *ending)
{
	char *path = io_format("%s/disk%s", fixture->folder, ending);
	const char *const argv[] = {"qemu-img", "create", "-q", "-f", format,
		path, "1M", NULL};
	struct error err = {0};

	assert_ok(process_run(argv, NULL, 60, &err), &err);
	return path;
}

static void
images_of_other_hypervisors_are_taken_by_their_name(void **state)
{
	static const char *const kinds[][2] = {{"vmdk", ".vmdk"},
		{"vhdx", ".vhdx"}, {"vpc", ".vhd"}};
	struct fixture *fixture = *state;
	struct machine_disk *disks;
	struct error err = {0};
	size_t count;

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		AUTO(freep) char *path = make_foreign(fixture, kinds[i][0],
			kinds[i][1]);

		assert_ok(add_path(fixture, path, &err), &err);
		assert_ok(machine_read_disks(fixture->machine, &disks, &count,
				  &err), &err);
		assert_string_equal(disks[0].image_format, kinds[i][0]);
		assert_true(disks[0].size_bytes >= MIB);
		machine_disks_free(disks, count);
		assert_int_equal(truncate(path, 100), 0);
		assert_int_equal(add_path(fixture, path, &err), -1);
	}
}

static void
a_vmdk_may_not_choose_what_else_is_opened(void **state)
{
	static const char descriptor[] = "# Disk DescriptorFile\nversion=1\n"
		"CID=1\nparentCID=ffffffff\ncreateType=\"monolithicFlat\"\n"
		"RW 2048 FLAT \"/etc/passwd\" 0\n";
	struct fixture *fixture = *state;
	AUTO(freep) char *path = make_foreign(fixture, "vmdk", ".vmdk");
	AUTO(freep) char *child = io_format("%s/child.vmdk", fixture->folder);
	const char *const argv[] = {"qemu-img", "create", "-q", "-f", "vmdk",
		"-F", "vmdk", "-b", path, child, NULL};
	struct error err = {0};

	assert_ok(process_run(argv, NULL, 60, &err), &err);
	assert_int_equal(add_path(fixture, child, &err), -1);
	assert_non_null(strstr(err.text, "based on another image"));
	patch(path, 12, "\0\0\0\0\0\0\0\0", 8);
	assert_int_equal(add_path(fixture, path, &err), -1);
	assert_non_null(strstr(err.text, "holds its data itself"));
	patch(path, 0, descriptor, sizeof descriptor - 1);
	assert_int_equal(add_path(fixture, path, &err), -1);
	assert_non_null(strstr(err.text, "holds its data itself"));
}

static void
the_inventory_names_the_disks(void **state)
{
	static const char inventory[] = "{\"disks\":[{\"name\":\"sr0\","
					"\"offered\":false},{\"name\":"
					"\"cciss!c0d0\",\"offered\":true}]}";
	struct fixture *fixture = *state;
	AUTO(freep) char *path = machine_path(fixture->machine,
		"inventory.json");
	struct machine_disk *disks;
	struct error err = {0};
	uint8_t sectors[1024];
	size_t count;

	make_mbr(sectors, 8 * MIB);
	make_image(fixture, 8 * MIB, sectors, sizeof sectors);
	assert_ok(io_write_file(path, inventory, strlen(inventory), 0600, &err),
		&err);
	assert_ok(add(fixture, &err), &err);
	assert_ok(machine_read_disks(fixture->machine, &disks, &count, &err),
		&err);
	assert_string_equal(disks[0].name, "cciss!c0d0");
	machine_disks_free(disks, count);
}

static void
a_capture_that_is_not_complete_is_not_a_source(void **state)
{
	struct fixture *fixture = *state;
	struct machine_disk disk = {.name = "sda", .size_bytes = MIB};
	struct local_source *source = NULL;
	struct error err = {0};

	assert_ok(machine_write_disks(fixture->machine, &disk, 1, &err), &err);
	assert_int_equal(local_open(&source, fixture->machine, &err), -1);
	assert_non_null(strstr(err.text, "not captured yet"));
}

static void
a_pre_copy_is_not_a_source_and_says_what_completes_it(void **state)
{
	struct fixture *fixture = *state;
	struct machine_disk disk = {.name = "sda", .size_bytes = MIB};
	struct local_source *source = NULL;
	struct error err = {0};

	assert_ok(machine_write_disks(fixture->machine, &disk, 1, &err), &err);
	assert_ok(machine_set_state(fixture->machine, MACHINE_PRECOPIED, &err),
		&err);
	assert_int_equal(machine_state(fixture->machine), MACHINE_PRECOPIED);
	assert_int_equal(local_open(&source, fixture->machine, &err), -1);
	assert_non_null(strstr(err.text, "copied in advance"));
	assert_non_null(strstr(err.hint, "only what still differs is sent"));
}

#define test(f) cmocka_unit_test_setup_teardown(f, make_machine, fixture_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_whole_image_becomes_disk_sda),
		test(an_image_cut_short_is_refused),
		test(a_gpt_image_cut_short_is_refused),
		test(a_raw_disk_cannot_choose_to_be_qcow2),
		test(a_missing_image_an_empty_one_and_a_folder_are_refused),
		test(a_whole_qcow2_image_is_taken_and_one_cut_short_is_refused),
		test(a_compressed_qcow2_image_cut_short_is_refused),
		test(a_qcow2_image_may_not_choose_what_else_is_opened),
		test(tables_of_a_qcow2_image_that_are_one_do_not_loop),
		test(images_of_other_hypervisors_are_taken_by_their_name),
		test(a_vmdk_may_not_choose_what_else_is_opened),
		test(the_inventory_names_the_disks),
		test(a_capture_that_is_not_complete_is_not_a_source),
		test(a_pre_copy_is_not_a_source_and_says_what_completes_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
