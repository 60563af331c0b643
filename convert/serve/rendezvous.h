#ifndef CONVERT_SERVE_RENDEZVOUS_H
#define CONVERT_SERVE_RENDEZVOUS_H

struct error;
struct machine;

/*
 * Where the processes that work on a machine meet: unix sockets in FOLDER/run,
 * or, when that path is too long for one or odd in a URI, in a private folder
 * below $XDG_RUNTIME_DIR or /tmp.  Makes the folder.  The caller frees the path.
 */
int rendezvous_path(char **path_out, const struct machine *machine,
	const char *name, struct error *err);

/* A listening socket there; what an earlier process left is replaced. */
int rendezvous_listen(int *fd_out, const char *path, struct error *err);

/*
 * Give a connection to the process that listens there.  Fails with ENOENT when
 * nobody does.  Leaves `fd` open.
 */
int rendezvous_send(const char *path, int fd, struct error *err);

/* Take one such connection from the listening socket. */
int rendezvous_receive(int *fd_out, int listening_fd, struct error *err);

#endif
