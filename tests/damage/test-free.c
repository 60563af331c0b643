/* Free blocks of real XFS and FAT file systems, by their own records. */
#include "convert/damage/free.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "common/own.h"
#include "common/process.h"
#include "tests/harness.h"

static char folder[64];

static int
setup(void **state)
{
	(void)state;
	strcpy(folder, "/var/tmp/unrack-test-free.XXXXXX");
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	return io_remove_tree(folder, NULL);
}

/* Run `sh -euc` in the folder; what it prints, which the caller frees. */
static char *
shell(const char *script)
{
	AUTO(freep) char *all = io_format("PATH=$PATH:/usr/sbin:/sbin\ncd %s\n%s",
		folder, script);
	const char *const argv[] = {"sh", "-euc", all, NULL};
	char *output;
	struct error err;

	assert_ok(process_run(argv, &output, 60, &err), &err);
	return output;
}

static int
read_file(void *context, uint64_t offset_bytes, void *data, size_t bytes,
	struct error *err)
{
	return io_pread(*(int *)context, data, bytes, offset_bytes, "image",
		err);
}

static enum free_answer
ask(int (*how)(const struct free_reader *, uint64_t, enum free_answer *,
	    struct error *),
	uint64_t offset)
{
	AUTO(freep) char *path = io_format("%s/image", folder);
	AUTO(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	const struct free_reader reader = {read_file, &fd};
	enum free_answer answer;
	struct error err;

	assert_ok(how(&reader, offset, &answer, &err), &err);
	return answer;
}

/* Each free extent that xfs_db lists is free at both ends, and not beyond. */
static void
compare_with_xfs_db(const char *mkfs)
{
	AUTO(freep) char *script = io_format("truncate -s 320M image\n"
		"head -c 3000000 /dev/urandom > data\n%s\n"
		"xfs_db -r -c 'freesp -d' image | "
		"awk 'NF == 3 && $1 ~ /^[0-9]+$/ && $2 ~ /^[0-9]+$/'\n", mkfs);
	AUTO(freep) char *list = shell(script);
	AUTO(freep) char *size = shell(
		"xfs_db -r -c 'sb 0' -c 'p agblocks' image | sed 's/.*= //'");
	uint64_t group_blocks = strtoull(size, NULL, 10);
	unsigned extents = 0, group, first, count;

	for (char *rest = list, *line; (line = strsep(&rest, "\n")) != NULL;) {
		uint64_t start;

		/* Single ones are what it keeps for the trees themselves. */
		if (sscanf(line, "%u %u %u", &group, &first, &count) != 3 ||
			count == 1)
			continue;
		start = (group * group_blocks + first) * 4096;
		assert_int_equal(ask(free_ask_xfs, start), FREE_YES);
		assert_int_equal(ask(free_ask_xfs,
			start + count * UINT64_C(4096) - 512), FREE_YES);
		assert_int_not_equal(ask(free_ask_xfs, start - 512), FREE_YES);
		assert_int_not_equal(ask(free_ask_xfs,
			start + count * UINT64_C(4096)), FREE_YES);
		extents++;
	}
	assert_true(extents > 3);
	assert_int_equal(ask(free_ask_xfs, 0), FREE_RECORDS);
	assert_int_equal(ask(free_ask_xfs, UINT64_C(320) << 20), FREE_OUTSIDE);
}

static void
free_extents_of_xfs_are_those_of_xfs_db(void **state)
{
	(void)state;
	compare_with_xfs_db("printf '%s\\n' dummy '0 0' 'd--755 0 0' "
		"'a ---644 0 0 data' '$' > proto\nmkfs.xfs -q -p proto image");
}

static void
free_extents_of_xfs_version_4_are_those_of_xfs_db(void **state)
{
	(void)state;
	compare_with_xfs_db("printf '%s\\n' dummy '0 0' 'd--755 0 0' "
		"'a ---644 0 0 data' '$' > proto\n"
		"mkfs.xfs -q -m crc=0 -p proto image 2>/dev/null");
}

static void
the_log_of_xfs_is_its_journal(void **state)
{
	AUTO(freep) char *at = NULL;

	(void)state;
	at = shell("truncate -s 320M image\nmkfs.xfs -q image\n"
		   "log=$(xfs_db -r -c 'sb 0' -c 'p logstart' image | "
		   "sed 's/.*= //')\nxfs_db -r -c \"convert fsb $log byte\" "
		   "image | sed 's/.*(\\(.*\\)).*/\\1/'");
	assert_int_equal(ask(free_ask_xfs, strtoull(at, NULL, 10) + 4096),
		FREE_JOURNAL);
}

static void
a_group_whose_records_are_lost_is_told_alone(void **state)
{
	AUTO(freep) char *size = NULL, *path = io_format("%s/image", folder);
	enum free_answer answer;
	uint64_t group;
	int fd;
	const struct free_reader reader = {read_file, &fd};

	(void)state;
	size = shell("truncate -s 320M image\nmkfs.xfs -q image\n"
		     "n=$(xfs_db -r -c 'sb 0' -c 'p agblocks' image | "
		     "sed 's/.*= //')\necho $((n * 4096))\n"
		     "dd if=/dev/zero of=image bs=512 seek=$((n * 8 + 1)) "
		     "count=1 conv=notrunc status=none");
	group = strtoull(size, NULL, 10);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(free_ask_xfs(&reader, group + 512, &answer, NULL), 0);
	assert_int_equal(answer, FREE_RECORDS);
	assert_int_equal(free_ask_xfs(&reader, group + 9000000, &answer, NULL),
		-1);
	assert_int_equal(free_ask_xfs(&reader, 3 * group - 4096, &answer, NULL),
		0);
	assert_int_equal(answer, FREE_YES);
	close(fd);
}

/* A file of many clusters, found by its content; what follows it is free. */
static void
compare_fat(const char *size, const char *bits)
{
	AUTO(freep) char *script = io_format("truncate -s %s image\n"
		"mkfs.vfat -F %s image >/dev/null\n"
		"yes FAT-TEXT- | tr -d '\\n' | head -c 100000 > data\n"
		"mcopy -i image data ::data\n"
		"grep -abo FAT-TEXT- image | sed -n '1p;$p' | cut -d: -f1",
		size, bits);
	AUTO(freep) char *list = shell(script);
	char *end;
	uint64_t first = strtoull(list, &end, 10);
	uint64_t last = strtoull(end, NULL, 10);

	assert_true(last - first > 90000);
	assert_int_equal(ask(free_ask_fat, first), FREE_RECORDS);
	assert_int_equal(ask(free_ask_fat, last), FREE_RECORDS);
	assert_int_equal(ask(free_ask_fat, last + 100000), FREE_YES);
	assert_int_equal(ask(free_ask_fat, 0), FREE_RECORDS);
	assert_int_equal(ask(free_ask_fat, first - 1), FREE_RECORDS);
}

static void
clusters_of_fat_are_free_or_not(void **state)
{
	(void)state;
	compare_fat("2M", "12");
	free(shell("rm image"));
	compare_fat("40M", "16");
	free(shell("rm image"));
	compare_fat("80M", "32");
}

static void
what_is_neither_is_refused(void **state)
{
	AUTO(freep) char *path = io_format("%s/image", folder);
	enum free_answer answer;
	int fd;
	const struct free_reader reader = {read_file, &fd};

	(void)state;
	free(shell("head -c 100000 /dev/zero > image"));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(free_ask_xfs(&reader, 0, &answer, NULL), -1);
	assert_int_equal(free_ask_fat(&reader, 0, &answer, NULL), -1);
	close(fd);
}

#define FREE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FREE_TEST(free_extents_of_xfs_are_those_of_xfs_db),
		FREE_TEST(free_extents_of_xfs_version_4_are_those_of_xfs_db),
		FREE_TEST(the_log_of_xfs_is_its_journal),
		FREE_TEST(a_group_whose_records_are_lost_is_told_alone),
		FREE_TEST(clusters_of_fat_are_free_or_not),
		FREE_TEST(what_is_neither_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
