/*
 * libguestfs writes large answers to files.  Here the file is a pipe with a
 * thread at its end, so that nothing of a guest lies on the host's disk and no
 * guest can fill its memory.
 */
#include "convert/assess/guest-stream.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/own.h"
#include "drivers-inject/appliance.h"

struct reader {
	guestfs_h *g;
	int fd;
	char *data;
	size_t bytes, room, limit;
	bool is_cut, is_lost;
};

static void
keep(struct reader *reader, const char *block, size_t bytes)
{
	if (reader->is_cut || reader->is_lost)
		return;
	if (bytes > reader->limit - reader->bytes) {
		bytes = reader->limit - reader->bytes;
		reader->is_cut = true;
		guestfs_user_cancel(reader->g);
	}
	if (reader->bytes + bytes + 1 > reader->room) {
		size_t room = 2 * reader->room + bytes + 1;
		char *data = realloc(reader->data, room);

		reader->is_lost = data == NULL;
		if (data == NULL)
			return;
		reader->data = data;
		reader->room = room;
	}
	memcpy(reader->data + reader->bytes, block, bytes);
	reader->bytes += bytes;
	reader->data[reader->bytes] = '\0';
}

/* To the end in any case: the writer must not be stuck. */
static void *
read_all(void *cookie)
{
	struct reader *reader = cookie;
	char block[16 << 10];
	ssize_t bytes;

	do {
		bytes = read(reader->fd, block, sizeof block);
		if (bytes > 0)
			keep(reader, block, (size_t)bytes);
	} while (bytes > 0 || (bytes == -1 && errno == EINTR));
	return NULL;
}

int
guest_stream(char **data_out, size_t *bytes_out, bool *is_cut_out,
	guestfs_h *g, size_t limit_bytes,
	int (*call)(guestfs_h *g, const char *file, const void *cookie),
	const void *cookie, struct error *err)
{
	struct reader reader = {.g = g, .limit = limit_bytes};
	AUTO(fd_closep) int from = -1;
	int fds[2], status;
	char name[32];
	pthread_t thread;

	if (pipe2(fds, O_CLOEXEC) == -1)
		return error_set(err, errno, "make a pipe");
	from = reader.fd = fds[0];
	snprintf(name, sizeof name, "/dev/fd/%d", fds[1]);
	status = pthread_create(&thread, NULL, read_all, &reader);
	if (status != 0) {
		close(fds[1]);
		return error_set(err, status, "start a thread");
	}
	status = call(g, name, cookie);
	close(fds[1]);
	pthread_join(thread, NULL);
	*is_cut_out = reader.is_cut;
	if (reader.data == NULL && !reader.is_lost)
		reader.is_lost = (reader.data = calloc(1, 1)) == NULL;
	if (status == -1 && !reader.is_cut)
		guest_error(err, g, "read the guest");
	else if (reader.is_lost)
		error_set(err, ENOMEM, "read the guest");
	else {
		*bytes_out = reader.bytes;
		*data_out = reader.data;
		return 0;
	}
	free(reader.data);
	return -1;
}
