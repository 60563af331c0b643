/*
 * Reading what disks say about themselves; health-ask.c asks them.  Nothing
 * here reaches a disk, so that it is tested on bytes.
 */
#include "p2v/health.h"

#include <string.h>

#include "common/bytes.h"
#include "p2v/sysfs.h"

void
health_init(struct health *health)
{
	*health = (struct health){HEALTH_UNKNOWN, -1, -1, -1, -1, -1, -1};
}

/* ---- ATA ---- */

enum {
	ATA_BYTES = 512,
	ATTRIBUTES_AT = 2,
	ATTRIBUTE_COUNT = 30,
	ATTRIBUTE_BYTES = 12,
	ATTRIBUTE_RAW_AT = 5,
};

bool
health_ata_is_enabled(const uint8_t *identity, size_t bytes)
{
	uint64_t supported, valid, enabled;

	if (bytes < ATA_BYTES)
		return false;
	supported = bytes_little(identity + 2 * 82, 2);
	valid = bytes_little(identity + 2 * 83, 2);
	enabled = bytes_little(identity + 2 * 85, 2);
	return (valid & 0xc000) == 0x4000 && (supported & 1) != 0 &&
		(enabled & 1) != 0;
}

/*
 * Attributes that nearly all makers use alike.  Of the raw value's six bytes
 * only the low ones count: the rest often holds something else.
 */
static const struct {
	uint8_t id, raw_bytes;
	size_t field;
} attributes[] = {
	{5, 2, offsetof(struct health, reallocated)},
	{9, 3, offsetof(struct health, power_on_hours)},
	{187, 2, offsetof(struct health, uncorrectable)},
	{190, 1, offsetof(struct health, temperature_celsius)},
	{194, 1, offsetof(struct health, temperature_celsius)},
	{197, 4, offsetof(struct health, pending)},
	{198, 4, offsetof(struct health, uncorrectable)},
};

static void
take_attribute(struct health *health, const uint8_t *attribute)
{
	for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++) {
		int64_t *field = (int64_t *)((char *)health +
			attributes[i].field);
		int64_t value = (int64_t)bytes_little(
			attribute + ATTRIBUTE_RAW_AT, attributes[i].raw_bytes);

		/* of two that mean the same, the worse */
		if (attribute[0] == attributes[i].id && value > *field)
			*field = value;
	}
}

void
health_ata_data(struct health *health, const uint8_t *data, size_t bytes)
{
	uint8_t sum = 0;

	if (bytes < ATA_BYTES)
		return;
	for (size_t i = 0; i < ATA_BYTES; i++)
		sum = (uint8_t)(sum + data[i]);
	if (sum != 0)
		return;
	for (size_t i = 0; i < ATTRIBUTE_COUNT; i++)
		take_attribute(health,
			data + ATTRIBUTES_AT + i * ATTRIBUTE_BYTES);
}

/* The two registers that SMART RETURN STATUS answers with. */
static void
take_registers(struct health *health, uint8_t middle, uint8_t high)
{
	if (middle == 0x4f && high == 0xc2)
		health->verdict = HEALTH_PASSED;
	else if (middle == 0xf4 && high == 0x2c)
		health->verdict = HEALTH_FAILING;
}

enum {
	SENSE_FIXED = 0x70,
	SENSE_DESCRIPTORS = 0x72,
	DESCRIPTORS_AT = 8,
	DESCRIPTOR_ATA = 9,
	DESCRIPTOR_ATA_BYTES = 14,
};

void
health_ata_status(struct health *health, const uint8_t *sense, size_t bytes)
{
	if (bytes < 12)
		return;
	if ((sense[0] & 0x7f) == SENSE_FIXED) {
		take_registers(health, sense[10], sense[11]);
		return;
	}
	if ((sense[0] & 0x7f) != SENSE_DESCRIPTORS)
		return;
	for (size_t at = DESCRIPTORS_AT; at + 2 <= bytes;
		at += 2 + (size_t)sense[at + 1]) {
		if (sense[at] == DESCRIPTOR_ATA &&
			bytes - at >= DESCRIPTOR_ATA_BYTES)
			take_registers(health, sense[at + 9], sense[at + 11]);
	}
}

/* ---- SCSI ---- */

enum {
	PAGE_READ_ERRORS = 0x03,
	PAGE_BACKGROUND_SCAN = 0x15,
	PAGE_EXCEPTIONS = 0x2f,
	PARAMETER_TOTAL_UNCORRECTED = 6,
	ASC_WARNING = 0x0b,
	ASC_FAILURE_PREDICTED = 0x5d,
	TEMPERATURE_UNKNOWN = 0xff,
};

static void
take_exceptions(struct health *health, unsigned code, const uint8_t *value,
	size_t bytes)
{
	if (code != 0 || bytes < 2)
		return;
	/* A warning of temperature or of a self-test is not the end. */
	health->verdict = value[0] == ASC_FAILURE_PREDICTED
		? HEALTH_FAILING
		: value[0] == 0 || value[0] == ASC_WARNING ? HEALTH_PASSED
							   : HEALTH_UNKNOWN;
	if (bytes > 2 && value[2] != TEMPERATURE_UNKNOWN && value[2] != 0)
		health->temperature_celsius = value[2];
}

static void
take_errors(struct health *health, unsigned code, const uint8_t *value,
	size_t bytes)
{
	if (code == PARAMETER_TOTAL_UNCORRECTED && bytes >= 1 && bytes < 8)
		health->uncorrectable = (int64_t)bytes_big(value,
			(unsigned)bytes);
	else if (code == PARAMETER_TOTAL_UNCORRECTED && bytes == 8 &&
		value[0] < 0x80)
		health->uncorrectable = (int64_t)bytes_big(value, 8);
}

static void
take_scan(struct health *health, unsigned code, const uint8_t *value,
	size_t bytes)
{
	if (code == 0 && bytes >= 4)
		health->power_on_hours = (int64_t)bytes_big(value, 4) / 60;
}

static const struct {
	unsigned page;
	void (*understand)(struct health *, unsigned code, const uint8_t *,
		size_t);
} pages[] = {
	{PAGE_EXCEPTIONS, take_exceptions},
	{PAGE_READ_ERRORS, take_errors},
	{PAGE_BACKGROUND_SCAN, take_scan},
};

/* Header: page, subpage, length.  Parameters: code, control, length, value. */
void
health_scsi_page(struct health *health, const uint8_t *page, size_t bytes)
{
	size_t end;

	if (bytes < 4)
		return;
	end = 4 + (size_t)bytes_big(page + 2, 2);
	end = end < bytes ? end : bytes;
	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
		if ((page[0] & 0x3f) != pages[i].page)
			continue;
		for (size_t at = 4; at + 4 <= end; at += 4 + (size_t)page[at + 3])
			if (page[at + 3] <= end - at - 4)
				pages[i].understand(health,
					(unsigned)bytes_big(page + at, 2),
					page + at + 4, page[at + 3]);
	}
}

void
health_scsi_defects(struct health *health, const uint8_t *header,
	size_t bytes)
{
	/* by format: bytes of one defect's address; 0: not used */
	static const uint8_t sizes[8] = {4, 0, 0, 8, 8, 8, 0, 0};
	uint8_t size;

	if (bytes < 4)
		return;
	size = sizes[header[1] & 7];
	/* the list that was asked for, the grown one */
	if (size > 0 && (header[1] & 0x08) != 0)
		health->reallocated = (int64_t)bytes_big(header + 2, 2) / size;
}

/* ---- NVMe ---- */

enum {
	NVME_BYTES = 512,
	NVME_TEMPERATURE_AT = 1,
	NVME_USED_AT = 5,
	NVME_HOURS_AT = 128,
	NVME_MEDIA_ERRORS_AT = 160,
	NVME_WARNING_TEMPERATURE = 2,
	KELVIN = 273,
};

/* A number of 16 bytes, of which no disk fills more than 7. */
static int64_t
wide_number(const uint8_t *at)
{
	for (size_t i = 7; i < 16; i++)
		if (at[i] != 0)
			return -1;
	return (int64_t)bytes_little(at, 7);
}

void
health_nvme_log(struct health *health, const uint8_t *log, size_t bytes)
{
	int64_t kelvin;

	if (bytes < NVME_BYTES)
		return;
	kelvin = (int64_t)bytes_little(log + NVME_TEMPERATURE_AT, 2);
	/* Heat alone is no sign of an end. */
	health->verdict = (log[0] & ~NVME_WARNING_TEMPERATURE & 0x1f) != 0
		? HEALTH_FAILING
		: HEALTH_PASSED;
	if (kelvin > KELVIN)
		health->temperature_celsius = kelvin - KELVIN;
	health->percentage_used = log[NVME_USED_AT];
	health->power_on_hours = wide_number(log + NVME_HOURS_AT);
	health->uncorrectable = wide_number(log + NVME_MEDIA_ERRORS_AT);
}

/* ---- all ---- */

json_t *
health_facts(const struct health *health)
{
	static const char *const verdicts[] = {NULL, "passed", "failing"};

	if (health->verdict == HEALTH_UNKNOWN && health->reallocated < 0 &&
		health->pending < 0 && health->uncorrectable < 0 &&
		health->power_on_hours < 0 && health->temperature_celsius < 0 &&
		health->percentage_used < 0)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"verdict", fact_text(verdicts[health->verdict]),
		"reallocated", fact_number(health->reallocated),
		"pending", fact_number(health->pending),
		"uncorrectable", fact_number(health->uncorrectable),
		"power_on_hours", fact_number(health->power_on_hours),
		"temperature_celsius", fact_number(health->temperature_celsius),
		"percentage_used", fact_number(health->percentage_used));
}
