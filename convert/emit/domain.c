/*
 * The VM as libvirt XML.  Every text of the source goes through markup_print().
 * What the VM is made of was decided in vm.c; emit.c writes the files.
 */
#include "convert/emit/domain.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>

#include "common/json.h"
#include "convert/emit/markup.h"
#include "convert/emit/qemu.h"
#include "convert/emit/vm.h"

/* libvirt's sysinfo entries, and the inventory's names of the same facts. */
struct entry {
	const char *block, *name, *key;
};

static const struct entry entries[] = {
	{"bios", "vendor", "bios_vendor"},
	{"bios", "version", "bios_version"},
	{"bios", "date", "bios_date"},
	{"system", "manufacturer", "manufacturer"},
	{"system", "product", "product"},
	{"system", "version", "version"},
	{"system", "serial", "serial"},
	{"system", "sku", "sku"},
	{"system", "family", "family"},
	{"baseBoard", "manufacturer", "board_manufacturer"},
	{"baseBoard", "product", "board_product"},
	{"baseBoard", "serial", "board_serial"},
};

static const size_t entry_count = sizeof entries / sizeof entries[0];

/* libvirt refuses a date that is not MM/DD/YYYY. */
static bool
is_date(const char *text)
{
	static const char form[] = "00/00/0000";
	size_t i;

	for (i = 0; form[i] != '\0' && text[i] != '\0'; i++)
		if (form[i] == '/' ? text[i] != '/'
			: text[i] < '0' || text[i] > '9')
			return false;
	return form[i] == text[i];
}

static const char *
entry_value(const struct entry *entry, const struct vm *vm)
{
	const char *value = vm_system_text(vm, entry->key);

	if (value != NULL && strcmp(entry->name, "date") == 0 && !is_date(value))
		return NULL;
	return value;
}

static bool
has_sysinfo(const struct vm *vm)
{
	for (size_t i = 0; i < entry_count; i++)
		if (entry_value(&entries[i], vm) != NULL)
			return true;
	return false;
}

/* Licences are often bound to these; the uuid is the domain's own. */
static void
print_sysinfo(FILE *out, const struct vm *vm)
{
	const char *open = NULL;

	if (!has_sysinfo(vm))
		return;
	fputs("  <sysinfo type='smbios'>\n", out);
	for (size_t i = 0; i < entry_count; i++) {
		const char *value = entry_value(&entries[i], vm);

		if (value == NULL)
			continue;
		if (open != entries[i].block) {
			if (open != NULL)
				fprintf(out, "    </%s>\n", open);
			open = entries[i].block;
			fprintf(out, "    <%s>\n", open);
		}
		markup_print(out, "      <entry name='%s'>%s</entry>\n",
			entries[i].name, value);
	}
	fprintf(out, "    </%s>\n  </sysinfo>\n", open);
}

static void
print_os(FILE *out, const struct vm *vm, const char *folder,
	const struct qemu_firmware *efi)
{
	fprintf(out, "  <os>\n"
		"    <type arch='x86_64' machine='%s'>hvm</type>\n",
		vm->q35 ? "q35" : "pc");
	/* Named, not left to libvirt's choice: the variables fit this one. */
	if (efi != NULL)
		markup_print(out, "    <loader readonly='yes' type='pflash'>%s"
			"</loader>\n"
			"    <nvram template='%s'>%s/%s_VARS.fd</nvram>\n",
			efi->code, efi->variables, folder, vm->name);
	if (has_sysinfo(vm))
		fputs("    <smbios mode='sysinfo'/>\n", out);
	fputs("  </os>\n", out);
}

static void
print_features(FILE *out, const struct vm *vm)
{
	fputs("  <features>\n    <acpi/>\n    <apic/>\n", out);
	if (vm->windows)
		fputs("    <hyperv mode='custom'>\n"
		      "      <relaxed state='on'/>\n"
		      "      <vapic state='on'/>\n"
		      "      <spinlocks state='on' retries='8191'/>\n"
		      "    </hyperv>\n", out);
	fputs("  </features>\n", out);
}

static void
print_processor(FILE *out, const struct vm *vm, bool kvm)
{
	markup_print(out, "  <cpu mode='%s' check='none'>\n"
		"    <topology sockets='%u' cores='%u' threads='%u'/>\n"
		"  </cpu>\n", kvm ? "host-model" : "maximum", vm->sockets,
		vm->cores, vm->threads);
}

static void
print_clock(FILE *out, const struct vm *vm)
{
	fprintf(out, "  <clock offset='%s'>\n",
		vm->local_time ? "localtime" : "utc");
	fputs("    <timer name='rtc' tickpolicy='catchup'/>\n"
	      "    <timer name='pit' tickpolicy='delay'/>\n"
	      "    <timer name='hpet' present='no'/>\n", out);
	if (vm->windows)
		fputs("    <timer name='hypervclock' present='yes'/>\n", out);
	fputs("  </clock>\n", out);
}

/* "vda", "vdaa": after z comes aa, as the kernel counts. */
static void
target_name(char name[16], const char *prefix, size_t index)
{
	char letters[8];
	size_t used = sizeof letters - 1;

	letters[used] = '\0';
	for (size_t n = index + 1; n > 0 && used > 0; n = (n - 1) / 26)
		letters[--used] = (char)('a' + (n - 1) % 26);
	snprintf(name, 16, "%s%s", prefix, letters + used);
}

static void
print_disks(FILE *out, const struct vm *vm, const char *folder)
{
	for (size_t i = 0; i < vm->disk_count; i++) {
		const struct vm_disk *disk = &vm->disks[i];
		char target[16];

		target_name(target, vm->bus->prefix, i);
		markup_print(out, "    <disk type='file' device='disk'>\n"
			"      <driver name='qemu' type='qcow2' discard='unmap'/>\n"
			"      <source file='%s/%s.qcow2'/>\n"
			"      <target dev='%s' bus='%s'/>\n"
			"      <serial>%s</serial>\n", folder, disk->name,
			target, vm->bus->libvirt,
			disk->serial);
		if (disk->wwn != 0)
			fprintf(out, "      <wwn>%016" PRIx64 "</wwn>\n",
				disk->wwn);
		if (disk->large_sectors)
			fputs("      <blockio logical_block_size='4096' "
				"physical_block_size='4096'/>\n", out);
		/* SeaBIOS shows a boot loader no disk without an order. */
		fprintf(out, "      <boot order='%zu'/>\n",
			i == vm->boot_disk ? 1 : i + 2);
		fputs("    </disk>\n", out);
	}
	if (vm->bus->model != NULL)
		fprintf(out, "    <controller type='scsi' model='%s'/>\n",
			vm->bus->model);
}

static void
print_devices(FILE *out, const struct vm *vm, const char *folder)
{
	bool virtio = strcmp(vm->bus->name, "virtio") == 0 ||
		strcmp(vm->bus->name, "scsi") == 0 ||
		strcmp(vm->model->name, "virtio") == 0;

	fputs("  <devices>\n", out);
	print_disks(out, vm, folder);
	for (size_t i = 0; i < vm->nic_count; i++)
		markup_print(out, "    <interface type='network'>\n"
			"      <mac address='%s'/>\n"
			"      <source network='unrack-isolated-%s'/>\n"
			"      <model type='%s'/>\n"
			"    </interface>\n", vm->nics[i].mac, vm->name,
			vm->model->name);
	fputs("    <serial type='pty'/>\n"
	      "    <console type='pty'/>\n"
	      "    <input type='tablet' bus='usb'/>\n"
	      "    <graphics type='vnc' autoport='yes' listen='127.0.0.1'/>\n"
	      "    <video>\n      <model type='vga'/>\n    </video>\n", out);
	if (vm->agent)
		fputs("    <channel type='unix'>\n"
		      "      <target type='virtio' "
		      "name='org.qemu.guest_agent.0'/>\n"
		      "    </channel>\n", out);
	/* A guest without virtio drivers would only meet unknown devices. */
	if (virtio)
		fputs("    <memballoon model='virtio'/>\n"
		      "    <rng model='virtio'>\n"
		      "      <backend model='random'>/dev/urandom</backend>\n"
		      "    </rng>\n", out);
	else
		fputs("    <memballoon model='none'/>\n", out);
	fputs("  </devices>\n", out);
}

void
domain_print(FILE *out, const struct vm *vm, const char *folder,
	const char *accelerator, const struct qemu_firmware *efi)
{
	bool kvm = strcmp(accelerator, "kvm") == 0;
	unsigned processors = vm->sockets * vm->cores * vm->threads;
	const char *system = json_text(json_object_get(vm->guest, "os"), "name",
		NULL);

	if (!kvm)
		fputs("<!-- type='qemu' and mode='maximum': KVM runs no guest on "
		      "the host that wrote this.\n     Elsewhere: type='kvm' and "
		      "mode='host-model'. -->\n", out);
	fprintf(out, "<domain type='%s'>\n", kvm ? "kvm" : "qemu");
	markup_print(out, "  <name>%s</name>\n  <uuid>%s</uuid>\n", vm->name,
		vm->uuid);
	if (system != NULL)
		markup_print(out, "  <description>%s, migrated by unrack"
			"</description>\n", system);
	markup_print(out, "  <memory unit='KiB'>%ju</memory>\n"
		"  <vcpu>%u</vcpu>\n", (uintmax_t)vm->memory_bytes / 1024,
		processors);
	print_sysinfo(out, vm);
	print_os(out, vm, folder, efi);
	print_features(out, vm);
	print_processor(out, vm, kvm);
	print_clock(out, vm);
	fputs("  <on_poweroff>destroy</on_poweroff>\n"
	      "  <on_reboot>restart</on_reboot>\n"
	      "  <on_crash>destroy</on_crash>\n", out);
	print_devices(out, vm, folder);
	fputs("</domain>\n", out);
}

void
domain_print_network(FILE *out, const struct vm *vm)
{
	markup_print(out, "<!-- Isolated: no forward element, no address for the "
		"host, no DHCP. -->\n"
		"<network>\n"
		"  <name>unrack-isolated-%s</name>\n"
		"  <bridge name='%s' stp='off' delay='0'/>\n"
		"</network>\n", vm->name, vm->bridge);
}
