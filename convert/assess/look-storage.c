/* What rules see of disks that are not in the machine. */
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "convert/assess/examine.h"
#include "convert/assess/looks.h"

void
san_look(struct examination *examination, const struct rule *rule)
{
	const json_t *disks = json_object_get(examination->inventory, "disks");
	const json_t *disk;
	char what[160];
	size_t i;

	json_array_foreach(disks, i, disk)
	{
		const char *bus = json_text(disk, "bus", "");

		if (strcmp(bus, "fc") != 0 && strcmp(bus, "iscsi") != 0)
			continue;
		snprintf(what, sizeof what, "%.32s, %.60s, %s",
			json_text(disk, "name", "?"),
			json_text(disk, "model", "unknown model"), bus);
		examine_note(examination, rule, "inventory: disks", 0, what);
	}
}

bool
iscsi_accept(const struct examination *examination, const struct hit *hit)
{
	char spec[256];
	const char *end = strrchr(hit->path, '/');

	/* .../nodes/IQN/ADDRESS,PORT,GROUP/INTERFACE */
	while (end > hit->path && end[-1] != '/')
		end--;
	snprintf(spec, sizeof spec, "%.*s", (int)strcspn(end, ",/"), end);
	examine_depend(examination, "iscsi", spec, hit->path, hit->line);
	return true;
}

/* Rules that packages bring ask every disk; one that compares asks for one. */
bool
udev_scsi_id_accept(const struct examination *examination,
	const struct hit *hit)
{
	(void)examination;
	return strstr(hit->text, "RESULT==") != NULL;
}
