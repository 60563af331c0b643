/*
 * What rules see in inventory.json, the facts that the live image collected.
 */
#include <stdio.h>

#include "common/json.h"
#include "convert/assess/examine.h"
#include "convert/assess/looks.h"

void
tpm_look(struct examination *examination, const struct rule *rule)
{
	const json_t *tpm = json_object_get(examination->inventory, "tpm");

	if (json_is_object(tpm))
		examine_note(examination, rule, "inventory: tpm", 0,
			json_text(tpm, "version", "of unknown version"));
}
