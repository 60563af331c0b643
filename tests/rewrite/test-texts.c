/*
 * Where texts to rewrite are looked for: the patterns of both tables, on a folder
 * that has what a guest may have.  Nothing is launched.
 */
#include "tests/harness.h"

#include <glob.h>
#include <guestfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/assess/guest.h"
#include "convert/assess/reference.h"
#include "convert/rewrite/change.h"
#include "convert/rewrite/device-texts.h"
#include "convert/rewrite/texts.h"
#include "tests/assess/disks.h"
#include "tests/drivers-inject/scratch.h"

/* What the patterns have led to, between newlines, below this folder. */
static const char *folder;
static FILE *found;

char **__wrap_guestfs_glob_expand(guestfs_h *g, const char *pattern);

/* As the appliance does it. */
char **
__wrap_guestfs_glob_expand(guestfs_h *g, const char *pattern)
{
	AUTO(freep) char *below = io_format("%s%s", folder, pattern);
	glob_t paths;

	(void)g;
	assert_non_null(below);
	if (glob(below, GLOB_MARK | GLOB_BRACE, NULL, &paths) == 0)
		for (size_t i = 0; i < paths.gl_pathc; i++)
			fprintf(found, "\n%s\n",
				paths.gl_pathv[i] + strlen(folder));
	globfree(&paths);
	return calloc(1, sizeof(char *));
}

/* All files that are looked at, as lines; freed by the caller. */
static char *
look_for_texts(const struct scratch *scratch, bool for_devices)
{
	AUTO(references_freep) struct references *references =
		references_new(&one_disk, NULL, disk_names, 1);
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(guest_freep) struct guest *guest = guest_new();
	struct changes *changes = changes_new();
	guestfs_h *g = guestfs_create();
	struct error err = {0};
	char *text = NULL;
	size_t bytes;

	assert_non_null(g);
	guestfs_set_error_handler(g, NULL, NULL);
	folder = scratch->path;
	found = open_memstream(&text, &bytes);
	assert_non_null(found);
	if (for_devices)
		assert_ok(device_texts_plan(g, references, findings, changes,
			&err), &err);
	else
		assert_ok(texts_plan(g, guest, NULL, references, findings,
			changes, &err), &err);
	assert_int_equal(fclose(found), 0);
	changes_free(changes);
	guestfs_close(g);
	return text;
}

/* Wherever the EFI system partition is mounted. */
static void
menus_of_uefi_are_looked_for_at_every_place(void **state)
{
	static const char *const points[] = {"/boot/efi", "/efi", "/boot"};
	static const char *const files[] = {"EFI/fedora/grub.cfg",
		"EFI/redhat/grub.conf", "EFI/suse/elilo.conf",
		"loader/entries/a.conf"};

	for (int for_devices = 0; for_devices < 2; for_devices++) {
		AUTO(freep) char *text = NULL;

		scratch_shell(*state, "for p in boot/efi efi boot; do\n"
			"mkdir -p $p/EFI/fedora $p/EFI/redhat $p/EFI/suse "
			"$p/loader/entries; touch $p/EFI/fedora/grub.cfg "
			"$p/EFI/redhat/grub.conf $p/EFI/suse/elilo.conf "
			"$p/loader/entries/a.conf; done");
		text = look_for_texts(*state, for_devices);
		for (size_t i = 0; i < 3 * 4; i++) {
			char line[128];

			snprintf(line, sizeof line, "\n%s/%s\n", points[i / 4],
				files[i % 4]);
			if (strstr(text, line) == NULL)
				fail_msg("%d: nobody looks at %s", for_devices,
					line);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			menus_of_uefi_are_looked_for_at_every_place,
			scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
