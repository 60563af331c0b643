#ifndef CONVERT_ASSESS_DEVICE_H
#define CONVERT_ASSESS_DEVICE_H

struct device;
struct examination;
struct rule;

/* Note each of the inventory's devices that is of this kind. */
void device_look(struct examination *examination, const struct rule *rule,
	const struct device *device);

#endif
