#ifndef WIRE_KEY_H
#define WIRE_KEY_H

#include <stdint.h>

struct error;

enum {
	KEY_BYTES = 32,
	KEY_NAME_BYTES = 64,	/* of a machine, with its NUL */
	KEY_SERVER_BYTES = 256, /* HOST:PORT, with its NUL */
	KEY_DEFAULT_PORT = 7443
};

/*
 * What lets one machine serve one capture: an enrolment file holds lines
 * `machine = NAME`, `server = HOST:PORT` (optional) and `key = 64 hex digits`;
 * lines that are empty or begin with # are ignored.  Whoever holds it can act
 * as the machine: it is written with mode 0600 and its key never reaches a log.
 */
struct enrolment {
	char machine[KEY_NAME_BYTES];
	char server[KEY_SERVER_BYTES]; /* empty when not in the file */
	uint8_t key[KEY_BYTES];
};

/* [a-z0-9][a-z0-9.-]{0,62}, no "..": safe as a folder and as a host name. */
int key_check_name(const char *machine, struct error *err);

/* A fresh random key for a machine.  `server` may be NULL. */
int key_make(struct enrolment *enrolment_out, const char *machine,
	const char *server, struct error *err);

/* Read one; `path` is "-" for standard input. At most 4 KiB are read. */
int key_read(struct enrolment *enrolment_out, const char *path,
	struct error *err);
int key_parse(struct enrolment *enrolment_out, const char *text,
	const char *name, struct error *err);
int key_write(const struct enrolment *enrolment, const char *path,
	struct error *err);

/* "HOST", "HOST:PORT", "[V6]:PORT": split, the default port filled in. */
int key_split_server(const char *server, char host_out[KEY_SERVER_BYTES],
	char port_out[8], struct error *err);

#endif
