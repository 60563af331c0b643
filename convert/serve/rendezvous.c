/*
 * How serve gives further connections of a machine to the machine's session: by
 * a unix socket and SCM_RIGHTS, so that a session outlives a restart of serve.
 */
#include "convert/serve/rendezvous.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "convert/state/machine.h"
#include "wire/hash.h"

enum { NAME_ROOM = 20 }; /* for a socket's name behind the folder */

/* Fits in sun_path, and needs no quoting in an NBD URI. */
static int
is_suitable(const char *folder)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-";
	struct sockaddr_un address;

	return strlen(folder) + NAME_ROOM < sizeof address.sun_path &&
		folder[strspn(folder, plain)] == '\0';
}

/* Make it, or see that what is there is ours alone. */
static int
make_private(const char *folder, struct error *err)
{
	struct stat st;

	if (mkdir(folder, 0700) == -1 && errno != EEXIST)
		return error_set(err, errno, "make folder %s", folder);
	if (lstat(folder, &st) == -1)
		return error_set(err, errno, "make folder %s", folder);
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() ||
		(st.st_mode & 077) != 0)
		return error_set(err, EPERM, "folder %s belongs to others",
			folder);
	return 0;
}

static char *
fallback_folder(const struct machine *machine, struct error *err)
{
	const char *base = getenv("XDG_RUNTIME_DIR");
	char hex[HASH_HEX_BYTES];
	uint8_t hash[HASH_BYTES];

	if (hash_block(machine->folder, strlen(machine->folder), hash, err) ==
		-1)
		return NULL;
	hash_hex(hash, hex);
	if (base == NULL || base[0] != '/' || !is_suitable(base) ||
		strlen(base) > 40)
		base = "/tmp";
	return io_format("%s/unrack-%lu-%.16s", base, (unsigned long)geteuid(),
		hex);
}

int
rendezvous_path(char **path_out, const struct machine *machine,
	const char *name, struct error *err)
{
	AUTO(freep) char *folder = machine_path(machine, "run");

	error_set(err, ENOMEM, "machine %s", machine->name);
	if (folder != NULL && !is_suitable(folder)) {
		free(folder);
		folder = fallback_folder(machine, err);
	}
	if (folder == NULL || make_private(folder, err) == -1)
		return -1;
	*path_out = io_format("%s/%s", folder, name);
	if (*path_out == NULL)
		return error_set(err, ENOMEM, "machine %s", machine->name);
	error_clear(err);
	return 0;
}

static int
address_of(struct sockaddr_un *address_out, const char *path,
	struct error *err)
{
	*address_out = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof address_out->sun_path)
		return error_set(err, ENAMETOOLONG, "%s", path);
	strcpy(address_out->sun_path, path);
	return 0;
}

int
rendezvous_listen(int *fd_out, const char *path, struct error *err)
{
	AUTO(fd_closep) int fd =
		socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct sockaddr_un address;

	if (address_of(&address, path, err) == -1)
		return -1;
	unlink(path);
	if (fd == -1 ||
		bind(fd, (struct sockaddr *)&address, sizeof address) == -1 ||
		listen(fd, 64) == -1)
		return error_set(err, errno, "listen on %s", path);
	*fd_out = take_fd(&fd);
	return 0;
}

/* A control message with room for one descriptor, aligned as it must be. */
union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

int
rendezvous_send(const char *path, int fd, struct error *err)
{
	AUTO(fd_closep) int to =
		socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	union control control = {0};
	struct iovec byte = {(char[]){'c'}, 1};
	struct msghdr message = {.msg_iov = &byte,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control.bytes};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	struct sockaddr_un address;

	if (address_of(&address, path, err) == -1)
		return -1;
	if (to == -1 ||
		connect(to, (struct sockaddr *)&address, sizeof address) == -1)
		return error_set(err,
			errno == ECONNREFUSED ? ENOENT : errno,
			"connect to %s", path);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(header), &fd, sizeof fd);
	if (sendmsg(to, &message, MSG_NOSIGNAL) == -1)
		return error_set(err, errno, "send to %s", path);
	return 0;
}

int
rendezvous_receive(int *fd_out, int listening_fd, struct error *err)
{
	AUTO(fd_closep) int from =
		accept4(listening_fd, NULL, NULL, SOCK_CLOEXEC);
	const struct timeval limit = {.tv_sec = 5};
	union control control;
	char byte;
	struct iovec room = {&byte, 1};
	struct msghdr message = {.msg_iov = &room,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control.bytes};
	struct cmsghdr *header;

	if (from == -1)
		return error_set(err, errno, "accept a connection");
	setsockopt(from, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	if (recvmsg(from, &message, MSG_CMSG_CLOEXEC) == -1)
		return error_set(err, errno, "accept a connection");
	header = CMSG_FIRSTHDR(&message);
	if (header == NULL || header->cmsg_level != SOL_SOCKET ||
		header->cmsg_type != SCM_RIGHTS ||
		header->cmsg_len != CMSG_LEN(sizeof *fd_out))
		return error_set(err, EPROTO, "accept a connection");
	memcpy(fd_out, CMSG_DATA(header), sizeof *fd_out);
	return 0;
}
