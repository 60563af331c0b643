#ifndef CONVERT_REWRITE_STARTER_H
#define CONVERT_REWRITE_STARTER_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct file;
struct files;

enum starter_way {
	START_SYSTEMD, /* a link in a .wants or .requires, or an init script */
	START_SYSV,    /* "S20smartd" of a run level */
	START_UPSTART, /* a job with "start on" */
	START_OPENRC,  /* a link of a run level */
	START_XINETD,  /* a service that is not disabled */
	START_INITTAB, /* a line */
};

enum { STARTER_NAME = 96, STARTERS_LIMIT = 2000 };

/* What makes one service start. */
struct starter {
	enum starter_way way;
	char name[STARTER_NAME]; /* of the service: "smartd" */
	char unit[STARTER_NAME]; /* systemd: with its ending */
	const struct file *file; /* the link, job or table; borrowed */
	const char *text;	 /* what runs then; not NULL, borrowed */
	size_t bytes;		 /* of it; of a table, it is one line */
};

struct starters {
	struct starter *list;
	size_t count;
};

/*
 * What starts services in a snapshot of a guest with this init ("systemd",
 * "sysvinit", "upstart", "openrc", NULL: unknown), by name.  Names that are not made of
 * letters, digits and "@._:+-" are passed over, and what systemd has masked.
 */
int starters_read(struct starters *starters_out, const struct files *files,
	const char *init, struct error *err);
void starters_release(struct starters *starters);

/* The text of a unit, wherever it is installed; NULL: there is none. */
const char *starter_unit_text(const struct files *files, const char *unit);

/* Is it a name of a service that may be written into lists and scripts? */
bool starter_name_is_plain(const char *name);

#endif
