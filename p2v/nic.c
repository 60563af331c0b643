/*
 * Network interfaces.  The VM keeps their addresses, and the host's naming
 * rules are keyed on them.
 */
#include "p2v/nic.h"

#include <string.h>

#include "common/io.h"
#include "common/own.h"
#include "p2v/sysfs.h"

/* "0x8086" as "8086", which is how lspci and libvirt write it. */
static json_t *
pci_id(const char *device, const char *file)
{
	AUTO(freep) char *text = sysfs_text("%s/%s", device, file);

	if (text == NULL)
		return json_null();
	return fact_text(strncmp(text, "0x", 2) == 0 ? text + 2 : text);
}

static json_t *
pci_facts(const char *interface)
{
	AUTO(freep) char *device = sysfs_pci(interface);

	if (device == NULL)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:o}",
		"address", fact_text(strrchr(device, '/') + 1),
		"vendor", pci_id(device, "vendor"),
		"device", pci_id(device, "device"),
		"subsystem_vendor", pci_id(device, "subsystem_vendor"),
		"subsystem_device", pci_id(device, "subsystem_device"));
}

static json_t *
interface_facts(const char *name, const char *folder)
{
	AUTO(freep) char *mac = sysfs_text("%s/address", folder);
	AUTO(freep) char *driver = sysfs_driver(folder);
	bool permanent = sysfs_number(-1, "%s/addr_assign_type", folder) == 0;

	return json_pack("{s:o, s:o, s:o, s:o, s:b, s:o, s:o}",
		"name", fact_text(name),
		"mac", fact_text(mac),
		"permanent_mac", fact_text(permanent ? mac : NULL),
		"driver", fact_text(driver),
		"link", sysfs_number(0, "%s/carrier", folder) == 1,
		"speed_mbps", fact_number(sysfs_number(-1, "%s/speed", folder)),
		"pci", pci_facts(folder));
}

json_t *
nic_facts(const char *root)
{
	AUTO(names_freep) struct names *names = sysfs_list("%s/sys/class/net",
		root);
	json_t *nics = json_array();

	for (size_t i = 0; names != NULL && i < names->count; i++) {
		AUTO(freep) char *folder = io_format("%s/sys/class/net/%s",
			root, names->items[i]);

		/* Bridges, bonds and the loopback have no device. */
		if (folder != NULL && sysfs_exists("%s/device", folder))
			json_array_append_new(nics,
				interface_facts(names->items[i], folder));
	}
	return nics;
}
