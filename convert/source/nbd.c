/*
 * The second half of an NBD connection, and the server around it.  Each
 * connection has one thread that reads requests and a few that answer them, so
 * that a slow block does not hold up the others.  nbd-negotiate.c has the first
 * half.
 */
#include "convert/source/nbd.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/bytes.h"
#include "common/error.h"
#include "common/io.h"
#include "common/log.h"
#include "common/own.h"
#include "convert/source/nbd-wire.h"

enum { REQUEST_BYTES = 28, WORKERS = 4, WAITING_LIMIT = 16, CLIENT_LIMIT = 32 };

struct request {
	uint16_t type;
	uint64_t handle, offset_bytes;
	uint32_t length;
};

struct client {
	struct nbd *nbd;
	int fd; /* -1: this place is free */
	pthread_t thread;
	bool started;
	const struct nbd_export *export;
	pthread_mutex_t sending;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	struct request waiting[WAITING_LIMIT];
	unsigned first, count;
	bool ended;
};

struct nbd {
	int fd;
	char *path;
	const struct nbd_export *exports;
	size_t count;
	pthread_t thread;
	pthread_mutex_t lock; /* guards clients[].fd and .started */
	bool stopping;
	struct client clients[CLIENT_LIMIT];
};

static int
send_reply(struct client *client, const struct request *request,
	enum nbd_errno code, const void *data)
{
	uint8_t header[16];
	struct error err;
	int failed;

	nbd_put(nbd_put(nbd_put(header, NBD_REPLY_MAGIC, 4), code, 4),
		request->handle, 8);
	pthread_mutex_lock(&client->sending);
	failed = io_write(client->fd, header, sizeof header, "NBD client", &err);
	if (failed == 0 && data != NULL)
		failed = io_write(client->fd, data, request->length,
			"NBD client", &err);
	pthread_mutex_unlock(&client->sending);
	return failed;
}

static void
answer_read(struct client *client, const struct request *request)
{
	const struct nbd_export *export = client->export;
	AUTO(freep) void *data = NULL;
	struct error err = {0};

	if (request->length == 0 || request->length > NBD_LENGTH_LIMIT ||
		request->offset_bytes > export->size_bytes ||
		request->length > export->size_bytes - request->offset_bytes) {
		send_reply(client, request, NBD_EINVAL, NULL);
		return;
	}
	data = malloc(request->length);
	if (data == NULL ||
		export->read(export->context, request->offset_bytes, data,
			request->length, &err) == -1) {
		log_debug("%s: %s", export->name, err.text);
		send_reply(client, request, NBD_EIO, NULL);
		return;
	}
	send_reply(client, request, 0, data);
}

static void *
work(void *context)
{
	struct client *client = context;

	pthread_mutex_lock(&client->lock);
	for (;;) {
		struct request request;

		while (client->count == 0 && !client->ended)
			pthread_cond_wait(&client->changed, &client->lock);
		if (client->count == 0)
			break;
		request = client->waiting[client->first];
		client->first = (client->first + 1) % WAITING_LIMIT;
		client->count--;
		pthread_cond_broadcast(&client->changed);
		pthread_mutex_unlock(&client->lock);
		answer_read(client, &request);
		pthread_mutex_lock(&client->lock);
	}
	pthread_mutex_unlock(&client->lock);
	return NULL;
}

static void
enqueue(struct client *client, const struct request *request)
{
	pthread_mutex_lock(&client->lock);
	while (client->count == WAITING_LIMIT)
		pthread_cond_wait(&client->changed, &client->lock);
	client->waiting[(client->first + client->count++) % WAITING_LIMIT] =
		*request;
	pthread_cond_broadcast(&client->changed);
	pthread_mutex_unlock(&client->lock);
}

/* A write's data follows its header and has to be read to be refused. */
static int
discard(int fd, uint32_t bytes, struct error *err)
{
	uint8_t room[16384];

	while (bytes > 0) {
		uint32_t piece = bytes < sizeof room ? bytes : sizeof room;

		if (io_read(fd, room, piece, "NBD client", err) == -1)
			return -1;
		bytes -= piece;
	}
	return 0;
}

/* Returns -1 when the connection is over. */
static int
take_request(struct client *client, struct error *err)
{
	uint8_t header[REQUEST_BYTES];
	struct request request;

	if (io_read(client->fd, header, sizeof header, "NBD client", err) == -1)
		return -1;
	request.type = (uint16_t)bytes_big(header + 6, 2);
	request.handle = bytes_big(header + 8, 8);
	request.offset_bytes = bytes_big(header + 16, 8);
	request.length = (uint32_t)bytes_big(header + 24, 4);
	if (bytes_big(header, 4) != NBD_REQUEST_MAGIC)
		return error_set(err, EPROTO, "NBD client");
	switch (request.type) {
	case NBD_CMD_READ:
		enqueue(client, &request);
		return 0;
	case NBD_CMD_DISC:
		return error_set(err, EPIPE, "NBD client");
	case NBD_CMD_FLUSH:
		return send_reply(client, &request, 0, NULL);
	case NBD_CMD_WRITE:
		if (request.length > NBD_LENGTH_LIMIT)
			return error_set(err, EPROTO, "NBD client");
		if (discard(client->fd, request.length, err) == -1)
			return -1;
		return send_reply(client, &request, NBD_EPERM, NULL);
	default:
		return send_reply(client, &request, NBD_EPERM, NULL);
	}
}

static void
transmit(struct client *client, struct error *err)
{
	pthread_t workers[WORKERS];
	unsigned started = 0;

	while (started < WORKERS &&
		pthread_create(&workers[started], NULL, work, client) == 0)
		started++;
	while (started > 0 && take_request(client, err) == 0)
		;
	pthread_mutex_lock(&client->lock);
	client->ended = true;
	pthread_cond_broadcast(&client->changed);
	pthread_mutex_unlock(&client->lock);
	for (unsigned i = 0; i < started; i++)
		pthread_join(workers[i], NULL);
}

static void *
serve_client(void *context)
{
	struct client *client = context;
	struct nbd *nbd = client->nbd;
	struct error err = {0};

	if (nbd_negotiate(&client->export, client->fd, nbd->exports, nbd->count,
		    &err) == 0)
		transmit(client, &err);
	if (err.code != EPIPE)
		log_debug("NBD: %s", err.text);
	pthread_mutex_lock(&nbd->lock);
	close(client->fd);
	client->fd = -1;
	pthread_mutex_unlock(&nbd->lock);
	return NULL;
}

/* A free place whose thread has been reaped, or NULL; with the lock held. */
static struct client *
find_place(struct nbd *nbd)
{
	for (int i = 0; i < CLIENT_LIMIT; i++) {
		struct client *client = &nbd->clients[i];

		if (client->fd != -1)
			continue;
		if (client->started)
			pthread_join(client->thread, NULL);
		client->started = false;
		return client;
	}
	return NULL;
}

static void
admit(struct nbd *nbd, int fd)
{
	struct client *client;

	pthread_mutex_lock(&nbd->lock);
	client = nbd->stopping ? NULL : find_place(nbd);
	if (client == NULL) {
		close(fd);
	} else {
		client->fd = fd;
		client->first = client->count = 0;
		client->ended = false;
		client->started = pthread_create(&client->thread, NULL,
			serve_client, client) == 0;
		if (!client->started) {
			close(fd);
			client->fd = -1;
		}
	}
	pthread_mutex_unlock(&nbd->lock);
}

static void *
accept_clients(void *context)
{
	struct nbd *nbd = context;

	for (;;) {
		int fd = accept4(nbd->fd, NULL, NULL, SOCK_CLOEXEC);
		bool stopping;

		pthread_mutex_lock(&nbd->lock);
		stopping = nbd->stopping;
		pthread_mutex_unlock(&nbd->lock);
		if (fd != -1)
			admit(nbd, fd);
		else if (errno == EMFILE || errno == ENFILE)
			usleep(100000);
		if (stopping)
			return NULL;
	}
}

static int
listen_on(const char *path, struct error *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	AUTO(fd_closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof address.sun_path)
		return error_set(err, ENAMETOOLONG, "listen on %s", path);
	strcpy(address.sun_path, path);
	unlink(path);
	if (fd == -1 ||
		bind(fd, (struct sockaddr *)&address, sizeof address) == -1 ||
		listen(fd, 16) == -1)
		return error_set(err, errno, "listen on %s", path);
	return take_fd(&fd);
}

int
nbd_start(struct nbd **nbd_out, const char *path,
	const struct nbd_export *exports, size_t count, struct error *err)
{
	AUTO(freep) struct nbd *nbd = calloc(1, sizeof *nbd);
	AUTO(freep) char *copy = strdup(path);
	AUTO(fd_closep) int fd = -1;

	if (nbd == NULL || copy == NULL)
		return error_set(err, ENOMEM, "listen on %s", path);
	nbd->fd = fd = listen_on(path, err);
	if (fd == -1)
		return -1;
	nbd->path = copy;
	nbd->exports = exports;
	nbd->count = count;
	pthread_mutex_init(&nbd->lock, NULL);
	for (int i = 0; i < CLIENT_LIMIT; i++) {
		struct client *client = &nbd->clients[i];

		client->nbd = nbd;
		client->fd = -1;
		pthread_mutex_init(&client->sending, NULL);
		pthread_mutex_init(&client->lock, NULL);
		pthread_cond_init(&client->changed, NULL);
	}
	if (pthread_create(&nbd->thread, NULL, accept_clients, nbd) != 0)
		return error_set(err, EAGAIN, "listen on %s", path);
	take_fd(&fd);
	take(copy);
	*nbd_out = take(nbd);
	return 0;
}

void
nbd_stop(struct nbd *nbd)
{
	pthread_mutex_lock(&nbd->lock);
	nbd->stopping = true;
	shutdown(nbd->fd, SHUT_RDWR); /* ends accept() */
	for (int i = 0; i < CLIENT_LIMIT; i++)
		if (nbd->clients[i].fd != -1)
			shutdown(nbd->clients[i].fd, SHUT_RDWR);
	pthread_mutex_unlock(&nbd->lock);
	pthread_join(nbd->thread, NULL);
	for (int i = 0; i < CLIENT_LIMIT; i++) {
		struct client *client = &nbd->clients[i];

		if (client->started)
			pthread_join(client->thread, NULL);
		pthread_mutex_destroy(&client->sending);
		pthread_mutex_destroy(&client->lock);
		pthread_cond_destroy(&client->changed);
	}
	close(nbd->fd);
	unlink(nbd->path);
	free(nbd->path);
	free(nbd);
}
