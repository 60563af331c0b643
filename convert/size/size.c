/*
 * The size-up: an estimate in numbers of what a move takes.  way.c recommends
 * how, processor.c chooses the processor's model, host.c looks at this host,
 * layout.c counted what is in use.
 */
#include "convert/size/size.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/json.h"
#include "common/own.h"
#include "common/progress.h"
#include "convert/emit/vm.h"
#include "convert/size/host.h"
#include "convert/size/layout.h"
#include "convert/size/processor.h"
#include "convert/size/way.h"
#include "convert/state/machine.h"

/*
 * Seconds, as seen with the test guests: from power-on to a login prompt, more
 * for each service, and that many times as much in software emulation; to
 * boot the live image and convert, until it was measured; the share of the data
 * that changes while the first pass runs.
 */
static const double boot_base = 25, boot_service = 0.4, emulation_factor = 4,
		    stages_guess = 120, delta_share = 0.05;

/* For QEMU and the host's own needs. */
static const uint64_t host_memory_reserve = 1ull << 30;

static double
number_of(const json_t *object, const char *key)
{
	return json_number_value(json_object_get(object, key));
}

static double
boot_seconds(const struct size_facts *facts)
{
	const json_t *milestones = json_object_get(facts->proof, "milestones");
	size_t count = json_array_size(milestones);
	double services = (double)json_array_size(json_object_get(facts->guest,
		"services"));

	if (count > 0 && strncmp(json_text(facts->proof, "verdict", ""),
		"boots", 5) == 0)
		return number_of(json_array_get(milestones, count - 1),
			"seconds");
	return (boot_base + boot_service * services) *
		(facts->host->has_kvm ? 1 : emulation_factor);
}

/* Of the stages before the copy, which the server spends standing still. */
static double
stages_seconds(const json_t *session)
{
	static const char *const names[] = {"assess", "trim", "convert"};
	const json_t *stage;
	double seconds = 0;
	size_t i;

	json_array_foreach(json_object_get(session, "stages"), i, stage)
		for (size_t n = 0; n < sizeof names / sizeof names[0]; n++)
			if (strcmp(json_text(stage, "name", ""), names[n]) == 0)
				seconds += number_of(stage, "seconds");
	return seconds > 0 ? seconds : stages_guess;
}

/* At the rate that is set, if there was something left to reckon it with. */
static double
copy_seconds(const json_t *estimate, uint64_t used)
{
	double speed = number_of(estimate, "read_bytes_per_second");

	if (speed <= 0)
		speed = number_of(json_object_get(estimate, "measured"),
			"read_bytes_per_second");
	return speed > 0 ? (double)used / speed : 0;
}

/* 0 when next to nothing crossed it, because the host held the blocks. */
static double
wire_speed(const json_t *estimate)
{
	const json_t *measured = json_object_get(estimate, "measured");
	double ratio = number_of(measured, "wire_ratio");

	return ratio < 0.01
		? 0
		: number_of(measured, "read_bytes_per_second") * ratio;
}

static const char *
limit_of(const json_t *estimate)
{
	const char *limit = json_text(estimate, "limit", "nothing");

	if (strcmp(limit, "nothing") != 0)
		return limit;
	return json_text(json_object_get(estimate, "measured"), "limit",
		"unknown");
}

/* 0: not known. */
static double
downtime_seconds(const char *mode, double copy, double stages, double boot)
{
	if (copy <= 0)
		return 0;
	if (strcmp(mode, "offline") == 0)
		return stages + copy + boot;
	if (strcmp(mode, "precopy") == 0)
		return stages + delta_share * copy + boot;
	return 0;
}

static void
add_room_problems(json_t *problems, const struct size_facts *facts,
	uint64_t used, uint64_t all)
{
	const struct host *host = facts->host;
	char a[16], b[16];

	progress_bytes(b, host->free_bytes);
	if (host->free_bytes < used)
		json_add(problems, "%s are in use, but only %s are free here: "
			"the capture does not fit", progress_bytes(a, used), b);
	else if (host->free_bytes < all)
		json_add(problems, "the disks have %s, but only %s are free "
			"here: if the VM fills them, the host runs full",
			progress_bytes(a, all), b);
	if (host->memory_bytes < facts->memory_bytes + host_memory_reserve)
		json_add(problems, "the VM wants %s of memory, the host has %s",
			progress_bytes(a, facts->memory_bytes),
			progress_bytes(b, host->memory_bytes));
	if (host->processors < facts->vcpus)
		json_add(problems, "the VM wants %u processors, the host has %u",
			facts->vcpus, host->processors);
}

static void
add_program_problems(json_t *problems, const struct size_facts *facts)
{
	const struct host *host = facts->host;

	if (host->qemu[0] == '\0')
		json_add(problems, "QEMU is not installed: install "
			"qemu-system-x86");
	else if (strtoul(host->qemu, NULL, 10) < 5)
		json_add(problems, "QEMU %s is older than 5.0", host->qemu);
	if (host->ovmf == NULL && strcmp(facts->firmware, "uefi") == 0)
		json_add(problems, "the machine boots by UEFI and no UEFI "
			"firmware is installed: install ovmf");
	if (!host->has_kvm)
		json_add(problems, "KVM does not work here: a VM runs in "
			"software emulation, which is slow");
}

static json_t *
host_json(const struct size_facts *facts, uint64_t used, uint64_t all,
	const struct processor *processor)
{
	const struct host *host = facts->host;
	json_t *json = json_pack("{s:I, s:I}", "free_bytes",
		(json_int_t)host->free_bytes, "memory_bytes",
		(json_int_t)host->memory_bytes);
	json_t *problems = json_array();

	json_set_text(json, "qemu", host->qemu[0] ? host->qemu : NULL);
	json_set_text(json, "ovmf", host->ovmf);
	json_set_text(json, "libvirt", host->libvirt[0] ? host->libvirt : NULL);
	add_room_problems(problems, facts, used, all);
	add_program_problems(problems, facts);
	if (processor->missing[0] != '\0')
		json_add(problems, "the host's processor lacks what the "
			"server's has: %s; programs built for it fail",
			processor->missing);
	json_object_set_new(json, "problems", problems);
	return json;
}

static json_t *
whole_or_null(double value)
{
	return value > 0 ? json_integer((json_int_t)(value + 0.5)) : json_null();
}

static const json_t *
source_flags(const json_t *inventory)
{
	const json_t *flags = json_object_get(json_object_get(inventory, "cpu"),
		"flags");

	return json_array_size(flags) > 0 ? flags : NULL;
}

json_t *
size_make(const struct size_facts *facts)
{
	const json_t *estimate = json_object_get(facts->session, "estimate");
	uint64_t used = layout_used_bytes(facts->layout);
	uint64_t all = layout_disk_bytes(facts->layout);
	double wire = wire_speed(estimate);
	double boot = boot_seconds(facts);
	struct way_facts way_facts = {json_text(facts->findings, "tier", NULL),
		used, copy_seconds(estimate, used), wire};
	struct processor processor;
	struct way way;

	way_choose(&way, &way_facts);
	processor_choose(&processor, facts->host->vendor, facts->host->flags,
		source_flags(facts->inventory), facts->host->models);
	return json_pack("{s:i, s:I, s:I, s:I, s:o, s:o, s:s, s:o, s:s, s:s, "
			 "s:s, s:o}",
		"vcpus", (int)facts->vcpus, "memory_bytes",
		(json_int_t)facts->memory_bytes, "disk_bytes", (json_int_t)all,
		"used_bytes", (json_int_t)used, "boot_seconds",
		whole_or_null(boot), "downtime_seconds",
		whole_or_null(downtime_seconds(way.mode, way_facts.copy_seconds,
			stages_seconds(facts->session), boot)),
		"limit", limit_of(estimate),
		"link_bytes_per_second", whole_or_null(wire), "mode", way.mode,
		"mode_reason", way.reason, "cpu_model", processor.model, "host",
		host_json(facts, used, all, &processor));
}

/* What a stage left, or an empty object. */
static json_t *
read_part(const struct machine *machine, const char *relative)
{
	AUTO(freep) char *path = machine_path(machine, "%s", relative);
	json_t *json = NULL;

	if (path == NULL || json_file_read(&json, path, NULL) == -1)
		return json_object();
	return json;
}

static int
note(const struct machine *machine, const struct vm *vm, json_t *findings,
	const struct host *host, struct error *err)
{
	AUTO(json_decrefpp) json_t *layout = read_part(machine,
		"report/layout.json");
	AUTO(json_decrefpp) json_t *session = read_part(machine,
		"report/session.json");
	AUTO(json_decrefpp) json_t *proof = read_part(machine,
		"report/proof.json");
	AUTO(freep) char *path = machine_path(machine, "report/findings.json");
	const struct size_facts facts = {vm->memory_bytes,
		vm->sockets * vm->cores * vm->threads,
		vm->uefi ? "uefi" : "bios", vm->inventory, vm->guest, layout,
		findings, session, proof, host};
	json_t *size = size_make(&facts);

	if (path == NULL || size == NULL ||
		json_object_set_new(findings, "size", size) == -1)
		return error_set(err, ENOMEM, "size up %s", machine->name);
	return json_file_write(path, findings, err);
}

int
size_note(const struct machine *machine, const char *folder, struct error *err)
{
	AUTO(json_decrefpp) json_t *findings = read_part(machine,
		"report/findings.json");
	AUTO(vm_freep) struct vm *vm = NULL;
	AUTO(host_release) struct host host = {0};

	if (json_object_size(findings) == 0)
		return 0;
	if (vm_read(&vm, machine, err) == -1)
		return error_add(err, "size up %s", machine->name);
	host_read(&host, "", folder == NULL ? machine->folder : folder);
	return note(machine, vm, findings, &host, err);
}
