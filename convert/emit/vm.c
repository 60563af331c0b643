/*
 * What the virtual machine will be, worked out once from the inventory and from
 * what the conversion said about the guest.  domain.c writes it for libvirt,
 * qemu.c for QEMU.
 */
#include "convert/emit/vm.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/bytes.h"
#include "common/error.h"
#include "common/json.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/emit/nics.h"
#include "convert/state/machine.h"
#include "drivers-inject/hardware.h"
#include "wire/hash.h"

enum { CPU_LIMIT = 240 };

#define MEBIBYTE ((uint64_t)1 << 20)

/* The first of each is what a machine gets when guest.json names none. */
static const struct vm_bus buses[] = {
	{"sata", "sata", "sd", "ide-hd", NULL, NULL, false, false},
	{"virtio", "virtio", "vd", "virtio-blk-pci", NULL, NULL, true, false},
	{"scsi", "scsi", "sd", "scsi-hd", "virtio-scsi-pci", "virtio-scsi",
		true, false},
	{"ide", "ide", "hd", "ide-hd", NULL, NULL, false, false},
	{"lsi", "scsi", "sd", "scsi-hd", "lsi53c895a", "lsilogic", false, false},
	{"megasas", "scsi", "sd", "scsi-hd", "megasas", "lsisas1078", false,
		false},
	{"mptsas", "scsi", "sd", "scsi-hd", "mptsas1068", "lsisas1068", false,
		true},
	/* libvirt 9 has no NVMe disks of files */
	{"nvme", "sata", "sd", "nvme", NULL, NULL, false, false},
};
static const struct vm_model models[] = {
	{"e1000", "e1000"},
	{"virtio", "virtio-net-pci"},
	{"rtl8139", "rtl8139"},
	{"pcnet", "pcnet"},
};

/* UUIDs that firmware vendors left in thousands of machines alike. */
static const char *const common_uuids[] = {
	"00000000-0000-0000-0000-000000000000",
	"ffffffff-ffff-ffff-ffff-ffffffffffff",
	"03000200-0400-0500-0006-000700080009",
	"00020003-0004-0005-0006-000700080009",
	"12345678-1234-5678-90ab-cddeefaabbcc",
	"fefefefe-fefe-fefe-fefe-fefefefefefe",
};

static void
find_hardware(struct vm *vm)
{
	const json_t *hardware = json_object_get(vm->guest, "hardware");
	const char *bus = json_text(hardware, "disk_bus", "");
	const char *model = json_text(hardware, "nic_model", "");

	vm->uefi = strcmp(json_text(vm->guest, "firmware",
		json_text(json_object_get(vm->inventory, "firmware"), "type",
			"bios")), "uefi") == 0;
	vm->q35 = strcmp(json_text(hardware, "machine", vm->uefi ? "q35" : "pc"),
		"q35") == 0;
	vm->bus = &buses[0];
	for (size_t i = 0; i < sizeof buses / sizeof buses[0]; i++)
		if (strcmp(buses[i].name, bus) == 0)
			vm->bus = &buses[i];
	if (vm->q35 && strcmp(vm->bus->name, "ide") == 0)
		vm->bus = &buses[0]; /* q35 has no IDE */
	vm->model = &models[0];
	for (size_t i = 0; i < sizeof models / sizeof models[0]; i++)
		if (strcmp(models[i].name, model) == 0)
			vm->model = &models[i];
	vm->local_time = strcmp(json_text(vm->guest, "clock", "utc"),
		"localtime") == 0;
	vm->agent = json_text(vm->guest, "guest_agent", NULL) != NULL;
	vm->windows = strcmp(json_text(json_object_get(vm->guest, "os"), "type",
		""), "windows") == 0;
}

static void
find_processor(struct vm *vm)
{
	const json_t *cpu = json_object_get(vm->inventory, "cpu");
	uint64_t logical = json_number(cpu, "logical", 1);
	uint64_t sockets = json_number(cpu, "sockets", 0);
	uint64_t cores = json_number(cpu, "cores_per_socket", 0);
	uint64_t threads = json_number(cpu, "threads_per_core", 0);
	uint64_t memory = json_number(vm->inventory, "memory_bytes", 0);

	if (logical == 0 || logical > CPU_LIMIT)
		logical = logical == 0 ? 1 : CPU_LIMIT;
	if (sockets == 0 || cores == 0 || threads == 0 || sockets > CPU_LIMIT ||
		cores > CPU_LIMIT || threads > CPU_LIMIT ||
		sockets * cores * threads > CPU_LIMIT) {
		sockets = logical;
		cores = threads = 1;
	}
	vm->sockets = (unsigned)sockets;
	vm->cores = (unsigned)cores;
	vm->threads = (unsigned)threads;
	if (memory == 0 || memory > UINT64_MAX / 2)
		memory = 1024 * MEBIBYTE;
	vm->memory_bytes = (memory + MEBIBYTE - 1) / MEBIBYTE * MEBIBYTE;
}

/* Lower-case copy of a UUID when it is one and tells this machine apart. */
static bool
usable_uuid(char uuid_out[VM_UUID_BYTES], const char *text)
{
	if (text == NULL || strlen(text) != VM_UUID_BYTES - 1)
		return false;
	for (size_t i = 0; i < VM_UUID_BYTES; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (text[i] != '\0' && (dash ? text[i] != '-'
			: !isxdigit((unsigned char)text[i])))
			return false;
		uuid_out[i] = (char)tolower((unsigned char)text[i]);
	}
	for (size_t i = 0; i < sizeof common_uuids / sizeof *common_uuids; i++)
		if (strcmp(uuid_out, common_uuids[i]) == 0)
			return false;
	return true;
}

int
vm_derive(uint8_t hash_out[HASH_BYTES], const struct vm *vm, const char *purpose,
	const char *which, struct error *err)
{
	char text[256];

	snprintf(text, sizeof text, "unrack %s %s %s", purpose, vm->name, which);
	return hash_block(text, strlen(text), hash_out, err);
}

static int
find_uuid(struct vm *vm, struct error *err)
{
	uint8_t h[HASH_BYTES];

	if (usable_uuid(vm->uuid, vm_system_text(vm, "uuid")))
		return 0;
	if (vm_derive(h, vm, "uuid", "", err) == -1)
		return -1;
	h[6] = (uint8_t)((h[6] & 0x0f) | 0x80); /* version 8: our own scheme */
	h[8] = (uint8_t)((h[8] & 0x3f) | 0x80);
	snprintf(vm->uuid, sizeof vm->uuid, "%02x%02x%02x%02x-%02x%02x-%02x%02x"
		"-%02x%02x-%02x%02x%02x%02x%02x%02x", h[0], h[1], h[2], h[3],
		h[4], h[5], h[6], h[7], h[8], h[9], h[10], h[11], h[12], h[13],
		h[14], h[15]);
	return 0;
}

static int
find_bridge(struct vm *vm, struct error *err)
{
	uint8_t h[HASH_BYTES];

	if (vm_derive(h, vm, "bridge", "", err) == -1)
		return -1;
	snprintf(vm->bridge, sizeof vm->bridge, "unrack%02x%02x%02x%02x", h[0],
		h[1], h[2], h[3]);
	return 0;
}

static const json_t *
inventory_disk(const struct vm *vm, const char *name)
{
	const json_t *disk;
	size_t i;

	json_array_foreach(json_object_get(vm->inventory, "disks"), i, disk)
		if (strcmp(json_text(disk, "name", ""), name) == 0)
			return disk;
	return NULL;
}

/* The source's serial number as far as every bus and libvirt carry it. */
static int
find_serial(struct vm_disk *disk, const struct vm *vm, const char *serial,
	struct error *err)
{
	uint8_t hash[HASH_BYTES];
	char hex[HASH_HEX_BYTES];
	size_t used = 0;

	for (; *serial != '\0' && used < VM_SERIAL_BYTES - 1; serial++)
		if (isalnum((unsigned char)*serial) || *serial == '-' ||
			*serial == '_' || *serial == '.')
			disk->serial[used++] = *serial;
	if (used > 0)
		return 0;
	if (vm_derive(hash, vm, "disk", disk->name, err) == -1)
		return -1;
	hash_hex(hash, hex);
	snprintf(disk->serial, sizeof disk->serial, "%.20s", hex);
	return 0;
}

/* "0x5000c50015ea71ac" and "naa.5000c50015ea71ac"; 0 for anything else. */
static uint64_t
parse_wwn(const char *text)
{
	static const char *const prefixes[] = {"0x", "naa."};

	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
		const char *digits = text + strlen(prefixes[i]);

		if (string_starts(text, prefixes[i]) &&
			strlen(digits) == 16 &&
			strspn(digits, "0123456789abcdefABCDEF") == 16)
			return strtoull(digits, NULL, 16);
	}
	return 0;
}

/*
 * The source's World Wide Name, where a disk of this bus can have one; if it
 * must, and there is none, one of the kind that anybody may give (NAA 3).
 */
static int
find_wwn(struct vm_disk *disk, const struct vm *vm, const char *wwn,
	struct error *err)
{
	uint8_t hash[HASH_BYTES];

	if (strcmp(vm->bus->device, "scsi-hd") == 0 ||
		strcmp(vm->bus->device, "ide-hd") == 0)
		disk->wwn = parse_wwn(wwn);
	if (disk->wwn != 0 || !vm->bus->needs_wwn)
		return 0;
	if (vm_derive(hash, vm, "wwn", disk->name, err) == -1)
		return -1;
	disk->wwn = UINT64_C(3) << 60 | bytes_big64(hash) >> 4;
	return 0;
}

static bool
disk_is_booted_from(const json_t *disk)
{
	const json_t *partition;
	size_t i;

	json_array_foreach(json_object_get(disk, "partitions"), i, partition)
		if (json_flag(partition, "active", 0))
			return true;
	return false;
}

static int
find_disks(struct vm *vm, const struct machine *machine, struct error *err)
{
	struct machine_disk *disks;
	size_t count;
	int result = 0;

	if (machine_read_disks(machine, &disks, &count, err) == -1)
		return -1;
	vm->disks = calloc(count == 0 ? 1 : count, sizeof *vm->disks);
	if (vm->disks == NULL)
		result = error_set(err, ENOMEM, "machine %s", vm->name);
	for (size_t i = 0; result == 0 && i < count; i++) {
		struct vm_disk *disk = &vm->disks[vm->disk_count++];
		const json_t *known = inventory_disk(vm, disks[i].name);

		snprintf(disk->name, sizeof disk->name, "%s", disks[i].name);
		disk->size_bytes = disks[i].size_bytes;
		disk->large_sectors = vm->bus->large_sectors &&
			json_number(known, "logical_sector_bytes", 512) == 4096;
		result = find_serial(disk, vm, json_text(known, "serial", ""),
			err);
		if (result == 0)
			result = find_wwn(disk, vm, json_text(known, "wwn", ""),
				err);
		if (!disk_is_booted_from(inventory_disk(vm,
			    vm->disks[vm->boot_disk].name)) &&
			disk_is_booted_from(known))
			vm->boot_disk = i;
	}
	/* What the disks themselves say comes before their active flags. */
	for (size_t i = 0; i < vm->disk_count; i++)
		if (strcmp(vm->disks[i].name,
			json_text(vm->guest, "boot_disk", "")) == 0)
			vm->boot_disk = i;
	machine_disks_free(disks, count);
	if (result == 0 && count == 0)
		result = error_set(err, 0, "machine %s has no disk", vm->name);
	/* More disks than IDE takes: better on SATA than not at all. */
	if (count > hardware_disk_limit(vm->bus->name) &&
		strcmp(vm->bus->name, "ide") == 0)
		vm->bus = &buses[0];
	if (result == 0 && count > hardware_disk_limit(vm->bus->name)) {
		error_set(err, 0, "machine %s has %zu disks; its bus (%s) takes "
			"%zu", vm->name, count, vm->bus->name,
			hardware_disk_limit(vm->bus->name));
		result = error_hint(err, "Convert fewer disks, or set "
			"hardware.disk_bus in report/guest.json to scsi.");
	}
	return result;
}

/* An empty object stands for a file that is not there. */
static int
read_optional(json_t **json_out, const struct machine *machine,
	const char *name, struct error *err)
{
	AUTO(freep) char *path = machine_path(machine, "%s", name);

	if (path == NULL)
		return error_set(err, ENOMEM, "machine %s", machine->name);
	if (access(path, F_OK) == 0)
		return json_file_read(json_out, path, err);
	*json_out = json_object();
	return *json_out == NULL ? error_set(err, ENOMEM, "read %s", path) : 0;
}

int
vm_read(struct vm **vm_out, const struct machine *machine, struct error *err)
{
	AUTO(vm_freep) struct vm *vm = calloc(1, sizeof *vm);

	if (vm == NULL)
		return error_set(err, ENOMEM, "machine %s", machine->name);
	vm->name = machine->name;
	if (read_optional(&vm->inventory, machine, "inventory.json", err) == -1 ||
		read_optional(&vm->guest, machine, "report/guest.json", err) == -1)
		return -1;
	find_hardware(vm);
	find_processor(vm);
	if (find_uuid(vm, err) == -1 || find_bridge(vm, err) == -1 ||
		find_disks(vm, machine, err) == -1 || nics_find(vm, err) == -1)
		return -1;
	*vm_out = take(vm);
	return 0;
}

void
vm_free(struct vm *vm)
{
	json_decref(vm->inventory);
	json_decref(vm->guest);
	free(vm->disks);
	free(vm->nics);
	free(vm);
}

const char *
vm_system_text(const struct vm *vm, const char *key)
{
	const char *text = json_text(json_object_get(vm->inventory, "system"),
		key, NULL);

	return text == NULL || text[strspn(text, " \t")] == '\0' ? NULL : text;
}
