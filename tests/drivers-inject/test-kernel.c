/* Which kernels a guest has; the boot image is this host's own. */
#include "tests/harness.h"

#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "drivers-inject/guest.h"
#include "drivers-inject/kernel.h"
#include "tests/drivers-inject/scratch.h"

struct found {
	struct kernel *kernels;
	size_t count;
};

static void
found_freep(struct found *found)
{
	kernel_free_all(found->kernels, found->count);
}

static int
list(const struct scratch *scratch, struct found *found, struct error *err)
{
	struct guest_files files;
	int result;

	assert_ok(guest_folder_open(&files, scratch->path, err), err);
	result = kernel_list(&found->kernels, &found->count, &files, NULL,
		err);
	guest_folder_close(&files);
	return result;
}

static void
the_release_is_read_from_the_boot_image(void **state)
{
	AUTO(found_freep) struct found found = {NULL, 0};
	AUTO(freep) char *release = NULL;
	struct error err;
	size_t bytes;

	if (!scratch_shell_holds(*state,
		    "mkdir boot; image=$(ls -v /boot/vmlinuz-* | tail -n1)\n"
		    "cp $image boot/vmlinuz-0-rescue-1234\n"
		    "printf %s ${image#/boot/vmlinuz-} >release\n"
		    ": >boot/initramfs-0-rescue-1234.img"))
		skip();
	release = (char *)scratch_read(*state, "release", &bytes);
	assert_ok(list(*state, &found, &err), &err);
	assert_int_equal(found.count, 1);
	assert_true(found.kernels[0].version_is_read);
	assert_string_equal(found.kernels[0].version, release);
	assert_string_equal(found.kernels[0].initramfs.items[0],
		"/boot/initramfs-0-rescue-1234.img");
}

static void
a_name_serves_where_the_image_tells_nothing(void **state)
{
	AUTO(found_freep) struct found found = {NULL, 0};
	struct error err;

	scratch_shell(*state, "mkdir boot; echo arm >boot/vmlinuz-6.1.0-arm64\n"
			      ": >boot/initrd.img-6.1.0-arm64");
	assert_ok(list(*state, &found, &err), &err);
	assert_int_equal(found.count, 1);
	assert_false(found.kernels[0].version_is_read);
	assert_string_equal(found.kernels[0].version, "6.1.0-arm64");
}

static void
newer_kernels_come_first_and_others_are_passed_by(void **state)
{
	AUTO(found_freep) struct found found = {NULL, 0};
	struct error err;

	scratch_shell(*state, "mkdir -p boot/vmlinuz-folder\n"
		"mkdir -p lib/modules/5.10.0-2 lib/modules/5.10.0-10; cd boot\n"
		"for v in 5.9.0-1 5.10.0-2 5.10.0-10; do echo $v >vmlinuz-$v\n"
		"done; ln -s gone vmlinuz-broken; ln -s /etc/passwd vmlinuz-out\n"
		": >memtest; : >initrd.img-5.9.0-1; : >initrd.img-5.9.0-1.bak");
	assert_ok(list(*state, &found, &err), &err);
	assert_int_equal(found.count, 3);
	assert_string_equal(found.kernels[0].version, "5.10.0-10");
	assert_string_equal(found.kernels[1].version, "5.10.0-2");
	assert_string_equal(found.kernels[2].version, "5.9.0-1");
	assert_int_equal(found.kernels[0].initramfs.count, 0);
	assert_int_equal(found.kernels[2].initramfs.count, 1);
}

/* SUSE's image for debuggers, backups, and names without an end. */
static void
what_only_has_the_name_of_a_kernel_is_passed_by(void **state)
{
	AUTO(found_freep) struct found found = {NULL, 0};
	struct error err;

	scratch_shell(*state, "mkdir -p boot lib/modules/5.14.21-default\n"
		"cd boot; long=$(printf %0200d 0)\n"
		"for one in vmlinux-5.14.21-default.gz 'vmlinuz-x (old)' kernel- "
		"bzImage-.. kernel-$long vmlinuz-5.14.21-default; do\n"
		"echo x >\"$one\"; done; : >initrd-5.14.21-default\n"
		": >'initrd-x (old)'");
	assert_ok(list(*state, &found, &err), &err);
	assert_int_equal(found.count, 1);
	assert_string_equal(found.kernels[0].image,
		"/boot/vmlinuz-5.14.21-default");
	assert_int_equal(found.kernels[0].initramfs.count, 1);
}

/* SUSE since kernels are in /usr: "vmlinuz" leads there by way of two links. */
static void
a_kernel_behind_two_links_is_one(void **state)
{
	AUTO(found_freep) struct found found = {NULL, 0};
	struct error err;

	scratch_shell(*state, "mkdir -p boot usr/lib/modules/5.14.21-default\n"
		"{ head -c 514; printf 'HdrS........ \\0................'\n"
		"printf '5.14.21-default (x)'; head -c 512; } </dev/zero >kernel\n"
		"mv kernel usr/lib/modules/5.14.21-default/vmlinuz; cd boot\n"
		"ln -s ../usr/lib/modules/5.14.21-default/vmlinuz "
		"vmlinuz-5.14.21-default\n"
		": >initrd-5.14.21-default; ln -s initrd-5.14.21-default initrd\n"
		"ln -s vmlinuz-5.14.21-default vmlinuz");
	assert_ok(list(*state, &found, &err), &err);
	assert_int_equal(found.count, 1);
	assert_true(found.kernels[0].version_is_read);
	assert_string_equal(found.kernels[0].image,
		"/boot/vmlinuz-5.14.21-default");
}

/* A version becomes part of paths and of depmod's arguments. */
static void
hostile_releases_are_not_believed(void **state)
{
	static const char *const bad[] = {"../../etc", "-b", "a/b", "", "a;b",
		"..", "a\x80"};
	char image[0x400], version[KERNEL_VERSION_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		memset(image, ' ', sizeof image);
		memcpy(image + 0x202, "HdrS", 4);
		image[0x20e] = 0x20;
		image[0x20f] = 0x00;
		memcpy(image + 0x220, bad[i], strlen(bad[i]));
		assert_false(kernel_release(version, image, sizeof image));
	}
	memcpy(image + 0x220, "6.1.0-1 (x)", 11);
	assert_true(kernel_release(version, image, sizeof image));
	assert_string_equal(version, "6.1.0-1");
	image[0x20f] = 0x7f; /* points behind the end */
	assert_false(kernel_release(version, image, sizeof image));
	memset(image + 0x20e, 0, 2);
	memset(image, 'a', 0x200);
	assert_false(kernel_release(version, image, 0x20f));
}

/* By the machine's id, and by the name that kernel-install was told. */
static void
folders_of_kernel_install_are_searched(void **state)
{
	AUTO(found_freep) struct found found = {NULL, 0};
	struct error err;

	if (!scratch_shell_holds(*state,
		    "mkdir -p boot etc/kernel; echo server >etc/kernel/entry-token\n"
		    "id=0123456789abcdef0123456789abcdef\n"
		    "image=$(ls -v /boot/vmlinuz-* | tail -n1); test -r $image\n"
		    "for one in boot/efi/$id efi/server efi/other boot/Default; do\n"
		    "mkdir -p $one/1; cp $image $one/1/linux; : >$one/1/initrd\n"
		    "done; mv boot/efi/$id/1/initrd boot/efi/$id/1/initrd.img-1"))
		skip();
	assert_ok(list(*state, &found, &err), &err);
	assert_int_equal(found.count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_null(strstr(found.kernels[i].image, "/other/"));
		assert_int_equal(found.kernels[i].initramfs.count, 1);
	}
}

static void
a_guest_without_boot_is_told(void **state)
{
	struct found found = {NULL, 0};
	struct error err;

	assert_int_equal(list(*state, &found, &err), -1);
	assert_true(err.hint[0] != '\0');
}

#define TEST(f)                                                                \
	cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_release_is_read_from_the_boot_image),
		TEST(a_name_serves_where_the_image_tells_nothing),
		TEST(newer_kernels_come_first_and_others_are_passed_by),
		TEST(what_only_has_the_name_of_a_kernel_is_passed_by),
		TEST(a_kernel_behind_two_links_is_one),
		TEST(hostile_releases_are_not_believed),
		TEST(folders_of_kernel_install_are_searched),
		TEST(a_guest_without_boot_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
