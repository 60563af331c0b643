/*
 * Network interfaces.  The VM keeps their addresses, and the host's naming
 * rules are keyed on them.
 */
#include "p2v/nic.h"

#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "common/strings.h"
#include "p2v/pci.h"
#include "p2v/running.h"
#include "p2v/sysfs.h"
#include "p2v/udev.h"

/* As NamePolicy= of systemd's 99-default.link has them. */
static const char *const name_keys[] = {"ID_NET_NAME_FROM_DATABASE",
	"ID_NET_NAME_ONBOARD", "ID_NET_NAME_SLOT", "ID_NET_NAME_PATH"};

static void
add_name(json_t *names, const char *name)
{
	if (name != NULL && string_is_interface(name) &&
		!json_list_has(names, name))
		json_array_append_new(names, json_string(name));
}

/*
 * What the card may be called in the system on the disks, likeliest first.  What
 * runs in memory has names of its own, by other rules: the live image renames no
 * card, and another rescue system may rename all.
 */
static json_t *
interface_names(const char *root, const char *name, const char *folder)
{
	AUTO(freep) char *record = sysfs_text("%s/run/udev/data/n%d", root,
		(int)sysfs_number(0, "%s/ifindex", folder));
	json_t *names = json_array();

	if (running_from_disk(root))
		add_name(names, name);
	for (size_t i = 0; i < sizeof name_keys / sizeof name_keys[0]; i++) {
		AUTO(freep) char *value = udev_value(record, name_keys[i]);

		add_name(names, value);
	}
	return names;
}

static json_t *
interface_pci(const char *interface)
{
	AUTO(freep) char *device = sysfs_pci(interface);

	if (device == NULL)
		return json_null();
	return pci_identity(device);
}

static json_t *
interface_facts(const char *root, const char *name, const char *folder)
{
	AUTO(freep) char *mac = sysfs_text("%s/address", folder);
	AUTO(freep) char *driver = sysfs_driver(folder);
	/* A bond gives its own address to all of its cards. */
	AUTO(freep) char *burnt_in =
		sysfs_text("%s/bonding_slave/perm_hwaddr", folder);
	bool permanent = sysfs_number(-1, "%s/addr_assign_type", folder) == 0;

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o}",
		"name", fact_text(name),
		"names", interface_names(root, name, folder),
		"mac", fact_text(mac),
		"permanent_mac", fact_text(burnt_in != NULL ? burnt_in
			: permanent		  ? mac
						  : NULL),
		"driver", fact_text(driver),
		"link", sysfs_number(0, "%s/carrier", folder) == 1,
		"speed_mbps", fact_number(sysfs_number(-1, "%s/speed", folder)),
		"pci", interface_pci(folder));
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
				interface_facts(root, names->items[i],
					folder));
	}
	return nics;
}
