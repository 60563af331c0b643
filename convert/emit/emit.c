/*
 * The emission stage: from a machine's directory to a VM that libvirt and QEMU
 * can start.  Read vm.c next for what the VM is, then domain.c and script.c.
 */
#include "convert/emit/emit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/accelerator.h"
#include "common/error.h"
#include "common/io.h"
#include "common/log.h"
#include "common/own.h"
#include "convert/emit/domain.h"
#include "convert/emit/qemu.h"
#include "convert/emit/script.h"
#include "convert/emit/variables.h"
#include "convert/emit/vm.h"
#include "convert/state/machine.h"

enum emit_file { EMIT_DOMAIN, EMIT_NETWORK, EMIT_SCRIPT };
enum { VARIABLES_LIMIT = 16 << 20 };

/* What is written, and what it says about this host and its folders. */
struct emission {
	const struct vm *vm;
	const char *to, *folder; /* where it is made, where it will be */
	const char *accelerator;
	const struct qemu_firmware *efi; /* NULL: the VM has a BIOS */
};

/* One of the files as text, which the caller frees. */
static int
compose(char **text_out, size_t *bytes_out, enum emit_file which,
	const struct emission *emission, struct error *err)
{
	const struct vm *vm = emission->vm;
	AUTO(freep) char *text = NULL;
	FILE *out = open_memstream(&text, bytes_out);
	int result = 0;

	if (out == NULL)
		return error_set(err, errno, "write the VM's files");
	if (which == EMIT_DOMAIN)
		domain_print(out, vm, emission->folder, emission->accelerator,
			emission->efi);
	else if (which == EMIT_NETWORK)
		domain_print_network(out, vm);
	else
		result = script_print(out, vm, emission->accelerator,
			emission->efi, err);
	if (fclose(out) != 0)
		result = error_set(err, ENOMEM, "write the VM's files");
	if (result == 0)
		*text_out = take(text);
	return result;
}

static int
write_one(enum emit_file which, const struct emission *emission,
	struct error *err)
{
	static const struct {
		const char *name, *suffix;
		unsigned mode;
	} files[] = {
		[EMIT_DOMAIN] = {NULL, ".xml", 0600},
		[EMIT_NETWORK] = {"network", ".xml", 0600},
		[EMIT_SCRIPT] = {"run-isolated", "", 0700},
	};
	const char *name = files[which].name;
	AUTO(freep) char *path = io_format("%s/%s%s", emission->to,
		name == NULL ? emission->vm->name : name, files[which].suffix);
	AUTO(freep) char *text = NULL;
	size_t bytes;

	if (path == NULL)
		return error_set(err, ENOMEM, "write the VM's files");
	if (compose(&text, &bytes, which, emission, err) == -1)
		return -1;
	return io_write_file(path, text, bytes, files[which].mode, err);
}

/* NAME_VARS.fd; the firmware's own variables if the entries do not fit. */
static int
write_variables(const struct emission *emission, struct error *err)
{
	const char *template = emission->efi->variables;
	AUTO(freep) char *path = io_format("%s/%s_VARS.fd", emission->to,
		emission->vm->name);
	AUTO(freep) char *data = NULL;
	AUTO(freep) char *plain = NULL;
	struct error why;
	size_t bytes;

	if (path == NULL)
		return error_set(err, ENOMEM, "write the VM's variables");
	if (io_read_file(&data, &bytes, template, VARIABLES_LIMIT, err) == -1)
		return -1;
	plain = malloc(bytes + 1);
	if (plain == NULL)
		return error_set(err, ENOMEM, "write the VM's variables");
	memcpy(plain, data, bytes);
	if (variables_fill((uint8_t *)data, bytes, emission->vm, &why) == 0)
		return io_write_file(path, data, bytes, 0600, err);
	log_warn("the VM has none of the old boot entries: %s: %s", template,
		why.text);
	return io_write_file(path, plain, bytes, 0600, err);
}

int
emit_vm(const struct machine *machine, const struct machine *place,
	struct error *err)
{
	AUTO(vm_freep) struct vm *vm = NULL;
	AUTO(freep) char *folder = machine_path(machine, "vm");
	AUTO(freep) char *to = machine_path(place, "vm");
	struct emission emission = {.to = to, .folder = folder};
	enum accelerator accelerator;

	if (folder == NULL || to == NULL)
		return error_set(err, ENOMEM, "emit %s", machine->name);
	if (strcmp(machine->name, "network") == 0) {
		error_set(err, 0, "vm/network.xml would be both the domain and "
			"its network");
		return error_hint(err, "Give the machine another name.");
	}
	if (vm_read(&vm, place, err) == -1 ||
		accelerator_find(&accelerator, err) == -1)
		return error_add(err, "emit %s", machine->name);
	emission.vm = vm;
	emission.accelerator = accelerator_name(accelerator);
	if (vm->uefi && (qemu_find_firmware(&emission.efi, err) == -1 ||
		write_variables(&emission, err) == -1))
		return error_add(err, "emit %s", machine->name);
	for (enum emit_file i = EMIT_DOMAIN; i <= EMIT_SCRIPT; i++)
		if (write_one(i, &emission, err) == -1)
			return error_add(err, "emit %s", machine->name);
	return 0;
}
