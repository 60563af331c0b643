/* What rules see of the disks' own word about their health. */
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/strings.h"
#include "convert/assess/examine.h"
#include "convert/assess/looks.h"

enum { WORN_PERCENT = 90 };

static const struct {
	const char *key, *words;
} counts[] = {
	{"reallocated", "reallocated"},
	{"pending", "waiting to be reallocated"},
	{"uncorrectable", "uncorrectable"},
};

/* "sda, WDC WD1602ABKS, 300 reallocated, 8 waiting, after 45072 hours" */
static void
note_disk(struct examination *examination, const struct rule *rule,
	const json_t *disk)
{
	const json_t *health = json_object_get(disk, "health");
	uint64_t hours = json_number(health, "power_on_hours", 0);
	char what[320];
	size_t used = (size_t)snprintf(what, sizeof what, "%.32s, %.60s",
		json_text(disk, "name", "?"),
		json_text(disk, "model", "unknown model"));

	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		uint64_t count = json_number(health, counts[i].key, 0);

		if (count > 0)
			used += (size_t)snprintf(what + used,
				sizeof what - used, ", %ju %s",
				(uintmax_t)count, counts[i].words);
	}
	if (json_number(health, "percentage_used", 0) > 0)
		used += (size_t)snprintf(what + used, sizeof what - used,
			", %ju %% of its life used", (uintmax_t)json_number(
				health, "percentage_used", 0));
	if (hours > 0)
		snprintf(what + used, sizeof what - used, ", after %ju hours",
			(uintmax_t)hours);
	examine_note(examination, rule, "inventory: disks", 0, what);
}

static void
each_disk(struct examination *examination, const struct rule *rule,
	bool (*fires)(const json_t *disk, const json_t *health))
{
	const json_t *disk;
	size_t i;

	json_array_foreach(json_object_get(examination->inventory, "disks"), i,
		disk)
		if (fires(disk, json_object_get(disk, "health")))
			note_disk(examination, rule, disk);
}

static bool
is_failing(const json_t *disk, const json_t *health)
{
	(void)disk;
	return strcmp(json_text(health, "verdict", ""), "failing") == 0;
}

static bool
has_defects(const json_t *disk, const json_t *health)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
		sum |= json_number(health, counts[i].key, 0);
	return sum > 0 && !is_failing(disk, health);
}

static bool
is_worn(const json_t *disk, const json_t *health)
{
	(void)disk;
	return json_number(health, "percentage_used", 0) >= WORN_PERCENT;
}

static bool
is_hidden(const json_t *disk, const json_t *health)
{
	static const char *const drivers[] = {"3w-9xxx", "3w-sas", "3w-xxxx",
		"aacraid", "arcmsr", "cciss", "cpqarray", "gdth", "hpsa",
		"hptiop", "ips", "megaraid", "megaraid_mbox", "megaraid_sas",
		"smartpqi", "stex", NULL};

	return strings_hold(drivers, json_text(disk, "driver", "")) &&
		json_text(health, "verdict", NULL) == NULL;
}

void
disk_failing_look(struct examination *examination, const struct rule *rule)
{
	each_disk(examination, rule, is_failing);
}

void
disk_defects_look(struct examination *examination, const struct rule *rule)
{
	each_disk(examination, rule, has_defects);
}

void
disk_worn_look(struct examination *examination, const struct rule *rule)
{
	each_disk(examination, rule, is_worn);
}

void
disk_hidden_look(struct examination *examination, const struct rule *rule)
{
	each_disk(examination, rule, is_hidden);
}
