/*
 * What rules see in inventory.json, the facts that the live image collected,
 * beyond what device.c finds.
 */
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/strings.h"
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

void
bmc_look(struct examination *examination, const struct rule *rule)
{
	const json_t *bmc = json_object_get(examination->inventory, "bmc");
	char what[80];

	if (!json_is_object(bmc))
		return;
	snprintf(what, sizeof what, "IPMI %.16s",
		json_text(bmc, "ipmi", "of unknown version"));
	examine_note(examination, rule, "inventory: bmc", 0, what);
}

void
oem_licence_look(struct examination *examination, const struct rule *rule)
{
	const json_t *tables = json_object_get(json_object_get(
		examination->inventory, "firmware"), "licences"), *table;
	size_t i;

	json_array_foreach(tables, i, table)
		if (json_is_string(table))
			examine_note(examination, rule, "inventory: firmware",
				0, json_string_value(table));
}

void
bios_look(struct examination *examination, const struct rule *rule)
{
	const json_t *system = json_object_get(examination->inventory,
		"system");
	const char *vendor = json_text(system, "bios_vendor", "");
	const char *version = json_text(system, "bios_version", "");
	const char *date = json_text(system, "bios_date", "");
	char what[200];

	if (strcmp(json_text(json_object_get(examination->inventory,
			"firmware"), "type", ""), "bios") != 0)
		return;
	snprintf(what, sizeof what, "BIOS%s%.60s%s%.60s%s%.30s",
		*vendor == '\0' ? "" : ": ", vendor,
		*version == '\0' ? "" : ", version ", version,
		*date == '\0' ? "" : ", ", date);
	examine_note(examination, rule, "inventory: firmware", 0, what);
}

void
sr_iov_look(struct examination *examination, const struct rule *rule)
{
	const json_t *device;
	char where[96], what[64];
	size_t i;

	json_array_foreach(json_object_get(examination->inventory, "pci"), i,
		device)
	{
		uint64_t count = json_number(device, "virtual_functions", 0);

		if (count == 0)
			continue;
		snprintf(where, sizeof where, "inventory: pci %.60s",
			json_text(device, "address", "?"));
		snprintf(what, sizeof what, "%ju virtual functions",
			(uintmax_t)count);
		examine_note(examination, rule, where, 0, what);
	}
}

void
legacy_card_look(struct examination *examination, const struct rule *rule)
{
	static const char *const drivers[] = {"3c509", "3c59x", "3c990",
		"typhoon", "8139cp", "8139too", "acenic", "b44", "de2104x",
		"de4x5", "dl2k", "dmfe", "e100", "eepro100", "epic100",
		"fealnx", "hamachi", "ne", "ne2k-pci", "natsemi", "ns83820",
		"pcnet32", "r6040", "sis190", "sis900", "smc9194", "starfire",
		"sundance", "sungem", "sunhme", "tlan", "tulip", "uli526x",
		"via-rhine", "winbond-840", "xircom_cb", "yellowfin", NULL};
	const json_t *card;
	char what[96];
	size_t i;

	json_array_foreach(json_object_get(examination->inventory, "nics"), i,
		card)
	{
		const char *driver = json_text(card, "driver", "");

		if (!strings_hold(drivers, driver))
			continue;
		snprintf(what, sizeof what, "%.40s, driver %.40s",
			json_text(card, "name", "?"), driver);
		examine_note(examination, rule, "inventory: nics", 0, what);
	}
}

bool
not_virtio_accept(const struct examination *examination, const struct hit *hit)
{
	static const char *const ours[] = {"virtio", "e1000", "vmxnet", "off",
		"xen-netfront", "hv_netvsc"};

	(void)examination;
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (strstr(hit->text, ours[i]) != NULL)
			return false;
	return true;
}
