/*
 * The VM as QEMU's command line, for vm/run-isolated (script.c) and for the boot
 * proof (convert/verify/boot.c): what is proven is what is started.
 */
#include "convert/emit/qemu.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/own.h"
#include "convert/emit/arguments.h"
#include "convert/emit/vm.h"

enum { AHCI_PORTS = 6 };

static const struct qemu_firmware firmwares[] = {
	{"/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"},
	{"/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"},
	{"/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"},
	{"/usr/share/edk2/x64/OVMF_CODE.4m.fd",
		"/usr/share/edk2/x64/OVMF_VARS.4m.fd"},
	{"/usr/share/qemu/edk2-x86_64-code.fd",
		"/usr/share/qemu/edk2-i386-vars.fd"},
};

int
qemu_find_firmware(const struct qemu_firmware **firmware_out, struct error *err)
{
	for (size_t i = 0; i < sizeof firmwares / sizeof firmwares[0]; i++) {
		if (access(firmwares[i].code, R_OK) == 0 &&
			access(firmwares[i].variables, R_OK) == 0) {
			*firmware_out = &firmwares[i];
			return 0;
		}
	}
	error_set(err, ENOENT, "find UEFI firmware for QEMU");
	return error_hint(err, "Install the package ovmf (edk2-ovmf).");
}

const char *
qemu_processor(const char *accelerator)
{
	/* Old kernels and loaders do not survive 5-level page tables. */
	return strcmp(accelerator, "kvm") == 0 ? "host" : "max,la57=off";
}

/* One SMBIOS table from those of its fields that the source filled in. */
struct table {
	const char *option;
	struct {
		const char *option, *key;
	} fields[6];
};

static const struct table tables[] = {
	{"type=0", {{"vendor", "bios_vendor"}, {"version", "bios_version"},
		{"date", "bios_date"}}},
	{"type=1", {{"manufacturer", "manufacturer"}, {"product", "product"},
		{"version", "version"}, {"serial", "serial"}, {"sku", "sku"},
		{"family", "family"}}},
	{"type=2", {{"manufacturer", "board_manufacturer"},
		{"product", "board_product"}, {"serial", "board_serial"}}},
};

/* "NAME,FIELD=VALUE,..." or NULL when nothing is known or memory is out. */
static char *
describe_table(const struct table *table, const struct vm *vm)
{
	char *text = NULL;
	size_t bytes;
	bool any = false;
	FILE *out = open_memstream(&text, &bytes);

	if (out == NULL)
		return NULL;
	fputs(table->option, out);
	for (size_t i = 0; i < 6 && table->fields[i].option != NULL; i++) {
		const char *known = vm_system_text(vm, table->fields[i].key);
		AUTO(freep) char *value = known == NULL
			? NULL : arguments_value(known);

		if (value == NULL)
			continue;
		fprintf(out, ",%s=%s", table->fields[i].option, value);
		any = true;
	}
	if (fclose(out) != 0 || !any) {
		free(text);
		return NULL;
	}
	return text;
}

void
qemu_add_machine(struct arguments *arguments, const struct vm *vm)
{
	arguments_add(arguments, "-name");
	arguments_add(arguments, "%s", vm->name);
	arguments_add(arguments, "-nodefaults");
	arguments_add(arguments, "-no-user-config");
	arguments_add(arguments, "-machine");
	arguments_add(arguments, "%s", vm->q35 ? "q35" : "pc");
	arguments_add(arguments, "-smp");
	arguments_add(arguments, "%u,sockets=%u,cores=%u,threads=%u",
		vm->sockets * vm->cores * vm->threads, vm->sockets, vm->cores,
		vm->threads);
	arguments_add(arguments, "-uuid");
	arguments_add(arguments, "%s", vm->uuid);
	arguments_add(arguments, "-rtc");
	arguments_add(arguments, "base=%s",
		vm->local_time ? "localtime" : "utc");
	arguments_add(arguments, "-vga");
	arguments_add(arguments, "std");
	arguments_add(arguments, "-boot");
	arguments_add(arguments, "strict=on");
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
		AUTO(freep) char *text = describe_table(&tables[i], vm);

		if (text == NULL)
			continue;
		arguments_add(arguments, "-smbios");
		arguments_add(arguments, "%s", text);
	}
}

/* The controllers that the machine type does not bring along. */
static void
add_controllers(struct arguments *arguments, const struct vm *vm)
{
	size_t first = vm->q35 ? 1 : 0;

	if (vm->bus->controller != NULL) {
		arguments_add(arguments, "-device");
		arguments_add(arguments, "%s,id=scsi", vm->bus->controller);
	}
	if (strcmp(vm->bus->name, "sata") != 0)
		return;
	for (size_t i = first; i * AHCI_PORTS < vm->disk_count; i++) {
		arguments_add(arguments, "-device");
		arguments_add(arguments, "ahci,id=sata%zu", i);
	}
}

/* ",bus=..." for disk `i`; virtio-blk disks are PCI devices of their own. */
static void
place(char *text, size_t room, const struct vm *vm, size_t i)
{
	const char *bus = vm->bus->name;

	*text = '\0';
	if (strcmp(bus, "ide") == 0)
		snprintf(text, room, ",bus=ide.%zu,unit=%zu", i / 2, i % 2);
	else if (vm->bus->controller != NULL)
		snprintf(text, room, ",bus=scsi.0,scsi-id=%zu", i);
	else if (strcmp(bus, "sata") == 0 && vm->q35 && i < AHCI_PORTS)
		snprintf(text, room, ",bus=ide.%zu", i);
	else if (strcmp(bus, "sata") == 0)
		snprintf(text, room, ",bus=sata%zu.%zu", i / AHCI_PORTS,
			i % AHCI_PORTS);
}

void
qemu_add_disks(struct arguments *arguments, const struct vm *vm,
	const char *folder, const char *cache)
{
	AUTO(freep) char *prefix = arguments_value(folder);

	if (prefix == NULL) {
		arguments->failed = true;
		return;
	}
	add_controllers(arguments, vm);
	for (size_t i = 0; i < vm->disk_count; i++) {
		const struct vm_disk *disk = &vm->disks[i];
		AUTO(freep) char *name = arguments_value(disk->name);
		char bus[48], wwn[32];

		place(bus, sizeof bus, vm, i);
		arguments_add(arguments, "-drive");
		arguments_add(arguments, "if=none,id=disk%zu,file=%s/%s.qcow2,"
			"format=qcow2,discard=unmap,cache=%s", i, prefix,
			name == NULL ? "" : name, cache);
		*wwn = '\0';
		if (disk->wwn != 0)
			snprintf(wwn, sizeof wwn, ",wwn=0x%016" PRIx64,
				disk->wwn);
		arguments_add(arguments, "-device");
		arguments_add(arguments, "%s,drive=disk%zu%s,serial=%s%s,"
			"bootindex=%zu%s", vm->bus->device, i, bus, disk->serial,
			wwn, i == vm->boot_disk ? 1 : i + 2,
			!disk->large_sectors
				? "" : ",logical_block_size=4096,"
				"physical_block_size=4096");
	}
}

void
qemu_add_nics(struct arguments *arguments, const struct vm *vm,
	const struct qemu_forward *forwards, size_t count)
{
	for (size_t i = 0; i < vm->nic_count; i++) {
		const struct vm_nic *nic = &vm->nics[i];
		char *text = NULL;
		size_t bytes;
		FILE *out = open_memstream(&text, &bytes);

		if (out == NULL) {
			arguments->failed = true;
			return;
		}
		fprintf(out, "user,id=net%zu,restrict=on,ipv6=off,net=%s,"
			"host=%s,dns=%s,dhcpstart=%s", i, nic->subnet.network,
			nic->subnet.host, nic->subnet.dns, nic->subnet.dhcp);
		for (size_t j = 0; j < count; j++)
			if (forwards[j].nic == i)
				fprintf(out, ",hostfwd=tcp:127.0.0.1:%u-%s:%u",
					forwards[j].host_port,
					nic->subnet.guest,
					forwards[j].guest_port);
		if (fclose(out) != 0)
			arguments->failed = true;
		arguments_add(arguments, "-netdev");
		arguments_add(arguments, "%s", text == NULL ? "" : text);
		free(text);
		arguments_add(arguments, "-device");
		arguments_add(arguments, "%s,netdev=net%zu,mac=%s,romfile=",
			vm->model->device, i, nic->mac);
	}
}

void
qemu_add_agent(struct arguments *arguments, const struct vm *vm,
	const char *chardev)
{
	if (!vm->agent)
		return;
	arguments_add(arguments, "-device");
	arguments_add(arguments, "virtio-serial-pci");
	arguments_add(arguments, "-chardev");
	arguments_add(arguments, "%s,id=agent", chardev);
	arguments_add(arguments, "-device");
	arguments_add(arguments, "virtserialport,chardev=agent,"
		"name=org.qemu.guest_agent.0");
}
