#ifndef DRIVERS_INJECT_PAYLOAD_H
#define DRIVERS_INJECT_PAYLOAD_H

struct error;
struct generator;
struct guest_files;
struct plan;
struct script;
struct segment;

/* Where a plan is carried out. */
struct payload_place {
	const struct guest_files *files;
	const char *folder, *version; /* /lib/modules/VERSION of the guest */
	const struct generator *generator;
	const struct script *script; /* NULL: images of this kind have none */
};

/*
 * Fill a segment with what the plan says: the modules byte for byte from the
 * guest (unpacked where the image's are), all module indexes made anew, and the
 * generator's load triggers.
 */
int payload_add(struct segment *segment, const struct plan *plan,
	const struct payload_place *place, struct error *err);

/*
 * Does an image hold every file of the segment, as it is there, and besides
 * everything that the segment's base holds?
 */
struct initramfs;
int payload_check(const struct segment *segment, const struct initramfs *result,
	struct error *err);

#endif
