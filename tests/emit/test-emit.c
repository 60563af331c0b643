/*
 * Machines' directories in tests/emit/fixtures become domains and scripts.
 * UPDATE=1 rewrites the golden files; read the difference before committing.
 */
#include "tests/harness.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/io.h"
#include "common/own.h"
#include "common/process.h"
#include "convert/emit/arguments.h"
#include "convert/emit/domain.h"
#include "convert/emit/emit.h"
#include "convert/emit/qemu.h"
#include "convert/emit/script.h"
#include "convert/emit/vm.h"
#include "convert/state/machine.h"
#include "drivers-inject/hardware.h"

#define FIXTURES "tests/emit/fixtures"

static const struct qemu_firmware efi = {
	"/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"};
static const char *const names[] = {"legacy", "bare", "hostile"};

static struct vm *
read_fixture(const char *name)
{
	struct machine machine = {.lock_fd = -1};
	struct error err = {0};
	struct vm *vm = NULL;

	snprintf(machine.name, sizeof machine.name, "%s", name);
	machine.folder = io_format(FIXTURES "/%s", name);
	assert_non_null(machine.folder);
	assert_ok(vm_read(&vm, &machine, &err), &err);
	free(machine.folder);
	vm->name = name;
	return vm;
}

static char *
domain_text(const struct vm *vm, const char *accelerator)
{
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	assert_non_null(out);
	domain_print(out, vm, "/srv/unrack & sons/vm", accelerator,
		vm->uefi ? &efi : NULL);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void
check_golden(const char *name, const char *text)
{
	AUTO(freep) char *path = io_format(FIXTURES "/%s", name);
	AUTO(freep) char *want = NULL;
	struct error err = {0};

	if (getenv("UPDATE") != NULL)
		assert_ok(io_write_file(path, text, strlen(text), 0644, &err),
			&err);
	assert_ok(io_read_file(&want, NULL, path, 1 << 20, &err), &err);
	assert_string_equal(text, want);
}

static void
domain_is_the_same_for_the_same_machine(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		AUTO(vm_freep) struct vm *vm = read_fixture(names[i]);
		AUTO(freep) char *text = domain_text(vm, "kvm");
		AUTO(freep) char *file = io_format("%s/domain.xml", names[i]);

		check_golden(file, text);
	}
}

/* 0 when `schema` accepts the text. */
static int
validate(const char *text, const char *schema, struct error *err)
{
	char path[] = "/tmp/unrack-test-XXXXXX";
	const char *const argv[] = {"virt-xml-validate", path, schema, NULL};
	int fd = mkstemp(path), result;

	assert_int_not_equal(fd, -1);
	assert_ok(io_write(fd, text, strlen(text), path, err), err);
	close(fd);
	result = process_run(argv, NULL, 60, err);
	unlink(path);
	return result;
}

static void
libvirt_accepts_domains_and_networks(void **state)
{
	static const char *const version[] = {"virt-xml-validate", "--version",
		NULL};
	struct error err = {0};

	(void)state;
	if (process_run(version, NULL, 60, &err) == -1 && err.code == ENOENT)
		skip();
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		AUTO(vm_freep) struct vm *vm = read_fixture(names[i]);
		AUTO(freep) char *kvm = domain_text(vm, "kvm");
		AUTO(freep) char *tcg = domain_text(vm, "tcg");
		AUTO(freep) char *network = NULL;
		size_t bytes;
		FILE *out = open_memstream(&network, &bytes);

		assert_ok(validate(kvm, "domain", &err), &err);
		assert_ok(validate(tcg, "domain", &err), &err);
		domain_print_network(out, vm);
		assert_int_equal(fclose(out), 0);
		assert_null(strstr(network, "<forward"));
		assert_null(strstr(network, "<ip"));
		assert_ok(validate(network, "network", &err), &err);
		assert_int_equal(validate("<network/>", "domain", &err), -1);
	}
}

/* A machine with one disk on this bus and a card of this model. */
static void
make_machine(const char *folder, const char *bus, const char *model)
{
	AUTO(freep) char *script = io_format(
		"cp -r " FIXTURES "/bare/. %s && mkdir -p %s/report && "
		"echo '{\"hardware\": {\"machine\": \"pc\", \"disk_bus\": "
		"\"%s\", \"nic_model\": \"%s\"}}' >%s/report/guest.json",
		folder, folder, bus, model, folder);
	const char *const argv[] = {"sh", "-c", script, NULL};
	struct error err = {0};

	assert_non_null(script);
	assert_ok(process_run(argv, NULL, 30, &err), &err);
}

/* QEMU takes the devices, and stops before anything runs. */
static void
check_qemu(const struct vm *vm, const char *folder)
{
	struct arguments arguments = {.count = 0};
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);
	const char *argv[] = {"sh", "-c", NULL, NULL};
	struct error err = {0};

	assert_non_null(out);
	for (size_t i = 0; i < vm->disk_count; i++)
		fprintf(out, "qemu-img create -q -f qcow2 %s/%s.qcow2 1M && ",
			folder, vm->disks[i].name);
	fputs("echo quit | qemu-system-x86_64 -S -nodefaults -accel tcg "
	      "-display none -monitor stdio", out);
	qemu_add_disks(&arguments, vm, folder, "writeback");
	qemu_add_nics(&arguments, vm, NULL, 0);
	assert_false(arguments.failed);
	for (size_t i = 0; i < arguments.count; i++)
		fprintf(out, " '%s'", arguments.items[i]);
	assert_int_equal(fclose(out), 0);
	argv[2] = text;
	assert_ok(process_run(argv, NULL, 60, &err), &err);
	arguments_free(&arguments);
	free(text);
}

/* Whatever the kernel drives, the VM can be. */
static void
each_hardware_is_known_to_qemu_and_libvirt(void **state)
{
	static const char *const qemu[] = {"qemu-system-x86_64", "--version",
		NULL};
	struct error err = {0};
	const struct hardware *card = hardware_cards;
	const char *bus = "";

	(void)state;
	if (process_run(qemu, NULL, 60, &err) == -1 && err.code == ENOENT)
		skip();
	for (const struct hardware *disk = hardware_disks; disk->name != NULL;
		disk++) {
		char folder[] = "/tmp/unrack-test-XXXXXX";
		struct machine machine = {.name = "bus", .folder = folder,
			.lock_fd = -1};
		AUTO(vm_freep) struct vm *vm = NULL;
		AUTO(freep) char *text = NULL;

		if (strcmp(disk->name, bus) == 0)
			continue;
		bus = disk->name;
		assert_non_null(mkdtemp(folder));
		make_machine(folder, bus, card->name);
		assert_ok(vm_read(&vm, &machine, &err), &err);
		assert_string_equal(vm->bus->name, bus);
		assert_string_equal(vm->model->name, card->name);
		check_qemu(vm, folder);
		text = domain_text(vm, "tcg");
		if (validate(text, "domain", &err) == -1 && err.code != ENOENT)
			fail_msg("%s: %s", bus, err.text);
		io_remove_tree(folder, NULL);
		card = card[1].name == NULL ? hardware_cards : card + 1;
	}
}

static void
boot_disk_is_the_one_with_the_active_partition(void **state)
{
	AUTO(vm_freep) struct vm *vm = read_fixture("legacy");

	(void)state;
	assert_int_equal(vm->boot_disk, 1);
}

static void
boot_disk_is_the_one_that_the_conversion_found(void **state)
{
	char folder[] = "/tmp/unrack-test-XXXXXX";
	AUTO(freep) char *path = NULL;
	struct machine machine = {.folder = folder, .lock_fd = -1,
		.name = "legacy"};
	static const char guest[] = "{\"boot_disk\": \"%s\"}";
	AUTO(vm_freep) struct vm *vm = NULL;
	AUTO(freep) char *text = NULL;
	struct error err = {0};

	(void)state;
	assert_non_null(mkdtemp(folder));
	AUTO(freep) char *copy = io_format("cp -r " FIXTURES "/legacy/. %s",
		folder);
	const char *const argv[] = {"sh", "-c", copy, NULL};
	assert_ok(process_run(argv, NULL, 30, &err), &err);
	AUTO(vm_freep) struct vm *before = read_fixture("legacy");
	path = io_format("%s/report/guest.json", folder);
	text = io_format(guest, before->disks[0].name);
	assert_ok(io_write_file(path, text, strlen(text), 0600, &err), &err);
	assert_ok(vm_read(&vm, &machine, &err), &err);
	assert_int_equal(before->boot_disk, 1);
	assert_int_equal(vm->boot_disk, 0);
	assert_ok(io_remove_tree(folder, &err), &err);
}

static void
cards_keep_the_address_burnt_in(void **state)
{
	AUTO(vm_freep) struct vm *vm = read_fixture("legacy");

	(void)state;
	assert_int_equal(vm->nic_count, 3);
	assert_string_equal(vm->nics[0].mac, "52:54:00:12:34:56");
	assert_string_equal(vm->nics[1].mac, "00:19:b9:dd:ee:ff");
	assert_memory_equal(vm->nics[2].mac, "52:54:00:", 9);
	assert_string_equal(vm->nics[0].subnet.guest, "192.0.2.10");
}

/* The VM of a guest.json and, unless it is NULL, an inventory. */
static struct vm *
make_vm(const char *guest, const char *inventory)
{
	static const char disks[] =
		"{\"disks\": [{\"name\": \"sda\", \"size_bytes\": 1}]}";
	const struct {
		const char *name, *text;
	} files[] = {{"report/guest.json", guest}, {"disks.json", disks},
		{"inventory.json", inventory}};
	char folder[] = "/tmp/unrack-test-XXXXXX";
	struct machine machine = {.name = "m", .folder = folder, .lock_fd = -1};
	AUTO(freep) char *report = NULL;
	struct error err = {0};
	struct vm *vm;

	assert_non_null(mkdtemp(folder));
	report = io_format("%s/report", folder);
	assert_ok(io_make_folders(report, &err), &err);
	for (size_t i = 0; i < 3; i++) {
		AUTO(freep) char *path = io_format("%s/%s", folder,
			files[i].name);

		if (files[i].text != NULL)
			assert_ok(io_write_file(path, files[i].text,
					  strlen(files[i].text), 0600, &err),
				&err);
	}
	assert_ok(vm_read(&vm, &machine, &err), &err);
	assert_ok(io_remove_tree(folder, &err), &err);
	return vm;
}

static void
without_an_inventory_only_cards_become_cards(void **state)
{
	AUTO(vm_freep) struct vm *vm = make_vm("{\"interfaces\": ["
		"{\"name\": \"br0\"}, {\"name\": \"eth0\"}, "
		"{\"name\": \"eth0.7\"}, {\"name\": \"net0\", "
		"\"mac\": \"52:54:00:00:00:07\"}, {\"name\": \"eth0:1\"}, "
		"{\"name\": \"ens9\", \"kind\": \"bridge\"}]}", NULL);

	(void)state;
	assert_int_equal(vm->nic_count, 2);
	assert_string_equal(vm->nics[0].name, "eth0");
	assert_string_equal(vm->nics[1].mac, "52:54:00:00:00:07");
}

#define CARD(n) "{\"name\": \"live" #n "\", \"mac\": " \
	"\"52:54:00:00:00:0" #n "\", \"permanent_mac\": null}"

static void
cards_come_in_the_order_of_their_old_names(void **state)
{
	static const struct {
		const char *names[4]; /* of the cards 1 to 4; NULL: none */
		const char *order;
	} cases[] = {
		{{"eth3", "eth1", "eth0", "eth2"}, "3241"},
		{{"eth1", "eth0", "ens3", "ens4"}, "2134"},
		{{NULL, NULL, "eth0", NULL}, "3124"},
		{{"eth7", "eth6", NULL, "eth1"}, "2413"},
		{{"enp2s0f1", "enp2s0f0", "em1", "lan"}, "1234"},
		{{"eth1", "eth1x", "eth", "eth-1"}, "2134"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char guest[512] = "{\"interfaces\": [", order[5] = "";
		AUTO(vm_freep) struct vm *vm = NULL;

		for (int k = 0; k < 4; k++) {
			size_t used = strlen(guest);

			if (cases[i].names[k] != NULL)
				snprintf(guest + used, sizeof guest - used,
					"%s{\"name\": \"%s\", \"mac\": "
					"\"52:54:00:00:00:0%d\"}",
					guest[used - 1] == '[' ? "" : ", ",
					cases[i].names[k], k + 1);
		}
		strcat(guest, "]}");
		vm = make_vm(guest, "{\"nics\": [" CARD(1) ", " CARD(2) ", "
			CARD(3) ", " CARD(4) "]}");
		assert_int_equal(vm->nic_count, 4);
		for (int k = 0; k < 4; k++)
			order[k] = vm->nics[k].mac[16];
		assert_string_equal(order, cases[i].order);
	}
}

static void
cards_of_a_bond_carry_its_network_and_differ(void **state)
{
	AUTO(vm_freep) struct vm *vm = make_vm("{\"interfaces\": ["
		"{\"name\": \"eth0\", \"mac\": \"52:54:00:00:00:01\", "
		"\"kind\": \"card\", \"master\": \"bond0\"}, "
		"{\"name\": \"bond0\", \"kind\": \"bond\", "
		"\"master\": \"br0\"}, {\"name\": \"br0\", \"kind\": "
		"\"bridge\", \"addresses\": [\"198.51.100.10/24\"], "
		"\"gateway\": \"198.51.100.1\", \"master\": \"br0\"}]}",
		"{\"nics\": [" CARD(1) ", " CARD(1) "]}");

	(void)state;
	assert_int_equal(vm->nic_count, 2);
	assert_string_equal(vm->nics[0].name, "eth0");
	assert_string_equal(vm->nics[0].subnet.network, "198.51.100.0/24");
	assert_string_equal(vm->nics[0].subnet.host, "198.51.100.1");
	assert_string_not_equal(vm->nics[0].mac, vm->nics[1].mac);
}

static void
disks_without_a_serial_get_stable_ones(void **state)
{
	AUTO(vm_freep) struct vm *vm = read_fixture("legacy");
	AUTO(vm_freep) struct vm *again = read_fixture("legacy");

	(void)state;
	assert_string_equal(vm->disks[0].serial, "WDWCA123456789012345");
	assert_int_equal(strlen(vm->disks[1].serial), 20);
	assert_string_equal(vm->disks[1].serial, again->disks[1].serial);
}

/* Linux finds no disk without one on QEMU's SAS 1068. */
static void
disks_on_sas_have_names_of_their_own(void **state)
{
	char folder[] = "/tmp/unrack-test-XXXXXX";
	struct machine machine = {.name = "bus", .folder = folder,
		.lock_fd = -1};
	AUTO(vm_freep) struct vm *vm = NULL;
	AUTO(freep) char *text = NULL;
	struct arguments arguments = {.count = 0};
	struct error err = {0};
	char wwn[64];

	(void)state;
	assert_non_null(mkdtemp(folder));
	make_machine(folder, "mptsas", "e1000");
	assert_ok(vm_read(&vm, &machine, &err), &err);
	assert_int_equal(vm->disks[0].wwn >> 60, 3);
	text = domain_text(vm, "tcg");
	snprintf(wwn, sizeof wwn, "<wwn>%" PRIx64 "</wwn>", vm->disks[0].wwn);
	assert_non_null(strstr(text, wwn));
	qemu_add_disks(&arguments, vm, folder, "writeback");
	snprintf(wwn, sizeof wwn, ",wwn=0x%" PRIx64 ",", vm->disks[0].wwn);
	assert_non_null(strstr(arguments.items[arguments.count - 1], wwn));
	arguments_free(&arguments);
	io_remove_tree(folder, NULL);
}

/* Multipath and LVM's devices file know disks by it. */
static void
disks_keep_the_world_wide_name_of_the_source(void **state)
{
	static const struct {
		const char *wwn, *bus;
		uint64_t kept;
	} cases[] = {
		{"0x5000c50015ea71ac", "scsi", 0x5000c50015ea71ac},
		{"naa.5000c50015ea71ac", "sata", 0x5000c50015ea71ac},
		{"0x5000c50015ea71ac", "mptsas", 0x5000c50015ea71ac},
		{"0x5000c50015ea71ac", "virtio", 0},
		{"naa.600508b1001c577e11dd042142fce6c9", "scsi", 0},
		{"0x5000c50015ea71a,", "scsi", 0},
		{"", "scsi", 0}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char folder[] = "/tmp/unrack-test-XXXXXX";
		struct machine machine = {.name = "bus", .folder = folder,
			.lock_fd = -1};
		AUTO(vm_freep) struct vm *vm = NULL;
		AUTO(freep) char *path = NULL;
		AUTO(freep) char *inventory = io_format("{\"disks\": "
			"[{\"name\": \"sda\", \"wwn\": \"%s\"}]}",
			cases[i].wwn);
		struct error err = {0};

		assert_non_null(mkdtemp(folder));
		make_machine(folder, cases[i].bus, "e1000");
		path = io_format("%s/inventory.json", folder);
		assert_ok(io_write_file(path, inventory, strlen(inventory),
			0644, &err), &err);
		assert_ok(vm_read(&vm, &machine, &err), &err);
		if (vm->disks[0].wwn != cases[i].kept)
			fail_msg("%s on %s: %" PRIx64, cases[i].wwn,
				cases[i].bus, vm->disks[0].wwn);
		io_remove_tree(folder, NULL);
	}
}

static void
vendor_wide_uuids_are_replaced(void **state)
{
	AUTO(vm_freep) struct vm *legacy = read_fixture("legacy");
	AUTO(vm_freep) struct vm *hostile = read_fixture("hostile");

	(void)state;
	assert_string_equal(legacy->uuid,
		"44454c4c-5800-1031-8048-b7c04f31324a");
	assert_string_not_equal(hostile->uuid,
		"00000000-0000-0000-0000-000000000000");
	assert_int_equal(hostile->uuid[14], '8');
}

/* Run the script with a QEMU that prints its arguments, one a line. */
static char *
run_script(const char *folder, const char *const arguments[])
{
	AUTO(freep) char *bin = io_format("%s/bin", folder);
	AUTO(freep) char *fake = io_format("%s/qemu-system-x86_64", bin);
	AUTO(freep) char *script = io_format("%s/vm/run-isolated", folder);
	AUTO(freep) char *path = io_format("PATH=%s:%s", bin, getenv("PATH"));
	static const char program[] = "#!/bin/sh\nprintf '%s\\n' \"$@\"\n";
	const char *argv[16] = {"env", path, "UNRACK_ACCEL=tcg", script};
	struct error err = {0};
	char *output = NULL;

	for (size_t i = 0; arguments[i] != NULL; i++)
		argv[4 + i] = arguments[i];
	assert_ok(io_make_folders(bin, &err), &err);
	assert_ok(io_write_file(fake, program, sizeof program - 1, 0700, &err),
		&err);
	assert_ok(process_run(argv, &output, 30, &err), &err);
	return output;
}

static void
script_starts_the_vm_isolated_and_runs_nothing_of_the_source(void **state)
{
	static const char *const plain[] = {"--snapshot", "--forward",
		"8080:80", "--", "-S", NULL};
	char folder[] = "/tmp/unrack-test-XXXXXX";
	AUTO(freep) char *output = NULL;
	struct machine machine = {.name = "hostile", .folder = folder,
		.lock_fd = -1};
	struct error err = {0};
	static const char *const copied[] = {"cp", "-r",
		FIXTURES "/hostile/.", NULL, NULL};
	const char *copy[5];
	char *vm = NULL;

	(void)state;
	memcpy(copy, copied, sizeof copy);
	assert_non_null(mkdtemp(folder));
	copy[3] = folder;
	assert_ok(process_run(copy, NULL, 30, &err), &err);
	vm = io_format("%s/vm", folder);
	assert_ok(io_make_folders(vm, &err), &err);
	assert_ok(setenv("UNRACK_ACCEL", "tcg", 1), &err);
	if (access("/usr/share/OVMF", F_OK) == -1)
		skip();
	assert_ok(emit_vm(&machine, &machine, &err), &err);
	output = run_script(folder, plain);
	assert_non_null(strstr(output, "restrict=on"));
	assert_non_null(strstr(output,
		",hostfwd=tcp:127.0.0.1:8080-10.0.2.16:80\n"));
	assert_non_null(strstr(output,
		"product=a,,b=c,,,,d'$(reboot)`reboot`\""));
	assert_non_null(strstr(output, "\n-snapshot\n"));
	assert_non_null(strstr(output, "\n-S\n"));
	assert_null(strstr(output, "hostfwd=tcp::22"));
	free(vm);
	assert_ok(io_remove_tree(folder, &err), &err);
}

static void
machine_without_disks_is_refused(void **state)
{
	struct machine machine = {.name = "none", .lock_fd = -1};
	struct error err = {0};
	char folder[] = "/tmp/unrack-test-XXXXXX";
	AUTO(freep) char *disks = NULL;
	struct vm *vm = NULL;

	(void)state;
	assert_non_null(mkdtemp(folder));
	machine.folder = folder;
	assert_int_equal(vm_read(&vm, &machine, &err), -1);
	disks = io_format("%s/disks.json", folder);
	assert_ok(io_write_file(disks, "{\"disks\": []}", 13, 0600, &err),
		&err);
	assert_int_equal(vm_read(&vm, &machine, &err), -1);
	assert_null(vm);
	assert_ok(io_remove_tree(folder, &err), &err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(domain_is_the_same_for_the_same_machine),
		cmocka_unit_test(libvirt_accepts_domains_and_networks),
		cmocka_unit_test(each_hardware_is_known_to_qemu_and_libvirt),
		cmocka_unit_test(
			boot_disk_is_the_one_with_the_active_partition),
		cmocka_unit_test(
			boot_disk_is_the_one_that_the_conversion_found),
		cmocka_unit_test(cards_keep_the_address_burnt_in),
		cmocka_unit_test(without_an_inventory_only_cards_become_cards),
		cmocka_unit_test(cards_come_in_the_order_of_their_old_names),
		cmocka_unit_test(cards_of_a_bond_carry_its_network_and_differ),
		cmocka_unit_test(disks_without_a_serial_get_stable_ones),
		cmocka_unit_test(disks_on_sas_have_names_of_their_own),
		cmocka_unit_test(disks_keep_the_world_wide_name_of_the_source),
		cmocka_unit_test(vendor_wide_uuids_are_replaced),
		cmocka_unit_test(
			script_starts_the_vm_isolated_and_runs_nothing_of_the_source),
		cmocka_unit_test(machine_without_disks_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
