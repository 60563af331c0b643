/*
 * A source that carries, for the host's tests, in a process of its own:
 *
 *	carry-source DIR KEY FILE BOOT BAD
 *
 * writes the disk in FILE to DIR; the sector at byte BAD cannot be read, unless
 * that is 0.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "tests/p2v/carrier.h"

int
main(int argc, char **argv)
{
	struct carrier carrier = {.encrypt = true};
	struct error err = {0};
	char *data;
	size_t bytes;

	if (argc != 6 || key_read(&carrier.enrolment, argv[2], &err) == -1 ||
		io_read_file(&data, &bytes, argv[3], 1 << 30, &err) == -1) {
		fprintf(stderr, "%s\n", err.text);
		return 2;
	}
	carrier.folder = carrier.dirs[0] = argv[1];
	carrier.boot = (unsigned)strtoul(argv[4], NULL, 10);
	carrier.bad_offset = strtoull(argv[5], NULL, 10);
	carrier.disks[0] = (uint8_t *)data;
	carrier.bytes[0] = bytes;
	carrier.count = 1;
	if (carrier_run(&carrier, 0, 1, NULL, &err) == -1) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	free(data);
	return 0;
}
