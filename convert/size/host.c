/* The conversion host as a place for the VM: room, memory, processor, programs. */
#include "convert/size/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "common/accelerator.h"
#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "common/process.h"
#include "common/strings.h"
#include "convert/emit/qemu.h"

enum { PROC_LIMIT = 16 << 20, PROGRAM_SECONDS = 20 };

static uint64_t
free_bytes(const char *folder)
{
	AUTO(freep) char *path = strdup(folder);
	struct statvfs fs;
	char *slash;

	while (path != NULL && statvfs(*path == '\0' ? "/" : path, &fs) == -1) {
		slash = strrchr(path, '/');
		if (slash == NULL)
			return 0;
		*slash = '\0';
	}
	return path == NULL ? 0 : (uint64_t)fs.f_bavail * fs.f_frsize;
}

/* The rest of the first line that begins with `key` and a colon, cut out of the
 * text; NULL when there is none. */
static char *
value_of(char *text, const char *key)
{
	size_t bytes = strlen(key);

	for (char *line = text; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, bytes) != 0 ||
			line[bytes + strspn(line + bytes, " \t")] != ':')
			continue;
		line = strchr(line, ':') + 1;
		line += strspn(line, " \t");
		line[strcspn(line, "\n")] = '\0';
		return line;
	}
	return NULL;
}

static unsigned
count_lines(const char *text, const char *start)
{
	unsigned count = 0;

	for (const char *at = text; at != NULL; at = strchr(at, '\n')) {
		at += *at == '\n';
		count += string_starts(at, start);
	}
	return count;
}

static void
read_processor(struct host *host, const char *root)
{
	AUTO(freep) char *path = io_format("%s/proc/cpuinfo", root);
	AUTO(freep) char *text = NULL;
	AUTO(freep) char *copy = NULL;
	char *rest = NULL, *flags;
	const char *vendor;

	host->flags = json_array();
	if (path == NULL ||
		io_read_file(&text, NULL, path, PROC_LIMIT, NULL) == -1)
		return;
	host->processors = count_lines(text, "processor");
	copy = strdup(text);
	vendor = copy == NULL ? NULL : value_of(copy, "vendor_id");
	snprintf(host->vendor, sizeof host->vendor, "%s",
		vendor == NULL ? "" : vendor);
	flags = value_of(text, "flags");
	for (char *flag = flags == NULL ? NULL : strtok_r(flags, " ", &rest);
		flag != NULL; flag = strtok_r(NULL, " ", &rest))
		json_array_append_new(host->flags, json_string(flag));
}

static uint64_t
memory_bytes(const char *root)
{
	AUTO(freep) char *path = io_format("%s/proc/meminfo", root);
	AUTO(freep) char *text = NULL;
	const char *total;

	if (path == NULL ||
		io_read_file(&text, NULL, path, PROC_LIMIT, NULL) == -1)
		return 0;
	total = value_of(text, "MemTotal");
	return total == NULL ? 0 : strtoull(total, NULL, 10) * 1024;
}

/* The first number with dots in what a program says of itself. */
static void
read_version(char version[32], const char *program)
{
	const char *const argv[] = {program, "--version", NULL};
	AUTO(freep) char *text = NULL;
	const char *at;

	if (process_run(argv, &text, PROGRAM_SECONDS, NULL) == -1)
		return;
	at = text + strcspn(text, "0123456789");
	snprintf(version, 32, "%.*s", (int)strspn(at, "0123456789."), at);
}

void
host_read(struct host *host_out, const char *root, const char *folder)
{
	static const char *const argv[] = {"qemu-system-x86_64", "-cpu", "help",
		NULL};
	const struct qemu_firmware *firmware;
	enum accelerator accelerator = ACCELERATOR_TCG;
	struct error ignored;

	memset(host_out, 0, sizeof *host_out);
	host_out->free_bytes = free_bytes(folder);
	host_out->memory_bytes = memory_bytes(root);
	read_processor(host_out, root);
	read_version(host_out->qemu, "qemu-system-x86_64");
	read_version(host_out->libvirt, "virsh");
	if (qemu_find_firmware(&firmware, &ignored) == 0)
		host_out->ovmf = firmware->code;
	if (process_run(argv, &host_out->models, PROGRAM_SECONDS, NULL) == -1)
		host_out->models = NULL;
	host_out->has_kvm = accelerator_find(&accelerator, &ignored) == 0 &&
		accelerator == ACCELERATOR_KVM;
}

json_t *
host_processor(const char *root)
{
	struct host host = {0};
	json_t *processor;

	read_processor(&host, root);
	processor = json_pack("{s:s, s:O}", "vendor", host.vendor, "flags",
		host.flags);
	host_release(&host);
	return processor;
}

void
host_release(struct host *host)
{
	json_decref(host->flags);
	free(host->models);
	memset(host, 0, sizeof *host);
}
