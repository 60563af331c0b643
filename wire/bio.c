/*
 * What OpenSSL reads from and writes to.  Its own socket BIO uses write(), which
 * raises SIGPIPE; this one is the transfer and nothing else.  Read tls.c next.
 */
#include "wire/bio.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/socket.h>

static int
socket_fd(BIO *bio)
{
	return (int)(intptr_t)BIO_get_data(bio);
}

static int
socket_result(BIO *bio, ssize_t moved, int retry)
{
	BIO_clear_retry_flags(bio);
	if (moved == -1 && (errno == EAGAIN || errno == EINTR))
		BIO_set_flags(bio, retry | BIO_FLAGS_SHOULD_RETRY);
	return (int)moved;
}

static int
socket_write(BIO *bio, const char *data, int bytes)
{
	return socket_result(bio,
		send(socket_fd(bio), data, (size_t)bytes, MSG_NOSIGNAL),
		BIO_FLAGS_WRITE);
}

static int
socket_read(BIO *bio, char *data, int bytes)
{
	return socket_result(bio, recv(socket_fd(bio), data, (size_t)bytes, 0),
		BIO_FLAGS_READ);
}

static long
socket_control(BIO *bio, int command, long number, void *pointer)
{
	(void)bio;
	(void)number;
	(void)pointer;
	return command == BIO_CTRL_FLUSH;
}

static pthread_once_t method_once = PTHREAD_ONCE_INIT;
static BIO_METHOD *method; /* lives as long as the process */

static void
make_method(void)
{
	BIO_METHOD *made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK,
		"unrack socket");

	if (made == NULL || BIO_meth_set_write(made, socket_write) != 1 ||
		BIO_meth_set_read(made, socket_read) != 1 ||
		BIO_meth_set_ctrl(made, socket_control) != 1) {
		BIO_meth_free(made);
		return;
	}
	method = made;
}

BIO *
bio_open(int fd)
{
	BIO *bio;

	pthread_once(&method_once, make_method);
	bio = method == NULL ? NULL : BIO_new(method);
	if (bio != NULL) {
		BIO_set_data(bio, (void *)(intptr_t)fd);
		BIO_set_init(bio, 1);
	}
	return bio;
}
