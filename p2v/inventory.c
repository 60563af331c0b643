/*
 * The whole inventory, and the choice of the disks that are offered.  Each noun
 * has its own file: smbios.c, cpu.c, disk.c, nic.c, firmware.c, clock.c, tpm.c,
 * pci.c, usb.c, scsi.c, port.c.
 */
#include "p2v/inventory.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/json.h"
#include "common/own.h"
#include "common/progress.h"
#include "p2v/clock.h"
#include "p2v/cpu.h"
#include "p2v/disk.h"
#include "p2v/firmware.h"
#include "p2v/nic.h"
#include "p2v/pci.h"
#include "p2v/port.h"
#include "p2v/running.h"
#include "p2v/scsi.h"
#include "p2v/smbios.h"
#include "p2v/sysfs.h"
#include "p2v/tpm.h"
#include "p2v/usb.h"

int
inventory_collect(json_t **inventory_out, const char *root, bool live,
	time_t now, struct error *err)
{
	AUTO(freep) char *uuid = running_root_uuid(root);
	char collected[32];

	clock_text(collected, now);
	*inventory_out = json_pack(
		"{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
		"s:o, s:o, s:o, s:o}",
		"format", "unrack-inventory/1",
		"collected", collected,
		"system", smbios_system(root),
		"firmware", firmware_facts(root),
		"cpu", cpu_facts(root),
		"memory_bytes", fact_number(smbios_memory_bytes(root)),
		"clock", clock_facts(root, now),
		"tpm", tpm_facts(root),
		"root_uuid", fact_text(uuid),
		"disks", disk_list(root, live),
		"nics", nic_facts(root),
		"pci", pci_list(root),
		"usb", usb_list(root),
		"scsi", scsi_list(root),
		"ports", port_facts(root),
		"watchdogs", port_watchdogs(root),
		"bmc", smbios_controller(root));
	if (*inventory_out == NULL)
		return error_set(err, ENOMEM, "collect the hardware's facts");
	return 0;
}

int
inventory_use_files(json_t *inventory, const char *const *paths, size_t count,
	bool live, struct error *err)
{
	AUTO(json_decrefpp) json_t *disks = json_array();

	for (size_t i = 0; i < count; i++) {
		char name[] = {'s', 'd', (char)('a' + i), '\0'};
		json_t *disk;

		if (i > 'z' - 'a')
			return error_set(err, E2BIG, "serve %zu files", count);
		disk = disk_of_file(paths[i], name, live, err);
		if (disk == NULL)
			return -1;
		json_array_append_new(disks, disk);
	}
	if (json_object_set(inventory, "disks", disks) == -1)
		return error_set(err, ENOMEM, "list the image files");
	return 0;
}

static json_t *
offered_disk(const json_t *inventory, size_t index)
{
	json_t *disk;
	size_t i;

	json_array_foreach (json_object_get(inventory, "disks"), i, disk)
		if (json_flag(disk, "offered", 0) && index-- == 0)
			return disk;
	return NULL;
}

const json_t *
inventory_offered(const json_t *inventory, size_t index)
{
	return offered_disk(inventory, index);
}

int
inventory_use_facts(json_t **inventory, const char *facts_path,
	const char *const *paths, size_t count, bool live, struct error *err)
{
	AUTO(json_decrefpp) json_t *facts = NULL;

	if (json_file_read(&facts, facts_path, err) == -1)
		return -1;
	for (size_t i = 0; i < count; i++) {
		json_t *told = offered_disk(facts, i);
		AUTO(json_decrefpp) json_t *seen = NULL;

		if (told == NULL)
			return error_set(err, 0, "%s tells of %zu disks, but "
				"%zu files are given", facts_path, i, count);
		seen = disk_of_file(paths[i], json_text(told, "name", ""), live,
			err);
		if (seen == NULL)
			return -1;
		if (!json_flag(seen, "offered", 0))
			return error_set(err, 0, "%s is no disk to serve: %s",
				paths[i], json_text(seen, "reason", ""));
		json_object_set(told, "size_bytes",
			json_object_get(seen, "size_bytes"));
	}
	if (offered_disk(facts, count) != NULL)
		return error_set(err, 0, "%s tells of more disks than the %zu "
			"files that are given", facts_path, count);
	json_decref(*inventory);
	*inventory = take(facts);
	return 0;
}

static bool
disk_has_name(const json_t *disk, const char *name)
{
	const json_t *link;
	size_t i;

	json_array_foreach (json_object_get(disk, "links"), i, link)
		if (strcmp(json_string_value(link), name) == 0)
			return true;
	if (strncmp(name, "/dev/", 5) == 0)
		name += 5;
	return strcmp(json_text(disk, "name", ""), name) == 0;
}

/* "sda (500 GB), sr0 (read-only media)" into an error's hint. */
static int
hint_disks(const json_t *disks, struct error *err)
{
	char list[200] = "", size[16];
	const json_t *disk;
	size_t i, used = 0;

	json_array_foreach (disks, i, disk) {
		const char *reason = json_text(disk, "reason", NULL);

		progress_bytes(size, json_number(disk, "size_bytes", 0));
		used += (size_t)snprintf(list + used, sizeof list - used,
			"%s%s (%s)", i == 0 ? "" : ", ",
			json_text(disk, "name", "?"),
			reason == NULL ? size : reason);
		if (used >= sizeof list)
			break;
	}
	return error_hint(err, i == 0 ? "No disk was found; a driver may be "
					"missing."
				      : "The disks are: %s.", list);
}

static int
choose_one(json_t *disks, const char *name, struct error *err)
{
	json_t *disk;
	size_t i;

	json_array_foreach (disks, i, disk) {
		const char *reason = json_text(disk, "reason", NULL);

		if (!disk_has_name(disk, name))
			continue;
		if (reason != NULL) {
			error_set(err, 0, "disk %s cannot be offered: %s", name,
				reason);
			return hint_disks(disks, err);
		}
		return json_object_set_new(disk, "chosen", json_true());
	}
	error_set(err, 0, "there is no disk %s here", name);
	return hint_disks(disks, err);
}

int
inventory_choose(json_t *inventory, const char *const *names, size_t count,
	struct error *err)
{
	json_t *disks = json_object_get(inventory, "disks"), *disk;
	size_t i;

	for (i = 0; i < count; i++)
		if (choose_one(disks, names[i], err) == -1)
			return -1;
	json_array_foreach (disks, i, disk) {
		bool chosen = json_flag(disk, "chosen", count == 0);

		json_object_del(disk, "chosen");
		if (chosen || !json_flag(disk, "offered", 0))
			continue;
		json_object_set_new(disk, "offered", json_false());
		json_set_text(disk, "reason", "not chosen with --disk");
	}
	if (offered_disk(inventory, 0) != NULL)
		return 0;
	error_set(err, 0, "this machine has no disk to offer");
	return hint_disks(disks, err);
}
