/*
 * The emission stage: from a machine's directory to a VM that libvirt and QEMU
 * can start.  Read vm.c next for what the VM is, then domain.c and script.c.
 */
#include "convert/emit/emit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/accelerator.h"
#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "convert/emit/domain.h"
#include "convert/emit/script.h"
#include "convert/emit/vm.h"
#include "convert/state/machine.h"

enum emit_file { EMIT_DOMAIN, EMIT_NETWORK, EMIT_SCRIPT };

/* One of the files as text, which the caller frees. */
static int
compose(char **text_out, size_t *bytes_out, enum emit_file which,
	const struct vm *vm, const char *folder, const char *accelerator,
	struct error *err)
{
	AUTO(freep) char *text = NULL;
	FILE *out = open_memstream(&text, bytes_out);
	int result = 0;

	if (out == NULL)
		return error_set(err, errno, "write the VM's files");
	if (which == EMIT_DOMAIN)
		domain_print(out, vm, folder, accelerator);
	else if (which == EMIT_NETWORK)
		domain_print_network(out, vm);
	else
		result = script_print(out, vm, accelerator, err);
	if (fclose(out) != 0)
		result = error_set(err, ENOMEM, "write the VM's files");
	if (result == 0)
		*text_out = take(text);
	return result;
}

static int
write_one(enum emit_file which, const struct vm *vm, const char *to,
	const char *folder, const char *accelerator, struct error *err)
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
	AUTO(freep) char *path = io_format("%s/%s%s", to,
		name == NULL ? vm->name : name, files[which].suffix);
	AUTO(freep) char *text = NULL;
	size_t bytes;

	if (path == NULL)
		return error_set(err, ENOMEM, "write the VM's files");
	if (compose(&text, &bytes, which, vm, folder, accelerator, err) == -1)
		return -1;
	return io_write_file(path, text, bytes, files[which].mode, err);
}

int
emit_vm(const struct machine *machine, const struct machine *place,
	struct error *err)
{
	AUTO(vm_freep) struct vm *vm = NULL;
	AUTO(freep) char *folder = machine_path(machine, "vm");
	AUTO(freep) char *to = machine_path(place, "vm");
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
	for (enum emit_file i = EMIT_DOMAIN; i <= EMIT_SCRIPT; i++)
		if (write_one(i, vm, to, folder, accelerator_name(accelerator),
			    err) == -1)
			return error_add(err, "emit %s", machine->name);
	return 0;
}
