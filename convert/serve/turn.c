/*
 * The line of sessions that wait for their turn (serve --jobs).  A file appears
 * under its number only when it is locked, so that one without a lock is one
 * whose process is gone.  session.c waits.
 */
#include "convert/serve/turn.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"

enum { NAME_BYTES = 32 };

struct turn {
	int folder_fd, fd;
	uint64_t number;
};

static void
folder_closep(DIR **folder)
{
	if (*folder != NULL)
		closedir(*folder);
}

static void
name_of(char name[NAME_BYTES], uint64_t number)
{
	snprintf(name, NAME_BYTES, "%ju", (uintmax_t)number);
}

static bool
read_name(uint64_t *number_out, const char *name)
{
	char *end;

	if (name[0] < '1' || name[0] > '9' || strlen(name) > 18)
		return false;
	*number_out = strtoull(name, &end, 10);
	return *end == '\0';
}

/* Whether its process lives; the file of one that does not is removed. */
static bool
is_alive(int folder_fd, const char *name)
{
	AUTO(fd_closep) int fd = openat(folder_fd, name,
		O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd == -1)
		return errno != ENOENT;
	if (flock(fd, LOCK_SH | LOCK_NB) == -1)
		return true;
	unlinkat(folder_fd, name, 0);
	return false;
}

/* How many living ones are below `limit`, and the highest number of all. */
static int
look(int folder_fd, uint64_t limit, unsigned *before_out, uint64_t *last_out,
	struct error *err)
{
	AUTO(fd_closep) int fd = openat(folder_fd, ".",
		O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO(folder_closep) DIR *folder = fd == -1 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	uint64_t number;

	if (folder == NULL)
		return error_set(err, errno, "read the line of sessions");
	take_fd(&fd); /* the folder's now */
	*before_out = 0;
	*last_out = 0;
	while ((entry = readdir(folder)) != NULL) {
		if (!read_name(&number, entry->d_name))
			continue;
		if (number > *last_out)
			*last_out = number;
		if (number < limit && is_alive(folder_fd, entry->d_name))
			++*before_out;
	}
	return 0;
}

/* Appear behind the last one; others may do so at the same time. */
static int
join_line(struct turn *turn, const char *hidden, struct error *err)
{
	char name[NAME_BYTES];
	unsigned before;

	for (;;) {
		if (look(turn->folder_fd, 0, &before, &turn->number, err) == -1)
			return -1;
		name_of(name, ++turn->number);
		if (linkat(turn->folder_fd, hidden, turn->folder_fd, name, 0) ==
			0)
			return 0;
		if (errno != EEXIST)
			return error_set(err, errno,
				"join the line of sessions");
	}
}

int
turn_take(struct turn **turn_out, const char *folder, struct error *err)
{
	AUTO(turn_endp) struct turn *turn = calloc(1, sizeof *turn);
	char hidden[NAME_BYTES];
	int failed;

	if (turn == NULL)
		return error_set(err, ENOMEM, "join the line of sessions");
	turn->folder_fd = turn->fd = -1;
	if (io_make_folders(folder, err) == -1)
		return -1;
	turn->folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (turn->folder_fd == -1)
		return error_set(err, errno, "open %s", folder);
	snprintf(hidden, sizeof hidden, ".%ld", (long)getpid());
	turn->fd = openat(turn->folder_fd, hidden,
		O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (turn->fd == -1 || flock(turn->fd, LOCK_EX | LOCK_NB) == -1)
		return error_set(err, errno, "make %s/%s", folder, hidden);
	failed = join_line(turn, hidden, err);
	unlinkat(turn->folder_fd, hidden, 0);
	if (failed)
		return -1;
	*turn_out = take(turn);
	return 0;
}

int
turn_before(const struct turn *turn, unsigned *before_out, struct error *err)
{
	uint64_t last;

	return look(turn->folder_fd, turn->number, before_out, &last, err);
}

void
turn_end(struct turn *turn)
{
	char name[NAME_BYTES];

	if (turn->number > 0) {
		name_of(name, turn->number);
		unlinkat(turn->folder_fd, name, 0);
	}
	fd_closep(&turn->fd);
	fd_closep(&turn->folder_fd);
	free(turn);
}
