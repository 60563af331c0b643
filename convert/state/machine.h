#ifndef CONVERT_STATE_MACHINE_H
#define CONVERT_STATE_MACHINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/key.h"

struct error;

/*
 * One machine's directory STATE/machines/NAME, made to be understood with ls
 * and cat.  Folders capture, vm and report are made with it.
 */
struct machine {
	char name[KEY_NAME_BYTES];
	char *folder; /* absolute */
	int lock_fd;  /* -1 until machine_lock() */
};

/* The states that a machine moves through, in this order. */
enum machine_state {
	MACHINE_ENROLLED,
	MACHINE_ASSESSED,
	MACHINE_PRECOPIED, /* of many moments while it ran: not to be used */
	MACHINE_CONVERTED,
	MACHINE_CAPTURED,
	MACHINE_VERIFIED,
	MACHINE_STATE_COUNT
};

/* Fails with ENOENT and a hint when there is no such machine. */
int machine_open(struct machine **machine_out, const char *state,
	const char *name, struct error *err);

/* Make it, or open what is there. */
int machine_create(struct machine **machine_out, const char *state,
	const char *name, struct error *err);

/* Releases the lock as well. */
void machine_close(struct machine *machine);
static inline void
machine_closep(struct machine **machine)
{
	if (*machine != NULL)
		machine_close(*machine);
}

/*
 * One process at a time works on a machine.  Fails with EBUSY, at once, naming
 * the process that does.
 */
int machine_lock(struct machine *machine, struct error *err);

/* FOLDER/relative as a new string, which the caller frees; NULL: no memory. */
char *machine_path(const struct machine *machine, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* state.json: where the machine stands.  ENROLLED when nothing is written yet. */
enum machine_state machine_state(const struct machine *machine);
int machine_set_state(const struct machine *machine, enum machine_state state,
	struct error *err);
/* Fails for a machine that was only pre-copied, with what completes it. */
int machine_check_whole(const struct machine *machine, struct error *err);
const char *machine_state_name(enum machine_state state);

/*
 * A machine that is kept apart shares no blocks with others, neither way: the
 * file "no-share" is in its folder, until somebody removes it.
 */
bool machine_is_apart(const struct machine *machine);
int machine_set_apart(const struct machine *machine, struct error *err);

/* Every machine's name, sorted; free with machine_list_free(). */
int machine_list(char ***names_out, size_t *count_out, const char *state,
	struct error *err);
void machine_list_free(char **names, size_t count);

/*
 * disks.json: the machine's disks in the order of the inventory.  The capture is
 * capture/NAME.raw, or `image` for a local image; the conversion's overlay is
 * vm/NAME.qcow2.
 */
struct machine_disk {
	char name[64];
	uint64_t size_bytes;
	char *image;	      /* absolute path of a local image, else NULL */
	char image_format[8]; /* as local_image_format() has it */
};
int machine_read_disks(const struct machine *machine,
	struct machine_disk **disks_out, size_t *count_out, struct error *err);
int machine_write_disks(const struct machine *machine,
	const struct machine_disk *disks, size_t count, struct error *err);
void machine_disks_free(struct machine_disk *disks, size_t count);

/* What a disk's partition table counts in, by the inventory; else 512. */
unsigned machine_sector_bytes(const json_t *inventory, const char *name);

#endif
