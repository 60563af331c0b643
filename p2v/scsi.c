/* SCSI devices other than disks; disk.c has the disks. */
#include "p2v/scsi.h"

#include "common/own.h"
#include "p2v/sysfs.h"

/* Peripheral device types of SPC; the others are of no use to a VM. */
static const char *const types[] = {
	[1] = "tape", [2] = "printer", [6] = "scanner", [8] = "changer"};

static json_t *
scsi_fact(const char *root, const char *name, const char *file)
{
	AUTO(freep) char *text = sysfs_text("%s/sys/bus/scsi/devices/%s/%s",
		root, name, file);

	return fact_text(text);
}

json_t *
scsi_list(const char *root)
{
	AUTO(names_freep) struct names *names = sysfs_list(
		"%s/sys/bus/scsi/devices", root);
	json_t *devices = json_array();

	for (size_t i = 0; names != NULL && i < names->count; i++) {
		const char *name = names->items[i];
		int64_t type = sysfs_number(0,
			"%s/sys/bus/scsi/devices/%s/type", root, name);

		if (type < 0 || type >= (int64_t)(sizeof types / sizeof types[0]) ||
			types[type] == NULL ||
			json_array_size(devices) == SCSI_LIMIT)
			continue;
		json_array_append_new(devices, json_pack("{s:s, s:s, s:o, s:o}",
			"address", name, "type", types[type],
			"vendor", scsi_fact(root, name, "vendor"),
			"model", scsi_fact(root, name, "model")));
	}
	return devices;
}
