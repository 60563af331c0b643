#ifndef CONVERT_ASSESS_VOLUME_NAME_H
#define CONVERT_ASSESS_VOLUME_NAME_H

#include <stdbool.h>
#include <stddef.h>

struct volume;
struct volumes;

/*
 * Is this a name by content ("UUID=...", "/dev/disk/by-label/...")?  Then
 * *volume_out is the first volume with it, or NULL.
 */
bool volume_by_tag(const struct volume **volume_out,
	const struct volumes *volumes, const char *name);

/*
 * In place: "\x20", which udev writes in a link for what it does not allow there,
 * and "\ ", which blkid writes for what a shell would not take as it is.
 */
void volume_name_decode(char *text);

/* "UUID=..." as the link that udev makes; other names stay. */
void volume_tag_path(char *path_out, size_t room, const char *name);

/* Is this one UUID, whatever stands between its digits ("aa:bb", "aa-bb")? */
bool volume_uuid_is(const char *uuid, const char *wanted);

/*
 * Is this the name of a logical volume ("/dev/vg/lv", "/dev/mapper/vg-lv"), of
 * what is in an encrypted one, of an array by its metadata, or a link that udev
 * makes of the identity of one of them?
 */
bool volume_is_called(const struct volume *volume, const char *name);

/* The volume that is called so, or is the partition "-part1" of it; or NULL. */
const struct volume *volume_by_name(const struct volumes *volumes,
	const char *name);

#endif
