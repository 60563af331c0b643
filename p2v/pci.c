/*
 * PCI devices, by what their configuration space says.  That some of them are
 * GPUs, tape adapters or dongles is for the host to know.
 */
#include "p2v/pci.h"

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

json_t *
pci_identity(const char *device)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o}",
		"address", fact_text(strrchr(device, '/') + 1),
		"vendor", pci_id(device, "vendor"),
		"device", pci_id(device, "device"),
		"subsystem_vendor", pci_id(device, "subsystem_vendor"),
		"subsystem_device", pci_id(device, "subsystem_device"));
}

static json_t *
pci_facts(const char *device)
{
	AUTO(freep) char *driver = sysfs_link("%s/driver", device);
	json_t *facts = pci_identity(device);
	int failed = json_object_update_new(facts,
		json_pack("{s:o, s:o, s:I}", "class", pci_id(device, "class"),
			"driver", fact_text(driver), "virtual_functions",
			(json_int_t)sysfs_number(0, "%s/sriov_numvfs",
				device)));

	if (failed == 0)
		return facts;
	json_decref(facts);
	return NULL;
}

json_t *
pci_list(const char *root)
{
	AUTO(names_freep) struct names *names = sysfs_list(
		"%s/sys/bus/pci/devices", root);
	json_t *devices = json_array();

	for (size_t i = 0;
		names != NULL && i < names->count && i < PCI_LIMIT; i++) {
		AUTO(freep) char *device = io_format(
			"%s/sys/bus/pci/devices/%s", root, names->items[i]);

		if (device != NULL)
			json_array_append_new(devices, pci_facts(device));
	}
	return devices;
}
