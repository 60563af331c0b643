/*
 * USB devices.  Their names come from the devices themselves, so that they are
 * cut and cleaned before anybody sees them.
 */
#include "p2v/usb.h"

#include <string.h>

#include "common/io.h"
#include "common/own.h"
#include "p2v/sysfs.h"

enum { TEXT_LIMIT = 126, INTERFACE_LIMIT = 32 }; /* as the standard has them */

static json_t *
usb_text(const char *device, const char *file)
{
	AUTO(freep) char *text = sysfs_text("%s/%s", device, file);

	if (text != NULL && strlen(text) > TEXT_LIMIT)
		text[TEXT_LIMIT] = '\0';
	for (char *at = text; at != NULL && *at != '\0'; at++)
		if ((unsigned char)*at < ' ' || *at == 127)
			*at = '?';
	return fact_text(text);
}

/* A device may leave it to its interfaces what it is. */
static void
add_interfaces(json_t *classes, json_t *drivers, const char *root,
	const char *name)
{
	AUTO(names_freep) struct names *names = sysfs_list(
		"%s/sys/bus/usb/devices", root);
	size_t bytes = strlen(name);

	for (size_t i = 0; names != NULL && i < names->count; i++) {
		const char *interface = names->items[i];
		AUTO(freep) char *driver = NULL;
		AUTO(freep) char *class = NULL;

		if (strncmp(interface, name, bytes) != 0 ||
			interface[bytes] != ':' ||
			json_array_size(classes) == INTERFACE_LIMIT)
			continue;
		class = sysfs_text("%s/sys/bus/usb/devices/%s/bInterfaceClass",
			root, interface);
		driver = sysfs_link("%s/sys/bus/usb/devices/%s/driver", root,
			interface);
		json_array_append_new(classes, fact_text(class));
		json_array_append_new(drivers, fact_text(driver));
	}
}

static json_t *
usb_facts(const char *root, const char *name, const char *device)
{
	json_t *classes = json_array(), *drivers = json_array();

	add_interfaces(classes, drivers, root, name);
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"port", name,
		"vendor", usb_text(device, "idVendor"),
		"product", usb_text(device, "idProduct"),
		"class", usb_text(device, "bDeviceClass"),
		"interfaces", classes, "drivers", drivers,
		"manufacturer", usb_text(device, "manufacturer"),
		"name", usb_text(device, "product"),
		"serial", usb_text(device, "serial"));
}

static bool
is_hub(const char *device)
{
	AUTO(freep) char *class = sysfs_text("%s/bDeviceClass", device);

	return class != NULL && strcmp(class, "09") == 0;
}

json_t *
usb_list(const char *root)
{
	AUTO(names_freep) struct names *names = sysfs_list(
		"%s/sys/bus/usb/devices", root);
	json_t *devices = json_array();

	for (size_t i = 0; names != NULL && i < names->count; i++) {
		const char *name = names->items[i];
		AUTO(freep) char *device = io_format(
			"%s/sys/bus/usb/devices/%s", root, name);

		/* "1-1:1.0" is an interface of "1-1" */
		if (device == NULL || strchr(name, ':') != NULL ||
			is_hub(device) || json_array_size(devices) == USB_LIMIT)
			continue;
		json_array_append_new(devices, usb_facts(root, name, device));
	}
	return devices;
}
