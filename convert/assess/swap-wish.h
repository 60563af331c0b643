#ifndef CONVERT_ASSESS_SWAP_WISH_H
#define CONVERT_ASSESS_SWAP_WISH_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct findings;
struct guest;
struct guest_files;
struct names;
struct references;

/* The administrator's own units; each is named after its device. */
#define SWAP_WISH_FOLDER "/etc/systemd/system/"

/* The device that the text of a unit is for; false when it names none. */
bool swap_wish_device(char *device_out, size_t room, const char *text);

/* Add the links in all folders of wishes.  -1 only when out of memory. */
int swap_wish_links(struct names *links, const struct guest_files *files,
	struct error *err);

/* Is one of them of the unit at `path`? */
bool swap_wish_is_among(const struct names *links, const char *path);

/*
 * The guest gets what its units of swap mean that the boot switches on.  -1 only
 * when out of memory.
 */
int swap_wishes_read(struct guest *guest, const struct guest_files *files,
	struct references *references, struct findings *findings,
	struct error *err);

#endif
