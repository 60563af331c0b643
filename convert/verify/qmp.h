#ifndef CONVERT_VERIFY_QMP_H
#define CONVERT_VERIFY_QMP_H

#include <jansson.h>
#include <stdbool.h>

struct error;
struct qmp;

/*
 * Talk QMP with a QEMU that has the other end of the stream socket `fd`, which
 * is taken over in any case: wait for its greeting and leave negotiation.
 */
int qmp_open(struct qmp **qmp_out, int fd, struct error *err);

/* Does nothing to NULL; QEMU goes on. */
void qmp_close(struct qmp *qmp);
static inline void
qmp_closep(struct qmp **qmp)
{
	qmp_close(*qmp);
}

/*
 * Run a command; `arguments` (may be NULL) is consumed.  *result_out, unless
 * NULL, becomes what it returned, owned by the caller.  QEMU's own refusal is a
 * failure with its words.
 */
int qmp_run(struct qmp *qmp, const char *command, json_t *arguments,
	json_t **result_out, struct error *err);

/* Take note of events that came meanwhile; fails when QEMU is gone. */
int qmp_poll(struct qmp *qmp, struct error *err);

/* Why the guest stopped ("guest-reset", "guest-shutdown"), or NULL. */
const char *qmp_stop_reason(const struct qmp *qmp);

/* Whether the guest told its firmware that its kernel panicked. */
bool qmp_has_panicked(const struct qmp *qmp);

/* The screen as a PNG file. */
int qmp_picture(struct qmp *qmp, const char *path, struct error *err);

/*
 * A screen in text mode as 25 lines of 80 characters, through the scratch file
 * `path`.  In a graphics mode the text means nothing.  Others than printable
 * ASCII characters become spaces.
 */
enum { QMP_SCREEN_BYTES = 25 * 81 + 1 };
int qmp_screen(struct qmp *qmp, char text_out[QMP_SCREEN_BYTES],
	const char *path, struct error *err);

#endif
