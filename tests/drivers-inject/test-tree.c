/* What the kernel's file system would hold (init/initramfs.c of Linux). */
#include "tests/harness.h"

#include <string.h>
#include <sys/stat.h>

#include "common/own.h"
#include "drivers-inject/cpio.h"
#include "drivers-inject/tree.h"

static int
setup(void **state)
{
	struct error err;
	struct tree *tree;

	assert_ok(tree_new(&tree, &err), &err);
	*state = tree;
	return 0;
}

static int
teardown(void **state)
{
	tree_free(*state);
	return 0;
}

/* Returns whether the kernel would keep it. */
static bool
put(struct tree *tree, const char *name, uint32_t mode, const char *data)
{
	const struct cpio_entry entry = {
		.name = name,
		.mode = mode,
		.data = (const uint8_t *)data,
		.bytes = strlen(data),
	};
	struct tree_node *node;
	struct error err;

	assert_ok(tree_add(tree, &entry, &node, &err), &err);
	return node != NULL;
}

static void
assert_content(const struct tree *tree, const char *path, const char *data)
{
	const struct tree_node *node = tree_find(tree, path);

	assert_non_null(node);
	assert_int_equal(node->bytes, strlen(data));
	assert_memory_equal(node->data, data, node->bytes);
}

static void
later_files_win(void **state)
{
	assert_true(put(*state, "f", S_IFREG, "old"));
	assert_true(put(*state, "./f", S_IFREG, "new"));
	assert_true(put(*state, "/f", S_IFREG, "newest"));
	assert_content(*state, "f", "newest");
}

static void
files_without_their_folder_are_dropped(void **state)
{
	assert_false(put(*state, "a/f", S_IFREG, "x"));
	assert_null(tree_find(*state, "a/f"));
	assert_true(put(*state, "a", S_IFDIR, ""));
	assert_true(put(*state, "a/f", S_IFREG, "x"));
	assert_false(put(*state, "a/f/g", S_IFREG, "x"));
}

static void
links_lead_to_real_folders(void **state)
{
	char real[TREE_PATH_BYTES];
	struct error err;

	assert_true(put(*state, "usr", S_IFDIR, ""));
	assert_true(put(*state, "usr/lib", S_IFDIR, ""));
	assert_true(put(*state, "lib", S_IFLNK, "usr/lib"));
	assert_true(put(*state, "lib/a", S_IFREG, "through"));
	assert_content(*state, "usr/lib/a", "through");
	assert_ok(tree_real_path(*state, "lib/modules/1/x.ko", real, &err),
		&err);
	assert_string_equal(real, "usr/lib/modules/1/x.ko");
	assert_true(put(*state, "usr/lib/up", S_IFLNK, "../../usr/./lib/a"));
	assert_content(*state, "lib/up", "through");
	assert_true(put(*state, "abs", S_IFLNK, "/usr/lib"));
	assert_content(*state, "abs/a", "through");
}

/* The trap of a segment that says `lib` is a folder. */
static void
a_folder_replaces_a_link(void **state)
{
	assert_true(put(*state, "usr", S_IFDIR, ""));
	assert_true(put(*state, "usr/lib", S_IFDIR, ""));
	assert_true(put(*state, "usr/lib/libc.so", S_IFREG, "x"));
	assert_true(put(*state, "lib", S_IFLNK, "usr/lib"));
	assert_non_null(tree_find(*state, "lib/libc.so"));
	assert_true(put(*state, "lib", S_IFDIR, ""));
	assert_null(tree_find(*state, "lib/libc.so"));
}

static void
a_full_folder_is_not_replaced(void **state)
{
	assert_true(put(*state, "d", S_IFDIR, ""));
	assert_true(put(*state, "d/f", S_IFREG, "x"));
	assert_false(put(*state, "d", S_IFLNK, "elsewhere"));
	assert_non_null(tree_find(*state, "d/f"));
}

static void
circles_of_links_end(void **state)
{
	char real[TREE_PATH_BYTES];
	struct error err;

	assert_true(put(*state, "a", S_IFLNK, "b"));
	assert_true(put(*state, "b", S_IFLNK, "a"));
	assert_true(put(*state, "self", S_IFLNK, "self/self/self"));
	assert_null(tree_find(*state, "a/x"));
	assert_null(tree_find(*state, "self"));
	assert_false(put(*state, "self/x", S_IFREG, ""));
	assert_int_equal(tree_real_path(*state, "a/x", real, &err), -1);
}

/* Each costs as many steps as its target has names, and 40 may follow another. */
static void
long_ways_through_links_are_not_gone(void **state)
{
	static char target[1025], longer[600];

	memset(target, 0, sizeof target);
	for (size_t at = 0; at < 1020; at += 5)
		memcpy(target + at, "d/../", 5);
	memcpy(longer, target, 595);
	assert_true(put(*state, "d", S_IFDIR, ""));
	assert_true(put(*state, "d/f", S_IFREG, "x"));
	strcat(target, "d");
	strcat(longer, "long");
	assert_true(put(*state, "long", S_IFLNK, target));
	assert_content(*state, "long/f", "x");
	assert_true(put(*state, "longer", S_IFLNK, longer));
	assert_null(tree_find(*state, "longer/f"));
	assert_false(put(*state, "longer/g", S_IFREG, "x"));
}

static void
dots_do_not_leave_the_image(void **state)
{
	char real[TREE_PATH_BYTES];
	struct error err;

	assert_true(put(*state, "../../f", S_IFREG, "x"));
	assert_content(*state, "f", "x");
	assert_false(put(*state, "..", S_IFDIR, ""));
	assert_false(put(*state, ".", S_IFDIR, ""));
	assert_true(put(*state, "out", S_IFLNK, "../../../f"));
	assert_content(*state, "out", "x");
	assert_int_equal(tree_real_path(*state, "no/../../x", real, &err), -1);
}

static void
overlong_paths_are_dropped(void **state)
{
	char name[3 * TREE_PATH_BYTES];

	memset(name, '/', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	assert_null(tree_find(*state, name));
	memset(name, 'a', sizeof name - 1);
	assert_false(put(*state, name, S_IFREG, "x"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(later_files_win),
		TEST(files_without_their_folder_are_dropped),
		TEST(links_lead_to_real_folders),
		TEST(a_folder_replaces_a_link),
		TEST(a_full_folder_is_not_replaced),
		TEST(circles_of_links_end),
		TEST(long_ways_through_links_are_not_gone),
		TEST(dots_do_not_leave_the_image),
		TEST(overlong_paths_are_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
