/* No answer of a disk makes a parser read beyond it, or a count negative. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "p2v/health.h"

static void
take_identity(struct health *health, const uint8_t *data, size_t bytes)
{
	(void)health;
	health_ata_is_enabled(data, bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static void (*const parse[])(struct health *, const uint8_t *, size_t) = {
		take_identity, health_ata_data, health_ata_status,
		health_scsi_page, health_scsi_defects, health_nvme_log};
	struct health health;

	health_init(&health);
	if (bytes < 1)
		return 0;
	parse[data[0] % (sizeof parse / sizeof *parse)](&health, data + 1,
		bytes - 1);
	if (health.reallocated < -1 || health.pending < -1 ||
		health.uncorrectable < -1 || health.power_on_hours < -1)
		abort();
	json_decref(health_facts(&health));
	return 0;
}
