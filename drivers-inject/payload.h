#ifndef DRIVERS_INJECT_PAYLOAD_H
#define DRIVERS_INJECT_PAYLOAD_H

struct error;
struct generator;
struct guest_files;
struct plan;
struct segment;

/*
 * Fill a segment with what the plan says: the modules byte for byte from
 * `folder` of the guest (/lib/modules/VERSION), all module indexes made anew,
 * and the generator's load trigger.
 */
int payload_add(struct segment *segment, const struct plan *plan,
	const struct guest_files *files, const char *folder,
	const char *version, const struct generator *generator,
	struct error *err);

/*
 * Does an image hold every file of the segment, as it is there, and besides
 * everything that the segment's base holds?
 */
struct initramfs;
int payload_check(const struct segment *segment, const struct initramfs *result,
	struct error *err);

#endif
