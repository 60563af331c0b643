/*
 * A capture of sick disks for tests/integration/sick-disks:
 *
 *	sick-capture STATE DISK:SECTORS...
 *
 * Captures the raw image DISK.raw as a disk of that name, where the sectors that
 * the file SECTORS numbers could not be read, and prints the findings.
 */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "convert/assess/finding.h"
#include "convert/damage/damage.h"
#include "tests/convert/capture.h"
#include "tests/harness.h"

enum { DISKS_LIMIT = 8, SECTORS_LIMIT = 4096 };

static size_t
read_sectors(uint64_t *sectors, const char *path)
{
	AUTO(freep) char *text = NULL;
	size_t count = 0;
	struct error err;

	assert_ok(io_read_file(&text, NULL, path, 1 << 20, &err), &err);
	for (char *at = text; isdigit((unsigned char)*at); at++) {
		assert_true(count < SECTORS_LIMIT);
		sectors[count++] = strtoull(at, &at, 10);
	}
	return count;
}

/* "sda:LIST" of sda.raw. */
static void
store(const struct capture *capture, struct machine_disk *disk, char *argument)
{
	AUTO(freep) uint64_t *sectors = calloc(SECTORS_LIMIT, sizeof *sectors);
	char *name = strsep(&argument, ":"), root[HASH_HEX_BYTES];
	AUTO(freep) char *path = io_format("%s.raw", name);
	AUTO(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *data;

	assert_return_code(fstat(fd, &st), 0);
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	assert_ptr_not_equal(data, MAP_FAILED);
	snprintf(disk->name, sizeof disk->name, "%s", name);
	disk->size_bytes = (uint64_t)st.st_size;
	capture_store_as(capture, name, data, disk->size_bytes, sectors,
		read_sectors(sectors, argument), root);
	munmap(data, (size_t)st.st_size);
}

int
main(int argc, char **argv)
{
	AUTO(findings_freep) struct findings *findings = findings_new();
	AUTO(json_decrefpp) json_t *json = NULL;
	struct machine_disk disks[DISKS_LIMIT] = {0};
	struct capture capture;
	size_t count = 0;
	struct error err;

	assert_true(argc > 2 && argc < 2 + DISKS_LIMIT);
	assert_ok(machine_create(&capture.machine, argv[1], "web1", &err), &err);
	for (int i = 2; i < argc; i++)
		store(&capture, &disks[count++], argv[i]);
	assert_ok(damage_find(capture.machine, disks, count, NULL, findings,
		&err), &err);
	json = findings_to_json(findings, "web1", true);
	json_dumpf(json, stdout, JSON_INDENT(1));
	machine_closep(&capture.machine);
	return 0;
}
