/* Which machines the names of files in a folder make. */
#include "tests/harness.h"

#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "common/own.h"
#include "convert/folder.h"

static void
add(const char *folder, const char *name)
{
	AUTO(freep) char *path = io_format("%s/%s", folder, name);
	struct error err;

	*strrchr(path, '/') = '\0';
	assert_ok(io_make_folders(path, &err), &err);
	path[strlen(path)] = '/';
	assert_ok(io_write_file(path, "", 0, 0600, &err), &err);
}

/* "name: file file (inventory)\n" for each machine. */
static void
print(char text[4096], const char *path, const struct folder *folder)
{
	size_t bytes = strlen(path) + 1;

	*text = '\0';
	for (size_t i = 0; i < folder->count; i++) {
		const struct folder_machine *machine = &folder->machines[i];

		sprintf(text + strlen(text), "%s:", machine->name);
		for (size_t d = 0; d < machine->disk_count; d++)
			sprintf(text + strlen(text), " %s",
				machine->disks[d] + bytes);
		if (machine->inventory != NULL)
			sprintf(text + strlen(text), " (%s)",
				machine->inventory + bytes);
		strcat(text, "\n");
	}
}

static void
assert_machines(const char *const files[], const char *wanted)
{
	char path[] = "/tmp/unrack-test-folder.XXXXXX", text[4096];
	AUTO(folder_release) struct folder folder = {0};
	struct error err;

	assert_non_null(mkdtemp(path));
	for (; *files != NULL; files++)
		add(path, *files);
	assert_ok(folder_read(&folder, path, &err), &err);
	print(text, path, &folder);
	assert_ok(io_remove_tree(path, &err), &err);
	assert_string_equal(text, wanted);
}

static void
each_image_is_a_machine(void **state)
{
	static const char *const files[] = {"web1.raw", "db.qcow2", "a.vmdk",
		"b.vhdx", "c.vhd", "d.img", "notes.txt", ".hidden.raw",
		"raw", NULL};

	(void)state;
	assert_machines(files, "a: a.vmdk\nb: b.vhdx\nc: c.vhd\nd: d.img\n"
			       "db: db.qcow2\nweb1: web1.raw\n");
}

static void
disks_that_say_so_are_of_one_machine(void **state)
{
	static const char *const files[] = {"db-sda.raw", "db-sdb.qcow2",
		"mail_disk2.raw", "mail_disk10.raw", "mail_disk1.raw",
		"file.vda.raw", "file.vdb.raw", "nvme.nvme0n1.raw",
		"web-sd-card.raw", NULL};

	(void)state;
	assert_machines(files, "db: db-sda.raw db-sdb.qcow2\n"
			       "file: file.vda.raw file.vdb.raw\n"
			       "mail: mail_disk1.raw mail_disk2.raw mail_disk10.raw\n"
			       "nvme: nvme.nvme0n1.raw\n"
			       "web-sd-card: web-sd-card.raw\n");
}

static void
images_in_a_folder_are_of_one_machine(void **state)
{
	static const char *const files[] = {"mail/one.raw", "mail/two.vmdk",
		"mail/inventory.json", "empty/notes.txt", "web.raw", "web.json",
		NULL};

	(void)state;
	assert_machines(files, "mail: mail/one.raw mail/two.vmdk "
			       "(mail/inventory.json)\nweb: web.raw (web.json)\n");
}

/* Two copies are not two disks. */
static void
names_that_are_alike_stay_apart(void **state)
{
	static const char *const files[] = {"Web 1.raw", "web-1.qcow2",
		"web-1.raw", "..-.raw", NULL};

	(void)state;
	assert_machines(files, "web-1: Web 1.raw\nweb-1-2: web-1.qcow2\n"
			       "web-1-3: web-1.raw\n");
}

static void
a_folder_without_images_is_refused(void **state)
{
	char path[] = "/tmp/unrack-test-folder.XXXXXX";
	AUTO(folder_release) struct folder folder = {0};
	struct error err;

	(void)state;
	assert_non_null(mkdtemp(path));
	assert_int_equal(folder_read(&folder, path, &err), -1);
	assert_non_null(strstr(err.text, "no disk images"));
	assert_ok(io_remove_tree(path, &err), &err);
	assert_int_equal(folder_read(&folder, path, &err), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_image_is_a_machine),
		cmocka_unit_test(disks_that_say_so_are_of_one_machine),
		cmocka_unit_test(images_in_a_folder_are_of_one_machine),
		cmocka_unit_test(names_that_are_alike_stay_apart),
		cmocka_unit_test(a_folder_without_images_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
