/* Serial and parallel ports, and timers that reset a machine that hangs. */
#include "p2v/port.h"

#include <string.h>

#include "common/own.h"
#include "p2v/sysfs.h"

/*
 * A terminal of hardware has a device.  The driver of the PC's serial ports
 * makes four of them whether they are there or not: its type is 0 then.
 */
static bool
is_serial(const char *root, const char *name)
{
	return sysfs_exists("%s/sys/class/tty/%s/device", root, name) &&
		sysfs_number(1, "%s/sys/class/tty/%s/type", root, name) != 0;
}

static bool
is_parallel(const char *root, const char *name)
{
	(void)root;
	return strncmp(name, "parport", 7) == 0;
}

static json_t *
those_of(const char *root, const char *folder,
	bool (*fits)(const char *root, const char *name))
{
	AUTO(names_freep) struct names *names = sysfs_list("%s/sys/%s", root,
		folder);
	json_t *list = json_array();

	for (size_t i = 0; names != NULL && i < names->count; i++)
		if (fits(root, names->items[i]) &&
			json_array_size(list) < PORT_LIMIT)
			json_array_append_new(list, fact_text(names->items[i]));
	return list;
}

json_t *
port_facts(const char *root)
{
	return json_pack("{s:o, s:o}",
		"serial", those_of(root, "class/tty", is_serial),
		"parallel", those_of(root, "bus/parport/devices", is_parallel));
}

json_t *
port_watchdogs(const char *root)
{
	AUTO(names_freep) struct names *names = sysfs_list(
		"%s/sys/class/watchdog", root);
	json_t *list = json_array();

	for (size_t i = 0; names != NULL && i < names->count; i++) {
		AUTO(freep) char *identity = sysfs_text(
			"%s/sys/class/watchdog/%s/identity", root,
			names->items[i]);

		if (json_array_size(list) < PORT_LIMIT)
			json_array_append_new(list, json_pack("{s:o, s:o}",
				"name", fact_text(names->items[i]),
				"identity", fact_text(identity)));
	}
	return list;
}
