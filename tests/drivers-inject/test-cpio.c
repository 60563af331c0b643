/* The archive format, against the host's cpio and lz4. */
#include "tests/harness.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/own.h"
#include "drivers-inject/bytes.h"
#include "drivers-inject/cpio.h"
#include "tests/drivers-inject/scratch.h"

static void
what_is_written_is_what_cpio_reads(void **state)
{
	AUTO(bytes_freep) struct bytes archive = {NULL, 0, 0};
	struct error err;

	assert_ok(cpio_write(&archive, 1, "d", S_IFDIR | 0750, 0, 0, NULL, 0,
			  &err), &err);
	assert_ok(cpio_write(&archive, 2, "d/five", S_IFREG | 0640, 0, 0,
			  "12345", 5, &err), &err);
	assert_ok(cpio_write_trailer(&archive, &err), &err);
	assert_int_equal(archive.used % 4, 0);
	scratch_write(*state, "a.cpio", archive.data, archive.used);
	scratch_shell(*state, "cpio -idm --quiet <a.cpio\n"
			      "test \"$(cat d/five)\" = 12345\n"
			      "test \"$(stat -c %a d/five d | xargs)\" = '640 750'");
}

static void
what_cpio_writes_is_read(void **state)
{
	AUTO(freep) uint8_t *archive = NULL;
	struct cpio_entry entry;
	struct error err;
	size_t bytes, at = 0;

	scratch_shell(*state, "mkdir t; printf abc >t/file; ln -s file t/link\n"
			      "cd t; printf 'file\\nlink\\n' | "
			      "cpio -o -H newc --quiet >../a.cpio");
	archive = scratch_read(*state, "a.cpio", &bytes);
	assert_ok(cpio_read(&entry, &at, archive, bytes, at, &err), &err);
	assert_string_equal(entry.name, "file");
	assert_int_equal(entry.bytes, 3);
	assert_memory_equal(entry.data, "abc", 3);
	assert_true(S_ISREG(entry.mode));
	assert_ok(cpio_read(&entry, &at, archive, bytes, at, &err), &err);
	assert_true(S_ISLNK(entry.mode));
	assert_memory_equal(entry.data, "file", 4);
	assert_ok(cpio_read(&entry, &at, archive, bytes, at, &err), &err);
	assert_true(cpio_is_trailer(&entry));
}

/* Every length of a valid archive is either refused or whole. */
static void
cut_archives_are_refused(void **state)
{
	AUTO(bytes_freep) struct bytes archive = {NULL, 0, 0};
	struct cpio_entry entry;
	struct error err;
	size_t next;

	(void)state;
	assert_ok(cpio_write(&archive, 2, "name", S_IFREG | 0640, 0, 0, "12345",
			  5, &err), &err);
	for (size_t bytes = 0; bytes < archive.used - 3; bytes++) {
		/* a copy of exactly this size, for the address sanitizer */
		AUTO(freep) uint8_t *cut = malloc(bytes + 1);

		cut = realloc(cut, bytes == 0 ? 1 : bytes);
		memcpy(cut, archive.data, bytes);
		assert_int_equal(cpio_read(&entry, &next, cut, bytes, 0, &err),
			-1);
	}
	assert_ok(cpio_read(&entry, &next, archive.data, archive.used, 0, &err),
		&err);
}

static void
refuse(const uint8_t *good, size_t bytes, size_t at, const char *with)
{
	AUTO(freep) uint8_t *bad = malloc(bytes);
	struct cpio_entry entry;
	struct error err = {.code = 0};
	size_t next;

	memcpy(bad, good, bytes);
	memcpy(bad + at, with, strlen(with));
	assert_int_equal(cpio_read(&entry, &next, bad, bytes, 0, &err), -1);
	assert_true(err.text[0] != '\0');
}

static void
hostile_headers_are_refused(void **state)
{
	AUTO(bytes_freep) struct bytes archive = {NULL, 0, 0};
	struct error err;

	(void)state;
	assert_ok(cpio_write(&archive, 2, "name", S_IFREG | 0640, 0, 0, "12345",
			  5, &err), &err);
	refuse(archive.data, archive.used, 0, "070702");
	refuse(archive.data, archive.used, 6, "x");
	refuse(archive.data, archive.used, 54, "ffffffff"); /* data */
	refuse(archive.data, archive.used, 94, "ffffffff"); /* name */
	refuse(archive.data, archive.used, 94, "00000000");
	refuse(archive.data, archive.used, 94, "00000004"); /* no NUL */
	refuse(archive.data, archive.used, 94, "00000006"); /* NUL within */
}

static void
lz4_frames_are_what_lz4_reads(void **state)
{
	static const size_t sizes[] = {1, 14, 15, 16, 269, 270, 271, 65536,
		(4 << 20) - 1, 4 << 20, (9 << 20) + 7};

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		AUTO(bytes_freep) struct bytes frame = {NULL, 0, 0};
		AUTO(freep) uint8_t *data = malloc(sizes[i]);
		struct error err;

		for (size_t at = 0; at < sizes[i]; at++)
			data[at] = (uint8_t)(at * 2654435761u >> 13);
		assert_ok(cpio_wrap_lz4(&frame, data, sizes[i], &err), &err);
		scratch_write(*state, "plain", data, sizes[i]);
		scratch_write(*state, "frame.lz4", frame.data, frame.used);
		scratch_shell(*state, "lz4 -dc frame.lz4 2>log | cmp - plain");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_what_cpio_reads),
		cmocka_unit_test(what_cpio_writes_is_read),
		cmocka_unit_test(cut_archives_are_refused),
		cmocka_unit_test(hostile_headers_are_refused),
		cmocka_unit_test(lz4_frames_are_what_lz4_reads),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
