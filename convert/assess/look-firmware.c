/*
 * What rules see in the inventory about the old machine's firmware.
 */
#include <strings.h>

#include "common/json.h"
#include "common/own.h"
#include "convert/assess/boot-entry.h"
#include "convert/assess/examine.h"
#include "convert/assess/looks.h"

static bool
has_partition(const json_t *inventory, const char *uuid)
{
	const json_t *disk, *partition;
	size_t i, j;

	json_array_foreach(json_object_get(inventory, "disks"), i, disk)
		json_array_foreach(json_object_get(disk, "partitions"), j,
			partition)
			if (strcasecmp(json_text(partition, "uuid", ""),
				    uuid) == 0)
				return true;
	return false;
}

void
boot_entry_lost_look(struct examination *examination, const struct rule *rule)
{
	AUTO(boot_entry_release) struct boot_entry entry = {.number = 0};

	while (boot_entry_next(&entry, examination->inventory))
		if (load_option_is_active(&entry.option) &&
			(entry.option.partition[0] == '\0' ||
				!has_partition(examination->inventory,
					entry.option.partition)))
			examine_note(examination, rule,
				"inventory: firmware.boot_entries", 0,
				entry.option.description);
}

void
secure_boot_look(struct examination *examination, const struct rule *rule)
{
	const json_t *firmware = json_object_get(examination->inventory,
		"firmware");

	if (json_flag(firmware, "secure_boot", 0))
		examine_note(examination, rule, "inventory: firmware", 0,
			"secure_boot: true");
}
