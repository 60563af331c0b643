/* The machine that was: hardware as its firmware told it. */
#include "convert/report/sections.h"

#include <inttypes.h>

#include "common/json.h"
#include "common/progress.h"
#include "convert/emit/markup.h"
#include "convert/report/frame.h"
#include "convert/report/parts.h"

static void
print_processor(FILE *out, const json_t *cpu)
{
	char text[256];

	if (!json_is_object(cpu))
		return;
	snprintf(text, sizeof text, "%.160s, %" PRIu64 " logical",
		json_text(cpu, "model", "unknown"),
		json_number(cpu, "logical", 0));
	frame_fact(out, "Processor", text);
}

static void
print_disks(FILE *out, const json_t *disks)
{
	const json_t *disk;
	char size[16];
	size_t i;

	json_array_foreach(disks, i, disk)
	{
		const char *verdict = json_text(json_object_get(disk, "health"),
			"verdict", NULL);

		markup_print(out, "<tr><th scope=\"row\">Disk %s</th><td>%s %s "
			"<span class=\"soft\">%s</span>%s%s</td></tr>",
			json_text(disk, "name", "?"),
			progress_bytes(size, json_number(disk, "size_bytes", 0)),
			json_text(disk, "model", ""),
			json_text(disk, "bus", ""),
			verdict == NULL ? "" : ", says of itself: ",
			verdict == NULL ? "" : verdict);
	}
}

static void
print_nics(FILE *out, const json_t *nics)
{
	const json_t *nic;
	size_t i;

	json_array_foreach(nics, i, nic)
		markup_print(out, "<tr><th scope=\"row\">Network %s</th><td>%s "
			"<span class=\"soft\">%s</span></td></tr>",
			json_text(nic, "name", "?"), json_text(nic, "mac", ""),
			json_text(nic, "driver", ""));
}

static void
print_virtual(FILE *out, const json_t *hardware)
{
	char text[128];

	if (!json_is_object(hardware))
		return;
	snprintf(text, sizeof text, "%.20s, disks on %.20s, network cards "
		"%.20s", json_text(hardware, "machine", "pc"),
		json_text(hardware, "disk_bus", "?"),
		json_text(hardware, "nic_model", "?"));
	frame_fact(out, "As a VM", text);
}

void
section_machine(FILE *out, const struct parts *parts)
{
	const json_t *inventory = parts->inventory;
	const json_t *system = json_object_get(inventory, "system");
	uint64_t memory = json_number(inventory, "memory_bytes", 0);
	char text[16];

	frame_section(out, "machine", "The machine");
	if (json_object_size(inventory) == 0)
		fputs("<p>There is no inventory of its hardware: the live image "
		      "makes one.</p>\n", out);
	fputs("<table class=\"facts\"><tbody>", out);
	frame_fact(out, "Name", parts->machine);
	frame_fact(out, "Host name", json_text(parts->guest, "hostname", NULL));
	frame_fact(out, "Serial number", json_text(system, "serial", NULL));
	frame_fact(out, "Firmware", json_text(parts->guest, "firmware",
		json_text(json_object_get(inventory, "firmware"), "type",
			NULL)));
	print_processor(out, json_object_get(inventory, "cpu"));
	if (memory > 0)
		frame_fact(out, "Memory", progress_bytes(text, memory));
	print_disks(out, json_object_get(inventory, "disks"));
	print_nics(out, json_object_get(inventory, "nics"));
	print_virtual(out, json_object_get(parts->guest, "hardware"));
	fputs("</tbody></table>\n", out);
	frame_section_end(out);
}
