/*
 * Finding devices in the inventory by what they say they are.  Which devices
 * matter is in the rules.
 */
#include "convert/assess/device.h"

#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "convert/assess/examine.h"

enum { WHAT_BYTES = 320 };

/* The words of each bus for the same things. */
static const struct bus {
	const char *name, *place, *vendor, *product, *class;
} buses[] = {
	{"pci", "address", "vendor", "device", "class"},
	{"usb", "port", "vendor", "product", "class"},
	{"scsi", "address", "vendor", "model", "type"},
};

static bool
class_matches(const json_t *item, const struct bus *bus, const char *classes)
{
	const json_t *interface;
	size_t i;

	if (packages_name_matches(json_text(item, bus->class, ""), classes))
		return true;
	json_array_foreach(json_object_get(item, "interfaces"), i, interface)
		if (json_is_string(interface) &&
			packages_name_matches(json_string_value(interface),
				classes))
			return true;
	return false;
}

static bool
device_matches(const json_t *item, const struct bus *bus,
	const struct device *device)
{
	char id[64];

	snprintf(id, sizeof id, "%.30s:%.30s",
		json_text(item, bus->vendor, ""),
		json_text(item, bus->product, ""));
	return (device->ids == NULL || packages_name_matches(id, device->ids)) &&
		(device->except == NULL ||
			!packages_name_matches(id, device->except)) &&
		(device->classes == NULL ||
			class_matches(item, bus, device->classes));
}

static void
note(struct examination *examination, const struct rule *rule,
	const struct device *device, const struct bus *bus, const json_t *item)
{
	const char *driver = json_text(item, "driver", "");
	const char *name = json_text(item, "name", "");
	char where[96], what[WHAT_BYTES];

	snprintf(where, sizeof where, "inventory: %s %.60s", bus->name,
		json_text(item, bus->place, "?"));
	snprintf(what, sizeof what, "%s (%.30s:%.30s%s%.100s%s%.30s)",
		device->name, json_text(item, bus->vendor, "?"),
		json_text(item, bus->product, "?"), *name == '\0' ? "" : ", ",
		name, *driver == '\0' ? "" : ", driver ", driver);
	examine_note(examination, rule, where, 0, what);
}

void
device_look(struct examination *examination, const struct rule *rule,
	const struct device *device)
{
	const struct bus *bus = buses;
	const json_t *item;
	size_t i;

	while (strcmp(bus->name, device->bus) != 0)
		bus++;
	json_array_foreach(json_object_get(examination->inventory, bus->name),
		i, item)
		if (device_matches(item, bus, device))
			note(examination, rule, device, bus, item);
}
