/* Images as host tools make them, and as an attacker would. */
#include "tests/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/bytes.h"
#include "common/own.h"
#include "drivers-inject/bytes.h"
#include "drivers-inject/cpio.h"
#include "drivers-inject/initramfs.h"
#include "drivers-inject/tree.h"
#include "tests/drivers-inject/scratch.h"

/* early.cpio: what a microcode segment is; main.cpio: a system. */
static int
setup(void **state)
{
	if (scratch_setup(state) == -1)
		return -1;
	scratch_shell(*state,
		"mkdir -p early/kernel/x86/microcode main/usr/lib main/conf\n"
		"echo microcode >early/kernel/x86/microcode/GenuineIntel.bin\n"
		"ln -s usr/lib main/lib; echo ext4 >main/conf/modules\n"
		"head -c 300000 /dev/urandom >main/usr/lib/libc.so\n"
		"seq 100000 >main/usr/lib/text\n"
		"ln main/usr/lib/text main/usr/lib/again\n"
		"for t in early main; do (cd $t; find . | LC_ALL=C sort |\n"
		"cpio -o -H newc --quiet >../$t.cpio); done");
	return 0;
}

static int
parse(const struct scratch *scratch, const char *name, uint8_t **image_out,
	struct initramfs **initramfs_out, struct error *err)
{
	AUTO(freep) uint8_t *read = NULL;
	size_t bytes;

	*initramfs_out = NULL;
	read = scratch_read(scratch, name, &bytes);
	/* exactly sized, for the address sanitizer */
	*image_out = malloc(bytes == 0 ? 1 : bytes);
	memcpy(*image_out, read, bytes);
	return initramfs_parse(initramfs_out, *image_out, bytes, err);
}

static void
assert_refused(const struct scratch *scratch, const char *script,
	const char *why)
{
	AUTO(freep) uint8_t *image = NULL;
	AUTO(initramfs_freep) struct initramfs *initramfs = NULL;
	struct error err = {.code = 0};

	scratch_shell(scratch, script);
	assert_int_equal(parse(scratch, "image", &image, &initramfs, &err), -1);
	assert_null(initramfs);
	if (strstr(err.text, why) == NULL)
		fail_msg("'%s' does not say '%s'", err.text, why);
}

static void
assert_system_is_there(const struct initramfs *initramfs)
{
	const struct tree_node *node =
		tree_find(initramfs->tree, "lib/libc.so");
	const struct tree_node *text = tree_find(initramfs->tree, "lib/text");
	const struct tree_node *again = tree_find(initramfs->tree, "lib/again");

	assert_true(tree_is_file(node));
	assert_int_equal(node->bytes, 300000);
	assert_int_equal(text->bytes, 588895);
	assert_ptr_equal(text->data, again->data);
	assert_memory_equal(tree_find(initramfs->tree, "conf/modules")->data,
		"ext4\n", 5);
}

static void
assert_only_zeros_follow(const struct initramfs *initramfs)
{
	const struct initramfs_segment *last = initramfs_last(initramfs);

	for (size_t i = last->offset + last->bytes; i < initramfs->bytes; i++)
		assert_int_equal(initramfs->image[i], 0);
	assert_int_not_equal(initramfs->image[last->offset], 0);
}

static const struct {
	const char *command;
	enum unpack_kind kind;
} compressors[] = {
	{"cat", UNPACK_RAW},
	{"gzip -9n", UNPACK_GZIP},
	{"bzip2", UNPACK_BZIP2},
	{"xz --format=lzma", UNPACK_LZMA},
	{"xz --check=crc32 --lzma2=dict=1MiB", UNPACK_XZ},
	{"xz --check=crc32 --block-size=65536", UNPACK_XZ},
	{"lz4 -9 -l", UNPACK_LZ4},
	{"zstd -q -19", UNPACK_ZSTD},
};

/* Segments that follow a compressed one tell whether its end was found. */
static void
every_compression_is_read_and_its_end_found(void **state)
{
	for (size_t i = 0; i < sizeof compressors / sizeof *compressors; i++) {
		AUTO(freep) uint8_t *image = NULL;
		AUTO(initramfs_freep) struct initramfs *initramfs = NULL;
		char script[1024];
		struct error err;

		snprintf(script, sizeof script,
			"p() { truncate -s %%4 image; head -c 512 /dev/zero >>image; }\n"
			"cp early.cpio image; %s <main.cpio >part; cat part >>image\n"
			"p; cat early.cpio >>image; p\n"
			"cat part >>image", compressors[i].command);
		scratch_shell(*state, script);
		assert_ok(parse(*state, "image", &image, &initramfs, &err),
			&err);
		assert_int_equal(initramfs->segment_count, 4);
		assert_int_equal(initramfs->segments[1].kind,
			compressors[i].kind);
		assert_int_equal(initramfs->segments[2].kind, UNPACK_RAW);
		assert_int_equal(initramfs_last(initramfs)->kind,
			compressors[i].kind);
		assert_only_zeros_follow(initramfs);
		assert_system_is_there(initramfs);
		assert_non_null(tree_find(initramfs->tree,
			"kernel/x86/microcode/GenuineIntel.bin"));
	}
}

static void
compressed_segments_need_no_padding(void **state)
{
	AUTO(freep) uint8_t *image = NULL;
	AUTO(initramfs_freep) struct initramfs *initramfs = NULL;
	struct error err;

	scratch_shell(*state,
		"zstd -qc early.cpio >image; lz4 -qlc early.cpio >>image\n"
		"xz -c --check=crc32 early.cpio >>image; gzip -c main.cpio >>image");
	assert_ok(parse(*state, "image", &image, &initramfs, &err), &err);
	assert_int_equal(initramfs->segment_count, 4);
	assert_system_is_there(initramfs);
}

/* What is stored within as it is must not be taken for the end. */
static void
an_xz_file_within_an_xz_segment_is_no_end(void **state)
{
	AUTO(freep) uint8_t *image = NULL;
	AUTO(initramfs_freep) struct initramfs *initramfs = NULL;
	struct error err;

	scratch_shell(*state,
		"for i in $(seq 24); do head -c $((99000 + i)) /dev/urandom |\n"
		"xz --check=crc32 >main/$i.xz; done\n"
		"cd main; find . | LC_ALL=C sort | cpio -o -H newc --quiet |\n"
		"xz --check=crc32 >../image");
	assert_ok(parse(*state, "image", &image, &initramfs, &err), &err);
	assert_int_equal(initramfs->segment_count, 1);
	assert_system_is_there(initramfs);
}

/* A frame that starts where another ends is a segment of its own. */
static void
lz4_frames_follow_each_other(void **state)
{
	AUTO(freep) uint8_t *image = NULL;
	AUTO(initramfs_freep) struct initramfs *initramfs = NULL;
	struct error err;

	scratch_shell(*state, "for i in early main early; do\n"
			      "lz4 -qlc $i.cpio; done >image");
	assert_ok(parse(*state, "image", &image, &initramfs, &err), &err);
	assert_int_equal(initramfs->segment_count, 3);
	assert_system_is_there(initramfs);
}

static void
archives_within_one_segment_are_all_read(void **state)
{
	AUTO(freep) uint8_t *image = NULL;
	AUTO(initramfs_freep) struct initramfs *initramfs = NULL;
	struct error err;

	scratch_shell(*state, "cat early.cpio main.cpio | zstd -q >image");
	assert_ok(parse(*state, "image", &image, &initramfs, &err), &err);
	assert_int_equal(initramfs->segment_count, 1);
	assert_system_is_there(initramfs);
}

static void
the_host_s_own_image_is_read(void **state)
{
	AUTO(freep) uint8_t *image = NULL;
	AUTO(initramfs_freep) struct initramfs *initramfs = NULL;
	AUTO(bytes_freep) struct bytes list = {NULL, 0, 0};
	struct error err;

	if (!scratch_shell_holds(*state, "cp \"$(ls /boot/initrd.img-* | "
					 "tail -n1)\" image 2>log"))
		skip();
	assert_ok(parse(*state, "image", &image, &initramfs, &err), &err);
	for (size_t i = 1; i < initramfs->tree->count; i++) {
		char path[TREE_PATH_BYTES];

		assert_ok(tree_path(initramfs->tree, &initramfs->tree->nodes[i],
				  path, &err), &err);
		assert_ok(bytes_append(&list, path, strlen(path), &err), &err);
		assert_ok(bytes_append(&list, "\n", 1, &err), &err);
	}
	scratch_write(*state, "list", list.data, list.used);
	scratch_shell(*state, "lsinitramfs image | grep -vx . | LC_ALL=C sort -u "
			      ">expected; LC_ALL=C sort list | cmp - expected");
}

static void
what_the_kernel_would_not_take_is_refused(void **state)
{
	assert_refused(*state, ": >image", "nothing in it");
	assert_refused(*state, "head -c 64 /dev/zero >image", "nothing in it");
	assert_refused(*state, "echo hello >image", "byte 0");
	assert_refused(*state, "gzip -c main.cpio >image; echo junk >>image",
		"neither an archive");
	assert_refused(*state, "(printf '\\0'; cat main.cpio) >image",
		"not aligned");
	assert_refused(*state, "echo no archive | gzip >image",
		"no cpio header");
	assert_refused(*state, "(printf '\\135\\0\\0\\200\\377'; "
			       "head -c 40 /dev/zero) >image", "dictionary");
	assert_refused(*state, "printf '\\211LZO\\0\\r\\n\\032\\n' >image",
		"lzo");
	assert_refused(*state, "sed 's/^070701/070702/' early.cpio >image",
		"070701");
}

static void
cut_images_are_refused(void **state)
{
	for (size_t i = 0; i < sizeof compressors / sizeof *compressors; i++)
		for (int part = 1; part < 8; part++) {
			char script[256];

			snprintf(script, sizeof script,
				"%s <main.cpio >whole\nhead -c "
				"$(($(stat -c %%s whole) * %d / 8)) whole >image",
				compressors[i].command, part);
			assert_refused(*state, script, "byte 0");
		}
}

static void
damaged_images_are_refused(void **state)
{
	/* raw, lz4 legacy, lzma have no checksum; libarchive skips gzip's */
	static const char *const checked[] = {"bzip2", "xz --check=crc32",
		"zstd -q --check"};

	for (size_t i = 0; i < sizeof checked / sizeof *checked; i++) {
		char script[256];

		snprintf(script, sizeof script,
			"%s <main.cpio >image\nprintf damaged | dd of=image "
			"bs=1 seek=200000 conv=notrunc 2>log", checked[i]);
		assert_refused(*state, script, "byte 0");
	}
}

static void
a_bomb_is_refused(void **state)
{
	assert_refused(*state,
		"head -c 1200000000 /dev/zero | zstd -q >image", "more than");
}

/* Each footer claims that all zeros before it are its index. */
static void
fake_ends_of_xz_are_not_looked_into_for_ever(void **state)
{
	enum { ZEROS = 8 << 20, FAKES = 100000, START = 20 };
	static const char head[START] = "\xfd\x37zXZ\0\0\1\x69\x22\xde\x36"
					"\0\xff\xff\xff\xff\x7f";
	size_t bytes = START + ZEROS + 12 * (size_t)FAKES;
	AUTO(freep) uint8_t *data = calloc(1, bytes);
	struct initramfs *image = NULL;
	struct error err;

	(void)state;
	assert_non_null(data);
	memcpy(data, head, START);
	for (uint32_t i = 0; i < FAKES; i++) {
		uint32_t at = START + ZEROS + 12 * i;

		bytes_put_little32(data + at + 4, (at - 12) / 4 - 1);
		memcpy(data + at + 9, "\1YZ", 3);
	}
	assert_int_equal(initramfs_parse(&image, (const char *)data, bytes,
		&err), -1);
	assert_non_null(strstr(err.text, "xz: no end"));
}

static void
endless_segments_are_refused(void **state)
{
	assert_refused(*state, "i=0; while [ $i -lt 70 ]; do\n"
			       "gzip -c early.cpio; head -c 4 /dev/zero\n"
			       "i=$((i + 1)); done >image", "segments");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_compression_is_read_and_its_end_found),
		TEST(compressed_segments_need_no_padding),
		TEST(an_xz_file_within_an_xz_segment_is_no_end),
		TEST(lz4_frames_follow_each_other),
		TEST(archives_within_one_segment_are_all_read),
		TEST(the_host_s_own_image_is_read),
		TEST(what_the_kernel_would_not_take_is_refused),
		TEST(cut_images_are_refused),
		TEST(damaged_images_are_refused),
		TEST(a_bomb_is_refused),
		TEST(fake_ends_of_xz_are_not_looked_into_for_ever),
		TEST(endless_segments_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
