/*
 * What a source says before it is believed: the preamble, and the disks that its
 * HELLO offers, whose names become those of files.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/error.h"
#include "common/own.h"
#include "convert/serve/disks.h"
#include "convert/state/machine.h"
#include "wire/channel.h"
#include "wire/message.h"

static void
read_preamble(const uint8_t *data, size_t bytes)
{
	char name[KEY_NAME_BYTES];
	struct error err;
	int ends[2];

	/* A short one would only wait for the rest. */
	if (bytes < PREAMBLE_BYTES || socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return;
	if (write(ends[1], data, PREAMBLE_BYTES) == PREAMBLE_BYTES &&
		channel_read_preamble(ends[0], name, 1, &err) == 0 &&
		(name[0] == '.' || strchr(name, '/') != NULL))
		abort();
	close(ends[0]);
	close(ends[1]);
}

static void
check_disks(const struct machine_disk *disks, size_t count)
{
	if (count > DISKS_LIMIT)
		abort();
	for (size_t i = 0; i < count; i++) {
		if (strchr(disks[i].name, '/') != NULL ||
			disks[i].name[0] == '\0' || disks[i].name[0] == '.' ||
			disks[i].size_bytes == 0)
			abort();
		for (size_t j = 0; j < i; j++)
			if (strcmp(disks[i].name, disks[j].name) == 0)
				abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct machine_disk *disks;
	struct hello hello;
	struct error err;
	size_t count;

	read_preamble(data, bytes);
	if (bytes > UINT32_MAX ||
		hello_parse(&hello, data, (uint32_t)bytes, &err) == -1)
		return 0;
	if (hello.inventory != NULL && disks_from_inventory(&disks, &count,
					       hello.inventory, &err) == 0) {
		check_disks(disks, count);
		machine_disks_free(disks, count);
	}
	hello_release(&hello);
	return 0;
}
