/*
 * A small client of QEMU's monitor: one command at a time, events remembered.
 * The socket is one half of a pair that QEMU inherits (boot.c), so there is no
 * path that could be too long and nothing to clean up.
 */
#include "convert/verify/qmp.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/monotonic.h"
#include "common/own.h"

enum {
	LINE_LIMIT = 1 << 20,
	/* A busy host under emulation answers late, but it answers. */
	ANSWER_SECONDS = 60,
	TEXT_MEMORY = 0xb8000,
	COLUMNS = 80,
	ROWS = 25
};

struct qmp {
	int fd;
	char *data;
	size_t used, room;
	char stop_reason[64];
	bool panicked;
};

static void
note_event(struct qmp *qmp, const json_t *message)
{
	const char *event = json_text(message, "event", "");

	if (strcmp(event, "GUEST_PANICKED") == 0)
		qmp->panicked = true;
	if (strcmp(event, "SHUTDOWN") == 0)
		snprintf(qmp->stop_reason, sizeof qmp->stop_reason, "%s",
			json_text(json_object_get(message, "data"), "reason",
				"guest-shutdown"));
}

/* The next whole line as JSON; NULL with 0 when there is none yet. */
static int
next_message(struct qmp *qmp, json_t **message_out, struct error *err)
{
	char *end = qmp->used == 0
		? NULL : memchr(qmp->data, '\n', qmp->used);
	json_error_t why;
	size_t length;

	*message_out = NULL;
	if (end == NULL)
		return 0;
	length = (size_t)(end - qmp->data) + 1;
	*message_out = json_loadb(qmp->data, length, 0, &why);
	if (*message_out == NULL)
		return error_set(err, EBADMSG, "QEMU's monitor: %s", why.text);
	qmp->used -= length;
	memmove(qmp->data, qmp->data + length, qmp->used);
	return 0;
}

/* Wait for more bytes, at most so long; 0 also when none came. */
static int
receive(struct qmp *qmp, int timeout_ms, struct error *err)
{
	struct pollfd ready = {qmp->fd, POLLIN, 0};
	ssize_t got;

	if (qmp->used + 4096 > qmp->room) {
		size_t room = qmp->room * 2 + 8192;
		char *larger = room > LINE_LIMIT
			? NULL : realloc(qmp->data, room);

		if (larger == NULL)
			return error_set(err, EMSGSIZE, "QEMU's monitor");
		qmp->data = larger;
		qmp->room = room;
	}
	if (poll(&ready, 1, timeout_ms) <= 0)
		return 0;
	got = recv(qmp->fd, qmp->data + qmp->used, qmp->room - qmp->used,
		MSG_DONTWAIT);
	if (got == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got == -1)
		return error_set(err, errno, "QEMU's monitor");
	if (got == 0)
		return error_set(err, EPIPE, "QEMU's monitor");
	qmp->used += (size_t)got;
	return 0;
}

/* The next message with a member of this name; events are noted on the way. */
static int
await(struct qmp *qmp, const char *member, json_t **message_out,
	struct error *err)
{
	double deadline = monotonic_seconds() + ANSWER_SECONDS;

	while (monotonic_seconds() < deadline) {
		AUTO(json_decrefpp) json_t *message = NULL;

		if (next_message(qmp, &message, err) == -1)
			return -1;
		if (message == NULL) {
			if (receive(qmp, 1000, err) == -1)
				return -1;
			continue;
		}
		note_event(qmp, message);
		if (json_object_get(message, member) != NULL ||
			json_object_get(message, "error") != NULL) {
			*message_out = take(message);
			return 0;
		}
	}
	return error_set(err, ETIMEDOUT, "QEMU's monitor");
}

int
qmp_open(struct qmp **qmp_out, int fd, struct error *err)
{
	AUTO(qmp_closep) struct qmp *qmp = calloc(1, sizeof *qmp);
	AUTO(json_decrefpp) json_t *greeting = NULL;

	if (qmp == NULL) {
		close(fd);
		return error_set(err, ENOMEM, "QEMU's monitor");
	}
	qmp->fd = fd;
	if (await(qmp, "QMP", &greeting, err) == -1 ||
		qmp_run(qmp, "qmp_capabilities", NULL, NULL, err) == -1)
		return -1;
	*qmp_out = take(qmp);
	return 0;
}

void
qmp_close(struct qmp *qmp)
{
	if (qmp == NULL)
		return;
	close(qmp->fd);
	free(qmp->data);
	free(qmp);
}

static int
transmit(struct qmp *qmp, const char *text, struct error *err)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t put = send(qmp->fd, text, left, MSG_NOSIGNAL);

		if (put == -1 && errno == EINTR)
			continue;
		if (put == -1)
			return error_set(err, errno, "QEMU's monitor");
		text += put;
		left -= (size_t)put;
	}
	return 0;
}

int
qmp_run(struct qmp *qmp, const char *command, json_t *arguments,
	json_t **result_out, struct error *err)
{
	AUTO(json_decrefpp) json_t *request = json_object();
	AUTO(json_decrefpp) json_t *answer = NULL;
	AUTO(freep) char *text = NULL;
	const json_t *refusal;

	json_object_set_new(request, "execute", json_string(command));
	if (arguments != NULL)
		json_object_set_new(request, "arguments", arguments);
	text = json_dumps(request, JSON_COMPACT);
	if (text == NULL)
		return error_set(err, ENOMEM, "QEMU's monitor");
	if (transmit(qmp, text, err) == -1 || transmit(qmp, "\n", err) == -1 ||
		await(qmp, "return", &answer, err) == -1)
		return error_add(err, "%s", command);
	refusal = json_object_get(answer, "error");
	if (refusal != NULL)
		return error_set(err, 0, "%s: QEMU says: %s", command,
			json_text(refusal, "desc", "no"));
	if (result_out != NULL)
		*result_out = json_incref(json_object_get(answer, "return"));
	return 0;
}

int
qmp_poll(struct qmp *qmp, struct error *err)
{
	json_t *message;

	if (receive(qmp, 0, err) == -1)
		return -1;
	for (;;) {
		if (next_message(qmp, &message, err) == -1)
			return -1;
		if (message == NULL)
			return 0;
		note_event(qmp, message);
		json_decref(message);
	}
}

const char *
qmp_stop_reason(const struct qmp *qmp)
{
	return qmp->stop_reason[0] == '\0' ? NULL : qmp->stop_reason;
}

bool
qmp_has_panicked(const struct qmp *qmp)
{
	return qmp->panicked;
}

int
qmp_picture(struct qmp *qmp, const char *path, struct error *err)
{
	return qmp_run(qmp, "screendump", json_pack("{s:s, s:s}", "filename",
		path, "format", "png"), NULL, err);
}

int
qmp_screen(struct qmp *qmp, char text_out[QMP_SCREEN_BYTES], const char *path,
	struct error *err)
{
	AUTO(freep) char *memory = NULL;
	size_t bytes;

	if (qmp_run(qmp, "pmemsave", json_pack("{s:i, s:i, s:s}", "val",
		    TEXT_MEMORY, "size", ROWS * COLUMNS * 2, "filename", path),
		    NULL, err) == -1 ||
		io_read_file(&memory, &bytes, path, ROWS * COLUMNS * 2, err) ==
			-1)
		return -1;
	for (size_t row = 0; row < ROWS; row++) {
		for (size_t column = 0; column < COLUMNS; column++) {
			size_t at = (row * COLUMNS + column) * 2;
			char c = at < bytes ? memory[at] : ' ';

			*text_out++ = c >= ' ' && c <= '~' ? c : ' ';
		}
		*text_out++ = '\n';
	}
	*text_out = '\0';
	return 0;
}
