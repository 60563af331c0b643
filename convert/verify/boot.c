/*
 * QEMU for the boot proof: the emitted VM (convert/emit/qemu.c) plus what is
 * needed to watch it: two serial ports, the firmware's debug port, a monitor
 * and the packets of each card.  verify.c does the watching.
 */
#include "convert/verify/boot.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "common/process.h"
#include "convert/emit/arguments.h"
#include "convert/emit/qemu.h"
#include "convert/emit/vm.h"
#include "convert/verify/expect.h"
#include "convert/verify/qmp.h"

enum { LEAST_MEMORY_MB = 256 };

char *
boot_packets_name(size_t nic)
{
	return nic == 0 ? io_format("guest.pcap")
			: io_format("guest-%zu.pcap", nic + 1);
}

/* The VM's memory, or half of what is free here when that is less. */
static uint64_t
bounded_memory_mb(const struct vm *vm)
{
	uint64_t wanted = vm->memory_bytes >> 20, kilobytes = 0, half;
	AUTO(freep) char *text = NULL;
	const char *line;
	struct error ignored;

	if (io_read_file(&text, NULL, "/proc/meminfo", 65536, &ignored) == 0 &&
		(line = strstr(text, "MemAvailable:")) != NULL)
		kilobytes = strtoull(line + strlen("MemAvailable:"), NULL, 10);
	half = kilobytes / 1024 / 2;
	if (half < LEAST_MEMORY_MB)
		half = LEAST_MEMORY_MB;
	return wanted < half ? wanted : half;
}

static void
bound_processors(struct vm *vm)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned all = vm->sockets * vm->cores * vm->threads;

	if (online < 1 || all <= (unsigned)online)
		return;
	vm->sockets = 1;
	vm->cores = (unsigned)online;
	vm->threads = 1;
}

static int
add_firmware(struct arguments *arguments, const char *folder, struct error *err)
{
	const struct qemu_firmware *firmware;
	AUTO(freep) char *copy = io_format("%s/variables.fd", folder);
	AUTO(freep) char *value = copy == NULL ? NULL : arguments_value(copy);

	if (value == NULL)
		return error_set(err, ENOMEM, "start QEMU");
	if (qemu_find_firmware(&firmware, err) == -1)
		return -1;
	arguments_add(arguments, "-drive");
	arguments_add(arguments, "if=pflash,format=raw,readonly=on,file=%s",
		firmware->code);
	arguments_add(arguments, "-drive");
	arguments_add(arguments, "if=pflash,format=raw,file=%s", value);
	return 0;
}

/*
 * The first serial port: a log, and when something may have to be typed a
 * socket as well.
 */
static void
add_serial(struct arguments *arguments, const struct boot *boot, int keyboard)
{
	AUTO(freep) char *log = arguments_value(boot->serial);

	arguments_add(arguments, "-chardev");
	if (keyboard == -1)
		arguments_add(arguments, "file,id=serial0,path=%s",
			log == NULL ? "" : log);
	else
		arguments_add(arguments, "socket,id=serial0,fd=%d,logfile=%s,"
			"logappend=off", keyboard, log == NULL ? "" : log);
	arguments_add(arguments, "-serial");
	arguments_add(arguments, "chardev:serial0");
}

/* "-chardev file" for a device that writes to `path`. */
static void
add_recorder(struct arguments *arguments, const char *id, const char *path)
{
	AUTO(freep) char *value = arguments_value(path);

	arguments_add(arguments, "-chardev");
	arguments_add(arguments, "file,id=%s,path=%s", id,
		value == NULL ? "" : value);
}

static void
add_recorders(struct arguments *arguments, const struct boot *boot, int monitor)
{
	add_recorder(arguments, "serial1", boot->witness);
	arguments_add(arguments, "-serial");
	arguments_add(arguments, "chardev:serial1");
	add_recorder(arguments, "firmware", boot->firmware);
	arguments_add(arguments, "-device");
	arguments_add(arguments, "isa-debugcon,iobase=0x402,chardev=firmware");
	arguments_add(arguments, "-chardev");
	arguments_add(arguments, "socket,id=monitor,fd=%d", monitor);
	arguments_add(arguments, "-mon");
	arguments_add(arguments, "chardev=monitor,mode=control");
}

static void
add_packet_dumps(struct arguments *arguments, const struct vm *vm,
	const char *report)
{
	AUTO(freep) char *folder = arguments_value(report);

	for (size_t i = 0; i < vm->nic_count; i++) {
		AUTO(freep) char *name = boot_packets_name(i);

		arguments_add(arguments, "-object");
		arguments_add(arguments, "filter-dump,id=dump%zu,netdev=net%zu,"
			"file=%s/%s", i, i, folder == NULL ? "" : folder,
			name == NULL ? "" : name);
	}
}

static int
add_machine(struct arguments *arguments, const struct vm *vm,
	const char *folder, enum accelerator accelerator, struct error *err)
{
	const char *name = accelerator_name(accelerator);
	struct vm bounded = *vm;

	bound_processors(&bounded);
	arguments_add(arguments, "qemu-system-x86_64");
	arguments_add(arguments, "-accel");
	arguments_add(arguments, "%s", name);
	arguments_add(arguments, "-cpu");
	arguments_add(arguments, "%s", qemu_processor(name));
	arguments_add(arguments, "-m");
	arguments_add(arguments, "%" PRIu64, bounded_memory_mb(vm));
	arguments_add(arguments, "-display");
	arguments_add(arguments, "none");
	arguments_add(arguments, "-no-reboot");
	qemu_add_machine(arguments, &bounded);
	qemu_add_disks(arguments, vm, folder, "unsafe");
	return vm->uefi ? add_firmware(arguments, folder, err) : 0;
}

static void
add_network(struct arguments *arguments, const struct vm *vm, size_t nic,
	const struct expectation *expectations, size_t count)
{
	struct qemu_forward forwards[EXPECT_LIMIT];

	for (size_t i = 0; i < count; i++)
		forwards[i] = (struct qemu_forward){nic,
			expectations[i].host_port, expectations[i].port};
	qemu_add_nics(arguments, vm, forwards, count);
}

/* QEMU's own last words, when it ended at once. */
static int
explain(const struct boot *boot, struct error *err)
{
	AUTO(freep) char *text = NULL;
	struct error ignored;
	char *line;

	if (io_read_file(&text, NULL, boot->log, 1 << 20, &ignored) == -1)
		return -1;
	text[strcspn(text, "\n")] = '\0';
	line = strstr(text, ": ");
	if (*text == '\0')
		return -1;
	return error_set(err, 0, "start QEMU: %s", line == NULL ? text
		: line + 2);
}

/* Two ends of a line: ours, and one that QEMU inherits. */
static int
open_line(int *ours_out, int *theirs_out, struct error *err)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == -1)
		return error_set(err, errno, "start QEMU");
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	*ours_out = ends[0];
	*theirs_out = ends[1];
	return 0;
}

/* The guest agent's channel. */
static int
add_agent(struct arguments *arguments, struct boot *boot, const struct vm *vm,
	int *theirs_out, struct error *err)
{
	char chardev[32];

	if (!vm->agent)
		return 0;
	if (open_line(&boot->agent, theirs_out, err) == -1)
		return -1;
	snprintf(chardev, sizeof chardev, "socket,fd=%d", *theirs_out);
	qemu_add_agent(arguments, vm, chardev);
	return 0;
}

static int
start(struct boot *boot, const struct arguments *arguments, int monitor[2],
	struct error *err)
{
	pid_t pid;
	int failed;

	/* QEMU inherits its end; ours closes when another program starts. */
	fcntl(monitor[0], F_SETFD, FD_CLOEXEC);
	failed = process_start(&pid,
		(const char *const *)arguments->items, boot->log, err);
	close(monitor[1]);
	if (failed == -1) {
		close(monitor[0]);
		return -1;
	}
	boot->pid = pid;
	if (qmp_open(&boot->qmp, monitor[0], err) == 0)
		return 0;
	explain(boot, err);
	return -1;
}

static int
name_files(struct boot *boot, const char *folder, const char *report)
{
	boot->serial = io_format("%s/serial.log", report);
	boot->witness = io_format("%s/witness.log", folder);
	boot->firmware = io_format("%s/firmware.log", folder);
	boot->scratch = io_format("%s/screen", folder);
	boot->log = io_format("%s/qemu.log", folder);
	return boot->serial == NULL || boot->witness == NULL ||
		boot->firmware == NULL || boot->scratch == NULL ||
		boot->log == NULL ? -1 : 0;
}

size_t
boot_outer_nic(const struct vm *vm)
{
	for (size_t i = 0; i < vm->nic_count; i++)
		if (json_is_string(json_object_get(vm->nics[i].interface,
			"gateway")))
			return i;
	return 0;
}

int
boot_start(struct boot **boot_out, const struct vm *vm, const char *folder,
	const char *report, enum accelerator accelerator, bool types,
	const struct expectation *expectations, size_t count, struct error *err)
{
	AUTO(boot_stopp) struct boot *boot = calloc(1, sizeof *boot);
	AUTO(arguments_free) struct arguments arguments = {0};
	AUTO(fd_closep) int agent = -1;
	AUTO(fd_closep) int keyboard = -1;
	int monitor[2];

	if (boot != NULL)
		boot->agent = boot->keyboard = -1;
	if (boot == NULL || name_files(boot, folder, report) == -1)
		return error_set(err, ENOMEM, "start QEMU");
	if (add_machine(&arguments, vm, folder, accelerator, err) == -1)
		return -1;
	add_network(&arguments, vm, boot_outer_nic(vm), expectations, count);
	add_packet_dumps(&arguments, vm, report);
	if (add_agent(&arguments, boot, vm, &agent, err) == -1)
		return -1;
	if (types && open_line(&boot->keyboard, &keyboard, err) == -1)
		return -1;
	add_serial(&arguments, boot, keyboard);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, monitor) == -1)
		return error_set(err, errno, "start QEMU");
	add_recorders(&arguments, boot, monitor[1]);
	if (arguments.failed) {
		close(monitor[0]);
		close(monitor[1]);
		return error_set(err, ENOMEM, "start QEMU");
	}
	if (start(boot, &arguments, monitor, err) == -1)
		return -1;
	*boot_out = take(boot);
	return 0;
}

bool
boot_is_running(struct boot *boot)
{
	if (boot->pid > 0 && !process_is_running(boot->pid, NULL))
		boot->pid = 0; /* reaped */
	return boot->pid > 0;
}

void
boot_stop(struct boot *boot)
{
	if (boot == NULL)
		return;
	process_stop(boot->pid);
	qmp_close(boot->qmp);
	if (boot->agent != -1)
		close(boot->agent);
	if (boot->keyboard != -1)
		close(boot->keyboard);
	free(boot->serial);
	free(boot->witness);
	free(boot->firmware);
	free(boot->scratch);
	free(boot->log);
	free(boot);
}
