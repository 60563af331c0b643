/*
 * Images of every tool, in the form in which it leaves them: what was appended
 * is unpacked again and judged by modprobe, by modinfo, or by the shell that
 * would read it.
 */
#include "tests/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "tests/drivers-inject/guest-fixture.h"

static void
inject_as(struct guest *guest, const char *generator)
{
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};
	AUTO(inject_report_freep) struct inject_report again = {.count = 0};

	guest_inject(guest, &report);
	assert_string_equal(report.kernels[0].generator, generator);
	assert_string_equal(report.kernels[0].disks[0], "virtio");
	guest_run(guest, &(struct inject_options){.dry_run = false}, &again);
	guest_assert_status(&again, 0, INJECT_UP_TO_DATE);
}

/* RHEL 6 and later, Fedora, SLES 12 and later: udev loads by modules.alias. */
static void
dracut(void **state)
{
	struct guest *guest = *state;

	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	guest_make_image(guest, "without_a_tool\n"
		"mkdir -p unpacked/usr/lib/dracut/hooks guest/etc/dracut.conf.d\n"
		"pack unpacked | zstd -q1 >$image");
	guest_run(guest, &(struct inject_options){.dry_run = true}, &report);
	assert_true(report.tool.is_new);
	inject_as(guest, "dracut");
	guest_holds(guest, "unpack_appended\nassert_indexed\n"
		"bash -c '. guest/etc/dracut.conf.d/90-unrack.conf\n"
		"case $add_drivers in (*\" virtio_blk \"*) ;; (*) exit 1;; esac'");
}

/* RHEL 4 and 5: no index, absolute paths in the guest's own. */
static void
mkinitrd_of_nash(void **state)
{
	struct guest *guest = *state;

	guest_make_image(guest, "nash_image\n"
		"sed -i \"s|[^ :]*\\.ko|/lib/modules/$v/&|g\" "
		"guest/usr/lib/modules/$v/modules.dep\n"
		"echo 'alias scsi_hostadapter megaraid_sas' >guest/etc/modprobe.conf\n"
		"pack unpacked | gzip -1n >$image");
	inject_as(guest, "mkinitrd (nash)");
	guest_holds(guest, "unpack_appended\nassert_nash_order\n"
		"grep -qx virtio_blk loaded; grep -qx ahci loaded\n"
		"test $(sort loaded | uniq -d | wc -l) = 0\n"
		"cmp result/lib/virtio_blk.ko "
		"guest/lib/modules/$v/kernel/drivers/block/virtio_blk.ko\n"
		"grep -n . result/init | grep -E 'virtio_blk|stabilized' |"
		" head -1 | grep -q virtio_blk\n"
		"sed '/^insmod/d' result/init >a; sed '/^insmod/d' unpacked/init |"
		" cmp - a\n"
		"test ! -e result/lib/modules\n"
		"grep -qx 'alias scsi_hostadapter2 virtio_blk' "
		"guest/etc/modprobe.conf");
}

/* Fedora 9 to 11: nash with modprobe and an index. */
static void
mkinitrd_of_nash_with_modprobe(void **state)
{
	struct guest *guest = *state;

	guest_make_image(guest, "without_a_tool; rm unpacked/init\n"
		"printf '#!/bin/nash\\nmodprobe -q ext4\\nmkrootdev x\\n' "
		">unpacked/init\nchmod 755 unpacked/init\n"
		"pack unpacked | gzip -1n >$image");
	inject_as(guest, "mkinitrd (nash)");
	guest_holds(guest, "unpack_appended\nassert_indexed\n"
		"grep -qx 'modprobe -q virtio_blk' result/init\n"
		"tail -1 result/init | grep -qx 'mkrootdev x'");
}

/* SLES 11: a variable that the start script loads, and an old index. */
static void
mkinitrd_of_suse(void **state)
{
	struct guest *guest = *state;

	guest_make_image(guest, "without_a_tool; mkdir -p unpacked/config\n"
		"printf \"build_day='x'\\nRESOLVED_INITRD_MODULES=' ext4'\\n\" |"
		" tee unpacked/config/start.sh >unpacked/run_all.sh\n"
		"printf 'modules=\"$RESOLVED_INITRD_MODULES\"\\n' "
		">>unpacked/run_all.sh\n"
		"sed -i \"s|[^ :]*\\.ko|/usr/lib/modules/$v/&|g\" "
		"unpacked/usr/lib/modules/$v/modules.dep\n"
		"rm unpacked/usr/lib/modules/$v/*.bin\n"
		"mkdir -p guest/etc/sysconfig\n"
		"printf 'INITRD_MODULES=\"megaraid_sas\"\\nX=\"\"\\n' "
		">guest/etc/sysconfig/kernel\n"
		"pack unpacked | gzip -1n >$image");
	inject_as(guest, "mkinitrd (SUSE)");
	guest_holds(guest, "unpack_appended\n"
		". ./result/run_all.sh; case $modules in (' ext4 '*virtio_blk*) ;;"
		" (*) exit 1;; esac\n"
		". ./result/config/start.sh\n"
		"test \"$RESOLVED_INITRD_MODULES\" = \"$modules\"\n"
		"d=usr/lib/modules/$v; grep -q \"^/$d/.*/virtio_blk.ko: /$d/\" "
		"result/$d/modules.dep\n"
		"test ! -e result/$d/modules.dep.bin\n"
		"tr ' ' '\\n' <result/$d/modules.dep | tr -d : | grep . |"
		" while read -r f; do test -s result$f; done\n"
		". ./guest/etc/sysconfig/kernel\n"
		"case $INITRD_MODULES in ('megaraid_sas '*virtio_blk*) ;;"
		" (*) exit 1;; esac");
}

/* SLES 9 and 10: one script with whole paths. */
static void
mkinitrd_of_suse_in_one_script(void **state)
{
	struct guest *guest = *state;

	guest_make_image(guest, "without_a_tool; rm unpacked/init\n"
		"{ echo '#! /bin/sh'; (cd unpacked; find usr/lib/modules -name "
		"'*.ko' | sed 's|^usr/|insmod /|'); echo udev_discover_root; } "
		">unpacked/init; chmod 755 unpacked/init\n"
		"pack unpacked | gzip -1n >$image");
	inject_as(guest, "mkinitrd (SUSE, one script)");
	guest_holds(guest, "unpack_appended\nassert_indexed\n"
		"grep '^insmod' result/init | while read -r _ f; do\n"
		"test -s result/usr/lib${f#/usr/lib} || test -s result$f; done\n"
		"grep -q '^insmod /.*/virtio_blk.ko$' result/init\n"
		"tail -1 result/init | grep -qx udev_discover_root");
}

/* Arch: names without a version; the tool unpacks modules that it copies. */
static void
mkinitcpio(void **state)
{
	struct guest *guest = *state;

	guest_make_image(guest, "without_a_tool; : >unpacked/init_functions\n"
		"printf 'EARLYHOOKS=\"udev\"\\nMODULES=\"\"\\n' >unpacked/config\n"
		"cd guest; mv boot/vmlinuz-$v boot/vmlinuz-linux\n"
		"find usr/lib/modules -name '*.ko' | xargs zstd -q -1 --rm\n"
		"depmod -b $PWD $v; mkdir -p etc/mkinitcpio.d\n"
		"printf 'MODULES=(vfat)\\n' >etc/mkinitcpio.conf; cd ..\n"
		"pack unpacked | zstd -q1 >guest/boot/initramfs-linux.img\n"
		"cp guest/boot/initramfs-linux.img $image");
	guest_holds(guest, "rm $image");
	inject_as(guest, "mkinitcpio");
	guest_holds(guest, "image=guest/boot/initramfs-linux.img\n"
		"unpack_appended\nassert_indexed\n"
		"f=kernel/drivers/block/virtio_blk.ko\n"
		"zstd -qdc guest/lib/modules/$v/$f.zst | "
		"cmp - result/usr/lib/modules/$v/$f\n"
		". ./result/config; case \" $MODULES \" in (*' virtio_blk '*) ;;"
		" (*) exit 1;; esac\n"
		"bash -c '. guest/etc/mkinitcpio.conf; case \" ${MODULES[*]} \" in"
		" (\" vfat \"*\" virtio_blk \"*) ;; (*) exit 1;; esac'");
}

/* ALT */
static void
make_initrd(void **state)
{
	struct guest *guest = *state;

	guest_make_image(guest, "without_a_tool\n"
		"mkdir -p unpacked/.initrd guest/usr/share/make-initrd\n"
		": >unpacked/.initrd/initenv\n"
		"printf 'AUTODETECT = all\\n' >guest/etc/initrd.mk\n"
		"pack unpacked | gzip -1n >$image");
	inject_as(guest, "make-initrd");
	guest_holds(guest, "unpack_appended\nassert_indexed\n"
		"printf 'include guest/etc/initrd.mk\\nall:; "
		"@echo $(MODULES_ADD)\\n' | make -s -f - | grep -qw virtio_blk");
}

/* Alpine */
static void
mkinitfs(void **state)
{
	struct guest *guest = *state;

	guest_make_image(guest, "without_a_tool; rm unpacked/init\n"
		"printf '#!/bin/sh\\n# Alpine Init\\n' >unpacked/init\n"
		"mkdir guest/etc/mkinitfs\n"
		"echo 'features=\"ata ext4\"' >guest/etc/mkinitfs/mkinitfs.conf\n"
		"pack unpacked | gzip -1n >$image");
	inject_as(guest, "mkinitfs (Alpine)");
	guest_holds(guest, "unpack_appended\nassert_indexed\n"
		"grep -qx 'features=\"ata ext4 virtio\"' "
		"guest/etc/mkinitfs/mkinitfs.conf");
}

/* ---- kernels that need or take nothing ---- */

static void
a_kernel_with_built_in_drivers_needs_no_image(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	guest_make_image(guest, ": >$image");
	guest_holds(guest, "rm $image; rm -r guest/usr/lib/modules\n"
		"mv guest/boot/vmlinuz-$v guest/boot/bzImage\n"
		"for o in VIRTIO VIRTIO_PCI VIRTIO_BLK BLK_DEV_SD SATA_AHCI E1000\n"
		"do echo CONFIG_$o=y; done >guest/boot/config\n"
		"rm guest/boot/config-*");
	guest_run(guest, &(struct inject_options){.dry_run = false}, &report);
	guest_assert_status(&report, 0, INJECT_UP_TO_DATE);
	assert_null(report.kernels[0].initramfs);
	assert_string_equal(report.kernels[0].disks[0], "virtio");
	assert_string_equal(report.kernels[0].disks[1], "sata");
	assert_null(report.kernels[0].disks[2]);
	assert_string_equal(report.kernels[0].cards[0], "e1000");
	assert_null(report.kernels[0].cards[1]);
}

static void
a_modular_kernel_without_its_image_is_told(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	guest_make_image(guest, ": >$image");
	guest_holds(guest, "rm $image");
	guest_run(guest, &(struct inject_options){.dry_run = false}, &report);
	guest_assert_status(&report, 0, INJECT_UNSUPPORTED);
	assert_null(report.kernels[0].disks[0]);
	assert_true(report.kernels[0].hint[0] != '\0');
}

static void
put_u32(FILE *out, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		fputc((int)(value >> (8 * i) & 0xff), out);
}

static void
put_section(FILE *out, const char *name, size_t bytes, size_t at)
{
	char padded[8] = "";

	memcpy(padded, name, strlen(name));
	fwrite(padded, 1, sizeof padded, out);
	put_u32(out, (uint32_t)bytes);
	put_u32(out, 0);
	put_u32(out, (uint32_t)bytes);
	put_u32(out, (uint32_t)at);
	for (unsigned i = 0; i < 16; i++)
		fputc(0, out);
}

/* A PE file with a version, a kernel and an initramfs in it. */
static void
write_unified(const struct guest *guest, const char *initramfs)
{
	AUTO(freep) uint8_t *version = NULL, *image = NULL;
	size_t version_bytes, image_bytes;
	char path[600];
	FILE *out;

	version = scratch_read(guest->scratch, "version", &version_bytes);
	image = scratch_read(guest->scratch, initramfs, &image_bytes);
	snprintf(path, sizeof path, "%s/guest/boot/efi/EFI/Linux/arch.efi",
		guest->scratch->path);
	out = fopen(path, "w");
	assert_non_null(out);
	fputs("MZ", out);
	for (unsigned i = 2; i < 0x3c; i++)
		fputc(0, out);
	put_u32(out, 0x40);
	fwrite("PE\0\0\x64\x86\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 1, 24, out);
	put_section(out, ".uname", version_bytes, 0x200);
	put_section(out, ".linux", 1, 0x200);
	put_section(out, ".initrd", image_bytes, 0x400);
	while (ftell(out) < 0x200)
		fputc(0, out);
	fwrite(version, 1, version_bytes, out);
	while (ftell(out) < 0x400)
		fputc(0, out);
	fwrite(image, 1, image_bytes, out);
	assert_int_equal(fclose(out), 0);
}

static void
a_unified_image_is_read_and_left(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report lacking = {.count = 0};
	AUTO(inject_report_freep) struct inject_report whole = {.count = 0};

	guest_make_image(guest, "without_a_tool; mkdir -p "
		"unpacked/usr/lib/dracut guest/boot/efi/EFI/Linux\n"
		"pack unpacked | zstd -q1 >$image");
	guest_holds(guest, "rm $image guest/boot/vmlinuz-$v");
	write_unified(guest, "original");
	guest_holds(guest, "find guest -type f | sort | xargs md5sum >before");
	guest_run(guest, &(struct inject_options){.dry_run = false}, &lacking);
	assert_int_equal(lacking.count, 1);
	guest_assert_status(&lacking, 0, INJECT_UNSUPPORTED);
	assert_true(lacking.kernels[0].unified);
	assert_false(lacking.kernels[0].virtio_blk);
	assert_non_null(strstr(lacking.kernels[0].text, "unified"));
	guest_holds(guest, "find guest -type f | sort | xargs md5sum | "
			   "cmp - before\n"
			   "cp /boot/initrd.img-$v generic");
	write_unified(guest, "generic");
	guest_run(guest, &(struct inject_options){.dry_run = false}, &whole);
	assert_string_equal(whole.kernels[0].disks[0], "virtio");
}

/* systemd's kernel-install: ID/VERSION/linux and initrd. */
static void
kernels_in_folders_are_found(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	guest_make_image(guest, "d=guest/boot/0123456789abcdef0123456789abcdef/$v\n"
		"mkdir -p $d; mv guest/boot/vmlinuz-$v $d/linux\n"
		"pack unpacked | zstd -q1 >$d/initrd; : >$image");
	guest_inject(guest, &report);
	assert_non_null(strstr(report.kernels[0].initramfs, "/initrd"));
}

/* ---- kernels without virtio ---- */

static void
an_image_is_made_to_hold_what_the_kernel_drives(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	guest_make_image(guest, "keep_modules megaraid_sas sd_mod pcnet32\n"
				"pack unpacked | zstd -q1 >$image");
	guest_inject(guest, &report);
	assert_false(report.kernels[0].virtio_blk);
	assert_string_equal(report.kernels[0].disks[0], "megasas");
	assert_null(report.kernels[0].disks[1]);
	assert_string_equal(report.kernels[0].cards[0], "pcnet");
	guest_holds(guest, "unpack_appended\n"
		"for m in megaraid_sas sd_mod; do\n"
		"modprobe -S $v -d $PWD/result --show-depends $m; done");
}

static void
old_drivers_are_left_out_beside_new_ones(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	guest_make_image(guest, "keep_modules megaraid_sas ahci sd_mod\n"
				"pack unpacked | zstd -q1 >$image");
	guest_inject(guest, &report);
	assert_string_equal(report.kernels[0].disks[0], "sata");
	assert_false(names_has(&report.kernels[0].added, "megaraid_sas"));
}

/* An AHCI driver of 2005 knows no controller that QEMU has. */
static void
a_driver_that_does_not_know_the_device_does_not_count(void **state)
{
	struct guest *guest = *state;
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};

	guest_make_image(guest, "keep_modules ahci ata_piix sd_mod\n"
		"sed -i '/ ahci$/d' guest/usr/lib/modules/$v/modules.alias\n"
		"pack unpacked | zstd -q1 >$image");
	guest_inject(guest, &report);
	assert_string_equal(report.kernels[0].disks[0], "ide");
	assert_null(report.kernels[0].disks[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(dracut),
		TEST(mkinitrd_of_nash),
		TEST(mkinitrd_of_nash_with_modprobe),
		TEST(mkinitrd_of_suse),
		TEST(mkinitrd_of_suse_in_one_script),
		TEST(mkinitcpio),
		TEST(make_initrd),
		TEST(mkinitfs),
		TEST(a_kernel_with_built_in_drivers_needs_no_image),
		TEST(a_modular_kernel_without_its_image_is_told),
		TEST(a_unified_image_is_read_and_left),
		TEST(kernels_in_folders_are_found),
		TEST(an_image_is_made_to_hold_what_the_kernel_drives),
		TEST(old_drivers_are_left_out_beside_new_ones),
		TEST(a_driver_that_does_not_know_the_device_does_not_count),
	};

	return cmocka_run_group_tests(tests, guest_make_template,
		guest_remove_template);
}
