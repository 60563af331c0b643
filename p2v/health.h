#ifndef P2V_HEALTH_H
#define P2V_HEALTH_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a disk says about its own health.  The formats are those of ATA8-ACS and
 * ACS-2 (IDENTIFY DEVICE, SMART), of SPC-4 and SBC-3 (log pages, defect lists)
 * and of the NVM Express base specification 1.4 (SMART / health information
 * log); which of ATA's vendor-specific attributes mean what is by custom.  Every
 * parser takes bytes as a disk sent them, believes no length in them, and
 * leaves what it does not find as it was.
 */
enum health_verdict { HEALTH_UNKNOWN, HEALTH_PASSED, HEALTH_FAILING };

struct health {
	enum health_verdict verdict; /* what the disk itself thinks */
	/* -1: not known */
	int64_t reallocated, pending, uncorrectable; /* sectors or errors */
	int64_t power_on_hours, temperature_celsius, percentage_used;
};

void health_init(struct health *health);

/* ATA: words of IDENTIFY DEVICE.  Can SMART be asked, and is it on? */
bool health_ata_is_enabled(const uint8_t *identity, size_t bytes);

/* ATA: SMART READ DATA; a wrong checksum leaves everything unknown. */
void health_ata_data(struct health *health, const uint8_t *data, size_t bytes);

/*
 * ATA: SMART RETURN STATUS, as the sense data (of either format) that SAT gives
 * back for it.
 */
void health_ata_status(struct health *health, const uint8_t *sense,
	size_t bytes);

/*
 * SCSI: a page of LOG SENSE: informational exceptions (2Fh), error counters for
 * reading (03h), background scan (15h).  Other pages tell nothing.
 */
void health_scsi_page(struct health *health, const uint8_t *page,
	size_t bytes);

/* SCSI: the header of READ DEFECT DATA (10), of the grown list. */
void health_scsi_defects(struct health *health, const uint8_t *header,
	size_t bytes);

/* NVMe: log page 02h. */
void health_nvme_log(struct health *health, const uint8_t *log, size_t bytes);

/* The inventory's "health" of a disk; null when nothing is known. */
json_t *health_facts(const struct health *health);

#endif
