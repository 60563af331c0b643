#ifndef CONVERT_SOURCE_FOLD_H
#define CONVERT_SOURCE_FOLD_H

#include <stdbool.h>
#include <stdint.h>

struct error;

/*
 * The next generation of one disk takes the place of the last one: what image.h
 * calls FOLDER/NAME.next is joined to FOLDER/NAME.raw.  Nobody else uses them.
 */

/*
 * Before that is decided: can it be done?  Takes room for the blocks on the
 * host's disk; fails with EBUSY when QEMU has the disk open.  Changes no block.
 */
int fold_prepare(const char *folder, const char *name, struct error *err);

/*
 * Do it, durably; the disk then is generation `number`.  It may be done again,
 * after a crash at any point in it.  A disk without a next generation only gets
 * the number.
 */
int fold_run(const char *folder, const char *name, uint32_t number,
	struct error *err);

#endif
