#ifndef CONVERT_REWRITE_CHANGE_LIST_H
#define CONVERT_REWRITE_CHANGE_LIST_H

/*
 * The list of changes, between change.c, which plans them, change-room.c,
 * change-write.c and change-record.c.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "convert/rewrite/change.h"
#include "wire/hash.h"

enum change_kind {
	CHANGE_CREATED,
	CHANGE_EDITED,
	CHANGE_APPENDED, /* no text */
	CHANGE_REPLACED, /* a program; no text */
	CHANGE_LINKED,	 /* a symbolic link, new or to elsewhere */
	CHANGE_MOVED,
	CHANGE_REMOVED,
	CHANGE_FOLDER, /* a new one */
	CHANGE_SECTORS, /* of a disk */
};

/* A file before or after. */
struct version {
	char *text;   /* NULL: not a text, or not kept */
	char *data;   /* what is to be written and is no text; else NULL */
	char *target; /* of a symbolic link, or of a move; else NULL */
	bool exists;
	size_t bytes;
	uint8_t hash[HASH_BYTES];
};

struct change {
	char *path, *reason;
	char *service; /* that does not start by this; NULL: none */
	enum change_kind kind;
	int mode; /* of what is new */
	struct version before, after;
	char *sectors;	 /* what was there, before.bytes long; else NULL */
	uint64_t at_bytes; /* where */
	bool is_planned; /* and not written yet */
	bool is_optional; /* the VM boots without */
	bool joins_last; /* is made only together with the one before */
	bool lacks_room; /* so that it is left out */
	bool is_in_place; /* there is none for a second file */
};

struct service_wish {
	char *name, *reason;
};

/* One that does not start by some of the changes. */
struct disabled {
	char *name, *title, *why, *advice;
};

struct changes {
	struct change *list;
	size_t count;
	size_t texts_bytes; /* of all that was planned, before and after */
	struct service_wish *wishes;
	struct disabled *disabled;
	size_t wish_count, disabled_count;
	bool expects_created; /* of those that write for themselves */
	bool is_partial; /* something that the VM may need is not made */
};

/*
 * A new one at the end of the list, which is borrowed; NULL and *err, also when
 * there are too many.
 */
struct change *change_add(struct changes *changes, const char *path,
	enum change_kind kind, const char *reason, struct error *err);

void change_forget(struct change *change);

#endif
