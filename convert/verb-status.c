/* `unrack status`: where each machine stands, for people and for scripts. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/json.h"
#include "common/own.h"
#include "common/progress.h"
#include "convert/capture/generation.h"
#include "convert/state/journal.h"
#include "convert/state/machine.h"
#include "convert/verb.h"

const char verb_status_help[] =
	"usage: unrack status [NAME] [--json]\n"
	"\n"
	"Where each machine stands, and whether its journal is unbroken.\n"
	"\n"
	"  NAME    one machine\n"
	"  --json  for programs\n";

/* A file that a stage may have left, or NULL. */
static json_t *
read_part(const struct machine *machine, const char *relative)
{
	AUTO(freep) char *path = machine_path(machine, "%s", relative);
	json_t *json = NULL;

	if (path == NULL || json_file_read(&json, path, NULL) == -1)
		return NULL;
	return json;
}

static uint64_t
disk_bytes(const struct machine *machine)
{
	struct machine_disk *disks;
	uint64_t total = 0;
	size_t count;

	if (machine_read_disks(machine, &disks, &count, NULL) == -1)
		return 0;
	for (size_t i = 0; i < count; i++)
		total += disks[i].size_bytes;
	machine_disks_free(disks, count);
	return total;
}

/* The last complete generation, and how far the next one is. */
static void
add_generation(json_t *status, const struct machine *machine)
{
	AUTO(generation_release) struct generation last = {0};
	const json_t *disk;
	uint64_t bytes = 0, next;
	bool any;
	size_t i;

	if (generation_read(&last, machine, NULL) == -1 || last.number == 0)
		return;
	json_array_foreach(last.disks, i, disk)
		bytes += json_number(disk, "captured_bytes", 0);
	json_object_set_new(status, "generation", json_pack("{s:i, s:I}",
		"number", (int)last.number, "bytes", (json_int_t)bytes));
	/* What is recorded is the machine's, wherever it lies yet. */
	if (!last.is_settled)
		json_set_text(status, "state",
			machine_state_name(MACHINE_CAPTURED));
	else if (generation_next_bytes(&next, &any, machine, NULL) == 0 && any)
		json_object_set_new(status, "next_generation", json_pack(
			"{s:i, s:I}", "number", (int)last.number + 1, "bytes",
			(json_int_t)next));
}

/* "2", or "2 (3: 40 %)". */
static const char *
print_generation(char text[48], const json_t *status)
{
	const json_t *last = json_object_get(status, "generation");
	const json_t *next = json_object_get(status, "next_generation");
	uint64_t bytes = json_number(last, "bytes", 0);
	uint64_t percent = bytes == 0 ? 0
		: json_number(next, "bytes", 0) * 100 / bytes;

	if (last == NULL)
		return "-";
	snprintf(text, 48, "%ju", (uintmax_t)json_number(last, "number", 0));
	if (next != NULL) /* of what the last one had; it may have more */
		snprintf(text, 48, "%ju (%ju: %ju %%)",
			(uintmax_t)json_number(last, "number", 0),
			(uintmax_t)json_number(next, "number", 0),
			(uintmax_t)(percent > 99 ? 99 : percent));
	return text;
}

static json_t *
describe(const struct machine *machine)
{
	AUTO(json_decrefpp) json_t *guest = read_part(machine,
		"report/guest.json");
	AUTO(json_decrefpp) json_t *proof = read_part(machine,
		"report/proof.json");
	struct error broken = {0};
	json_t *status = json_object();

	json_set_text(status, "name", machine->name);
	json_set_text(status, "state", machine_state_name(machine_state(machine)));
	json_set_text(status, "os",
		json_text(json_object_get(guest, "os"), "name", NULL));
	json_set_text(status, "hostname", json_text(guest, "hostname", NULL));
	json_object_set_new(status, "disk_bytes",
		json_integer((json_int_t)disk_bytes(machine)));
	json_set_text(status, "verdict", json_text(proof, "verdict", NULL));
	json_set_text(status, "reason", json_text(proof, "reason", NULL));
	if (journal_check(machine, &broken) == -1 && broken.code == EBADMSG)
		json_set_text(status, "journal", broken.text);
	else
		json_set_text(status, "journal", "unbroken");
	json_set_text(status, "folder", machine->folder);
	add_generation(status, machine);
	return status;
}

static int
collect(json_t *list, const char *state, const char *name, struct error *err)
{
	AUTO(machine_closep) struct machine *machine = NULL;

	if (machine_open(&machine, state, name, err) == -1)
		return -1;
	json_array_append_new(list, describe(machine));
	return 0;
}

static int
collect_all(json_t *list, const char *state, struct error *err)
{
	char **names;
	size_t count;
	int result = 0;

	if (machine_list(&names, &count, state, err) == -1)
		return -1;
	for (size_t i = 0; i < count && result == 0; i++)
		result = collect(list, state, names[i], err);
	machine_list_free(names, count);
	return result;
}

static void
print_table(const json_t *list)
{
	const json_t *entry;
	char size[16], generation[48];
	size_t i;

	printf("%-20s %-10s %-11s %-22s %8s  %s\n", "MACHINE", "STATE",
		"GENERATION", "VERDICT", "DISKS", "SYSTEM");
	json_array_foreach(list, i, entry)
		printf("%-20s %-10s %-11s %-22s %8s  %s\n",
			json_text(entry, "name", ""),
			json_text(entry, "state", ""),
			print_generation(generation, entry),
			json_text(entry, "verdict", "-"),
			progress_bytes(size, json_number(entry, "disk_bytes", 0)),
			json_text(entry, "os", "-"));
}

int
verb_status(const struct settings *settings, int argc, char **argv,
	struct error *err)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},
		{NULL, 0, NULL, 0},
	};
	AUTO(json_decrefpp) json_t *list = json_array();
	bool as_json = false;
	int option, failed;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'j')
			return EXIT_USAGE;
		as_json = true;
	}
	if (argc - optind > 1)
		return EXIT_USAGE;
	failed = optind < argc
		? collect(list, settings->state, argv[optind], err)
		: collect_all(list, settings->state, err);
	if (failed)
		return EXIT_FAILED;
	if (as_json)
		return json_dumpf(list, stdout, JSON_INDENT(2)) == 0 &&
				putchar('\n') != EOF
			? EXIT_DONE
			: EXIT_FAILED;
	print_table(list);
	return EXIT_DONE;
}
