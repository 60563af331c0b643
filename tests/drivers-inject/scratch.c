/*
 * Real inputs for the tests: host tools (cpio, zstd, depmod, mkinitramfs's own
 * image in /boot) make them in a temporary folder.
 */
#include "tests/harness.h"
#include "tests/drivers-inject/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/io.h"
#include "common/own.h"

int
scratch_setup(void **state)
{
	struct scratch *scratch = calloc(1, sizeof *scratch);

	strcpy(scratch->path, "/tmp/unrack-test.XXXXXX");
	if (mkdtemp(scratch->path) == NULL)
		return -1;
	*state = scratch;
	return 0;
}

int
scratch_teardown(void **state)
{
	struct scratch *scratch = *state;
	struct error err;
	int result = io_remove_tree(scratch->path, &err);

	free(scratch);
	return result;
}

bool
scratch_shell_holds(const struct scratch *scratch, const char *script)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		AUTO(freep) char *source = getcwd(NULL, 0);

		setenv("SOURCE", source, 1);
		if (chdir(scratch->path) == 0)
			execlp("sh", "sh", "-euc", script, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void
scratch_shell(const struct scratch *scratch, const char *script)
{
	if (!scratch_shell_holds(scratch, script))
		fail_msg("this failed: %s", script);
}

uint8_t *
scratch_read(const struct scratch *scratch, const char *name,
	size_t *bytes_out)
{
	AUTO(freep) char *path = io_format("%s/%s", scratch->path, name);
	struct error err;
	char *data;

	assert_ok(io_read_file(&data, bytes_out, path, 1 << 28, &err), &err);
	return (uint8_t *)data;
}

void
scratch_write(const struct scratch *scratch, const char *name,
	const void *data, size_t bytes)
{
	AUTO(freep) char *path = io_format("%s/%s", scratch->path, name);
	AUTO(freep) char *parent = strdup(path);
	struct error err;

	*strrchr(parent, '/') = '\0';
	assert_ok(io_make_folders(parent, &err), &err);
	assert_ok(io_write_file(path, data, bytes, 0644, &err), &err);
}

static const struct scratch_room *said_rooms;
static size_t said_count;

static int
say_room(void *handle, const char *path, struct guest_room *room_out,
	struct error *err)
{
	const struct guest_room *room = NULL;

	(void)handle;
	(void)err;
	for (size_t i = 0; i < said_count; i++)
		if (said_rooms[i].below != NULL &&
			strncmp(path, said_rooms[i].below,
				strlen(said_rooms[i].below)) == 0)
			room = &said_rooms[i].room;
	if (room == NULL)
		fail_msg("who asks for room at %s?", path);
	else
		*room_out = *room;
	return 0;
}

void
scratch_say_room(struct guest_files *files, const struct scratch_room *rooms,
	size_t count)
{
	said_rooms = rooms;
	said_count = count;
	files->free_room = say_room;
}
