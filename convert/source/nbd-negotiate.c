/*
 * The first half of an NBD connection: the client lists exports, asks about them
 * and picks one.  nbd.c has the second half.
 */
#include <errno.h>
#include <string.h>

#include "common/bytes.h"
#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "convert/source/nbd-wire.h"

enum { OPTION_BYTES = 16, FLAGS = NBD_HAS_FLAGS | NBD_READ_ONLY |
		NBD_SEND_FLUSH | NBD_CAN_MULTI_CONN };

struct client {
	int fd;
	const struct nbd_export *exports;
	size_t count;
	uint32_t flags;
	uint32_t option;
	uint32_t bytes;	/* of data */
	uint8_t data[2 * NBD_NAME_LIMIT];
	const struct nbd_export *chosen;
};

static int
reply(struct client *client, uint32_t type, const void *data, uint32_t bytes,
	struct error *err)
{
	uint8_t header[20], *at = header;

	at = nbd_put(at, NBD_OPTION_REPLY_MAGIC, 8);
	at = nbd_put(at, client->option, 4);
	at = nbd_put(at, type, 4);
	nbd_put(at, bytes, 4);
	if (io_write(client->fd, header, sizeof header, "NBD client", err) == -1)
		return -1;
	return bytes == 0
		? 0
		: io_write(client->fd, data, bytes, "NBD client", err);
}

/* The empty name means the first export. */
static const struct nbd_export *
find_export(const struct client *client, const uint8_t *name, size_t bytes)
{
	if (bytes == 0 && client->count > 0)
		return &client->exports[0];
	for (size_t i = 0; i < client->count; i++)
		if (strlen(client->exports[i].name) == bytes &&
			memcmp(client->exports[i].name, name, bytes) == 0)
			return &client->exports[i];
	return NULL;
}

static int
answer_list(struct client *client, struct error *err)
{
	uint8_t data[4 + NBD_NAME_LIMIT];

	if (client->bytes != 0)
		return reply(client, NBD_REP_ERR_INVALID, NULL, 0, err);
	for (size_t i = 0; i < client->count; i++) {
		const char *name = client->exports[i].name;
		size_t bytes = strlen(name);

		memcpy(nbd_put(data, bytes, 4), name, bytes);
		if (reply(client, NBD_REP_SERVER, data, (uint32_t)bytes + 4,
			    err) == -1)
			return -1;
	}
	return reply(client, NBD_REP_ACK, NULL, 0, err);
}

/* INFO and GO: name, then the kinds of information that it would like. */
static int
answer_info(struct client *client, struct error *err)
{
	const struct nbd_export *export;
	uint8_t info[14], *at;
	uint64_t name_bytes;

	if (client->bytes < 6)
		return reply(client, NBD_REP_ERR_INVALID, NULL, 0, err);
	name_bytes = bytes_big(client->data, 4);
	if (name_bytes > client->bytes - 6 ||
		bytes_big(client->data + 4 + name_bytes, 2) * 2 !=
			client->bytes - 6 - name_bytes)
		return reply(client, NBD_REP_ERR_INVALID, NULL, 0, err);
	export = find_export(client, client->data + 4, name_bytes);
	if (export == NULL)
		return reply(client, NBD_REP_ERR_UNKNOWN, NULL, 0, err);
	at = nbd_put(info, NBD_INFO_EXPORT, 2);
	at = nbd_put(at, export->size_bytes, 8);
	nbd_put(at, FLAGS, 2);
	if (reply(client, NBD_REP_INFO, info, 12, err) == -1)
		return -1;
	at = nbd_put(info, NBD_INFO_BLOCK_SIZE, 2);
	at = nbd_put(at, 1, 4);
	at = nbd_put(at, 4096, 4);
	nbd_put(at, NBD_LENGTH_LIMIT, 4);
	if (reply(client, NBD_REP_INFO, info, 14, err) == -1)
		return -1;
	if (client->option == NBD_OPT_GO)
		client->chosen = export;
	return reply(client, NBD_REP_ACK, NULL, 0, err);
}

/* The old way to choose: there is no answer but to hang up. */
static int
answer_export_name(struct client *client, struct error *err)
{
	const struct nbd_export *export =
		find_export(client, client->data, client->bytes);
	uint8_t bytes[10 + 124] = {0};

	if (export == NULL)
		return error_set(err, EPROTO, "NBD client asks for an export "
			"that is not there");
	nbd_put(nbd_put(bytes, export->size_bytes, 8), FLAGS, 2);
	client->chosen = export;
	return io_write(client->fd, bytes,
		client->flags & NBD_NO_ZEROES ? 10 : sizeof bytes,
		"NBD client", err);
}

static int
answer_abort(struct client *client, struct error *err)
{
	reply(client, NBD_REP_ACK, NULL, 0, err);
	return error_set(err, EPIPE, "NBD client");
}

static const struct {
	uint32_t option;
	int (*answer)(struct client *client, struct error *err);
} answers[] = {
	{NBD_OPT_EXPORT_NAME, answer_export_name},
	{NBD_OPT_ABORT, answer_abort},
	{NBD_OPT_LIST, answer_list},
	{NBD_OPT_INFO, answer_info},
	{NBD_OPT_GO, answer_info},
};

static int
discard(struct client *client, uint32_t bytes, struct error *err)
{
	while (bytes > 0) {
		uint32_t piece = bytes;

		if (piece > sizeof client->data)
			piece = sizeof client->data;
		if (io_read(client->fd, client->data, piece, "NBD client",
			    err) == -1)
			return -1;
		bytes -= piece;
	}
	return 0;
}

static int
answer_option(struct client *client, struct error *err)
{
	uint8_t header[OPTION_BYTES];

	if (io_read(client->fd, header, sizeof header, "NBD client", err) == -1)
		return -1;
	client->option = (uint32_t)bytes_big(header + 8, 4);
	client->bytes = (uint32_t)bytes_big(header + 12, 4);
	if (bytes_big(header, 8) != NBD_OPTION_MAGIC ||
		client->bytes > NBD_LENGTH_LIMIT)
		return error_set(err, EPROTO, "NBD client");
	if (client->bytes > sizeof client->data)
		return discard(client, client->bytes, err) == -1
			? -1
			: reply(client, NBD_REP_ERR_TOO_BIG, NULL, 0, err);
	if (io_read(client->fd, client->data, client->bytes, "NBD client",
		    err) == -1)
		return -1;
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		if (answers[i].option == client->option)
			return answers[i].answer(client, err);
	return reply(client, NBD_REP_ERR_UNSUP, NULL, 0, err);
}

int
nbd_negotiate(const struct nbd_export **export_out, int fd,
	const struct nbd_export *exports, size_t count, struct error *err)
{
	AUTO(freep) struct client *client = calloc(1, sizeof *client);
	uint8_t greeting[18], flags[4];

	if (client == NULL)
		return error_set(err, ENOMEM, "NBD client");
	client->fd = fd;
	client->exports = exports;
	client->count = count;
	nbd_put(nbd_put(nbd_put(greeting, NBD_MAGIC, 8), NBD_OPTION_MAGIC, 8),
		NBD_FIXED_NEWSTYLE | NBD_NO_ZEROES, 2);
	if (io_write(fd, greeting, sizeof greeting, "NBD client", err) == -1 ||
		io_read(fd, flags, sizeof flags, "NBD client", err) == -1)
		return -1;
	client->flags = (uint32_t)bytes_big(flags, 4);
	if (client->flags & ~(uint32_t)(NBD_FIXED_NEWSTYLE | NBD_NO_ZEROES))
		return error_set(err, EPROTO, "NBD client");
	while (client->chosen == NULL)
		if (answer_option(client, err) == -1)
			return -1;
	*export_out = client->chosen;
	return 0;
}
