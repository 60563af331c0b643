/* Names of disks in the configuration of programs: real files of each kind. */
#include "tests/harness.h"

#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/own.h"
#include "convert/assess/reference.h"
#include "convert/rewrite/rewriters.h"
#include "tests/assess/disks.h"
#include "tests/rewrite/rewriting.h"

#define NAMED "linux.config.device-name"
#define MISSING "linux.config.missing"
#define UNRESOLVED "storage.reference-unresolved"
#define NOT_HERE "#unrack:not-in-this-machine# "
#define ROOT "/dev/disk/by-uuid/" ROOT_UUID
#define SWAP "/dev/disk/by-uuid/" SWAP_UUID

static void
programs_get_the_path_of_the_uuid(void **state)
{
	static const struct rewriting table[] = {
		/* kdump.conf of RHEL 6 and 7 */
		{"#raw /dev/sda5\n#ext4 /dev/sda3\next4 /dev/sda1\n"
		 "path /var/crash\ncore_collector makedumpfile -c -d 31\n",
			"#raw /dev/sda5\n#ext4 /dev/sda3\next4 " ROOT "\n"
			"path /var/crash\n"
			"core_collector makedumpfile -c -d 31\n",
			NAMED},
		/* /etc/sysconfig/kdump of SLES 10 */
		{"KDUMP_DUMPDEV=\"/dev/disk/by-id/"
		 "scsi-3600508b1001030363845313830300900-part2\"\n",
			"KDUMP_DUMPDEV=\"" SWAP "\"\n", NAMED},
		/* /etc/sysconfig/bootloader of SLES 11 */
		{"DEFAULT_APPEND=\"resume=/dev/disk/by-path/"
		 "pci-0000:00:1f.1-scsi-0:0:0:0-part2 splash=silent\"\n",
			"DEFAULT_APPEND=\"resume=" SWAP " splash=silent\"\n",
			NAMED},
		/* dracut */
		{"add_device+=\" /dev/cciss/c0d0p2 \"\n"
		 "fstab_lines+=('/dev/cciss/c0d0p1 /x ext4 ro')\n",
			"add_device+=\" " SWAP " \"\n"
			"fstab_lines+=('" ROOT " /x ext4 ro')\n",
			NAMED},
		/* conf.d/cryptroot of Debian 9 */
		{"target=sda5_crypt,source=/dev/sda5,key=none,rootdev\n",
			"target=sda5_crypt,source=/dev/disk/by-uuid/" LUKS_UUID
			",key=none,rootdev\n",
			NAMED},
		/* auto.misc */
		{"old\t-fstype=ext4,ro\t:/dev/hda1\n",
			"old\t-fstype=ext4,ro\t:" ROOT "\n", NAMED},
		/* a mount unit */
		{"[Mount]\nWhat=/dev/nvme0n1p1\nWhere=/srv\nType=ext4\n",
			"[Mount]\nWhat=" ROOT "\nWhere=/srv\nType=ext4\n",
			NAMED},
		/* rawdevices */
		{"/dev/raw/raw1  /dev/emcpowera6\n",
			"/dev/raw/raw1  /dev/disk/by-partuuid/0badcafe-06\n",
			NAMED},
		/* two in one line, and no newline at the end */
		{"/dev/sda1 /dev/sda2", ROOT " " SWAP, NAMED},
		{"a=/dev/mapper/mpatha-part1;b", "a=" ROOT ";b", NAMED},
	};

	(void)state;
	CHECK_ALL(device_words_rewrite, table);
	CHECK_ALL(device_lines_rewrite, table);
}

static void
what_names_no_disk_of_the_old_machine_stays(void **state)
{
	static const struct rewriting table[] = {
		{"", NULL, NULL},
		{"What=/dev/disk/by-uuid/" ROOT_UUID "\n", NULL, NULL},
		{"ext4 UUID=" ROOT_UUID "\n", NULL, NULL},
		{"What=/dev/loop0\nWhat=tmpfs\nWhat=/dev/null\n", NULL, NULL},
		{"disks=\"/dev/sd[a-d] /dev/sd* $DISK /dev/${x}1\"\n", NULL,
			NULL},
		{"# ext4 /dev/sda1\n\t#x /dev/sda1\nx # /dev/sda1\n", NULL,
			NULL},
		{"x=/mnt/dev/sda1 y=../dev/sda1\n", NULL, NULL},
		{"console /dev/ttyS0 /dev/watchdog /dev/vg/none\n", NULL, NULL},
	};

	(void)state;
	CHECK_ALL(device_words_rewrite, table);
	CHECK_ALL(device_lines_rewrite, table);
}

static void
a_line_without_its_disk_is_disabled_where_that_is_safe(void **state)
{
	static const struct rewriting words[] = {
		{"add_device+=\" /dev/sdb1 \"\n", NULL, UNRESOLVED},
		{"/dev/disk/by-id/ata-ST3_5QM\n", NULL, UNRESOLVED},
	};
	static const struct rewriting lines[] = {
		{"path /x\n  ext4 /dev/sdb1\n",
			"path /x\n" NOT_HERE "  ext4 /dev/sdb1\n", MISSING},
		{"/dev/sdb1 /dev/sdc9\nb /dev/sdb2\n",
			NOT_HERE "/dev/sdb1 /dev/sdc9\n" NOT_HERE
				 "b /dev/sdb2\n",
			MISSING},
		{"/dev/sda1 /dev/sdc9\n/dev/sda1\n",
			NOT_HERE "/dev/sda1 /dev/sdc9\n" ROOT "\n", MISSING},
	};

	(void)state;
	CHECK_ALL(device_words_rewrite, words);
	CHECK_ALL(device_lines_rewrite, lines);
}

static void
words_of_any_length_are_survived(void **state)
{
	static char text[8192];
	const struct rewriting absurd = {text, NULL, NULL};

	(void)state;
	memset(text, 'a', sizeof text - 1);
	memcpy(text, "/dev/", 5);
	check_rewriting(device_words_rewrite, &absurd);
}

static void
names_that_the_guest_chose_for_disks_are_known(void **state)
{
	static const struct rewriting chosen = {
		"ext4 /dev/mapper/oradata1\n#\next4 /dev/mapper/other1\n",
		"ext4 " ROOT "\n#\next4 /dev/mapper/other1\n", NAMED};
	AUTO(json_decrefpp) json_t *inventory = json_loads(
		"{\"disks\":[{\"name\":\"old\",\"links\":"
		"[\"/dev/disk/by-id/scsi-3600a\"]}]}",
		0, NULL);
	AUTO(references_freep) struct references *references =
		references_new(&one_disk, inventory, disk_names, 1);

	(void)state;
	assert_non_null(references);
	reference_bind(references, "/dev/mapper/oradata", "3600a");
	check_rewriting_by(references, device_lines_rewrite, &chosen);
}

/* Looking for the end of the text at each of them would take ten minutes. */
static void
a_long_row_of_names_is_read_once(void **state)
{
	static const char name[] = "/dev/a:";
	enum { BYTES = 1 << 20 };
	AUTO(freep) char *text = malloc(BYTES + 1);
	AUTO(references_freep) struct references *references =
		references_new(&one_disk, NULL, disk_names, 1);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < BYTES; i++)
		text[i] = name[i % strlen(name)];
	text[BYTES] = '\0';
	for (unsigned i = 0; i < 20; i++)
		device_words_notice(references, text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			names_that_the_guest_chose_for_disks_are_known),
		cmocka_unit_test(programs_get_the_path_of_the_uuid),
		cmocka_unit_test(what_names_no_disk_of_the_old_machine_stays),
		cmocka_unit_test(
			a_line_without_its_disk_is_disabled_where_that_is_safe),
		cmocka_unit_test(words_of_any_length_are_survived),
		cmocka_unit_test(a_long_row_of_names_is_read_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
