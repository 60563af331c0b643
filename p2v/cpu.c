/* Processors: what the VM's topology and model are chosen by. */
#include "p2v/cpu.h"

#include <string.h>

#include "common/io.h"
#include "common/own.h"
#include "p2v/sysfs.h"

enum { CPUINFO_LIMIT = 16 << 20, SOCKET_LIMIT = 1024 };

/* The value behind "key<tabs>: " when `line` has that key, else NULL. */
static char *
value_of(char *line, const char *key)
{
	size_t bytes = strlen(key);
	char *colon = strchr(line, ':');

	if (strncmp(line, key, bytes) != 0 || colon == NULL ||
		line[bytes + strspn(line + bytes, " \t")] != ':')
		return NULL;
	return colon + 1 + strspn(colon + 1, " ");
}

struct topology {
	const char *vendor, *model, *flags; /* of the first; may be NULL */
	unsigned logical, sockets, cores, siblings;
	bool socket_seen[SOCKET_LIMIT];
};

static void
count_socket(struct topology *topology, const char *text)
{
	unsigned long id = strtoul(text, NULL, 10);

	if (id >= SOCKET_LIMIT || topology->socket_seen[id])
		return;
	topology->socket_seen[id] = true;
	topology->sockets++;
}

static void
read_line(struct topology *topology, char *line)
{
	char *value;

	if (value_of(line, "processor") != NULL)
		topology->logical++;
	else if ((value = value_of(line, "vendor_id")) != NULL)
		topology->vendor = value;
	else if ((value = value_of(line, "model name")) != NULL)
		topology->model = value;
	else if ((value = value_of(line, "flags")) != NULL)
		topology->flags = value;
	else if ((value = value_of(line, "physical id")) != NULL)
		count_socket(topology, value);
	else if ((value = value_of(line, "cpu cores")) != NULL)
		topology->cores = (unsigned)strtoul(value, NULL, 10);
	else if ((value = value_of(line, "siblings")) != NULL)
		topology->siblings = (unsigned)strtoul(value, NULL, 10);
}

static json_t *
flag_list(const char *flags)
{
	json_t *list = json_array();

	while (flags != NULL && *flags != '\0') {
		size_t bytes = strcspn(flags, " ");

		if (bytes > 0)
			json_array_append_new(list, json_stringn(flags, bytes));
		flags += bytes;
		flags += strspn(flags, " ");
	}
	return list;
}

json_t *
cpu_facts(const char *root)
{
	struct topology topology = {0};
	AUTO(freep) char *path = io_format("%s/proc/cpuinfo", root);
	AUTO(freep) char *text = NULL;
	char *rest = NULL;

	if (path == NULL)
		return NULL;
	io_read_file(&text, NULL, path, CPUINFO_LIMIT, NULL);
	for (char *line = text == NULL ? NULL : strtok_r(text, "\n", &rest);
		line != NULL; line = strtok_r(NULL, "\n", &rest))
		read_line(&topology, line);

	/* A uniprocessor kernel leaves the topology out. */
	if (topology.logical == 0)
		topology.logical = 1;
	if (topology.sockets == 0)
		topology.sockets = 1;
	if (topology.cores == 0)
		topology.cores = 1;
	if (topology.siblings < topology.cores)
		topology.siblings = topology.cores;
	return json_pack("{s:o, s:o, s:i, s:i, s:i, s:i, s:o}",
		"vendor", fact_text(topology.vendor),
		"model", fact_text(topology.model),
		"sockets", topology.sockets,
		"cores_per_socket", topology.cores,
		"threads_per_core", topology.siblings / topology.cores,
		"logical", topology.logical,
		"flags", flag_list(topology.flags));
}

unsigned
cpu_count(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);

	return count < 1 ? 1 : (unsigned)count;
}
