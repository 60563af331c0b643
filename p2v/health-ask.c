/*
 * Sending the few commands that ask a disk about its health, through the
 * kernel's SCSI and NVMe interfaces.  ATA commands travel in ATA PASS-THROUGH
 * (16) of SAT-3, which libata and SAS adapters translate.  health.c understands
 * the answers.
 */
#include "p2v/health-ask.h"

#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <scsi/sg.h>
#include <string.h>
#include <sys/ioctl.h>

#include "common/own.h"
#include "p2v/health.h"

enum {
	ANSWER_BYTES = 512,
	SENSE_BYTES = 64,
	TIMEOUT_MS = 10000,

	ATA_PASS_THROUGH_16 = 0x85,
	PROTOCOL_NO_DATA = 3 << 1,
	PROTOCOL_DATA_IN = 4 << 1,
	/* from the device, in blocks, as many as the count register says */
	TRANSFER_IN = 0x0e,
	CHECK_CONDITION = 0x20, /* answer with the registers */
	ATA_IDENTIFY = 0xec,
	ATA_SMART = 0xb0,
	SMART_READ_DATA = 0xd0,
	SMART_RETURN_STATUS = 0xda,
	SMART_MIDDLE = 0x4f, /* without these it is no SMART command */
	SMART_HIGH = 0xc2,

	LOG_SENSE = 0x4d,
	LOG_CUMULATIVE = 1 << 6,
	READ_DEFECT_DATA_10 = 0x37,
	GROWN_LIST = 0x08,
	PHYSICAL_SECTORS = 5, /* the format of addresses that all disks know */

	NVME_GET_LOG_PAGE = 0x02,
	NVME_LOG_HEALTH = 0x02,
};

struct answer {
	uint8_t data[ANSWER_BYTES];
	size_t bytes;
	uint8_t sense[SENSE_BYTES];
	size_t sense_bytes;
	bool is_late; /* do not ask again */
};

/* Did the command succeed?  `wanted` 0: no data comes, only sense. */
static bool
scsi_ask(struct answer *answer, int fd, const uint8_t *command,
	uint8_t command_bytes, unsigned wanted)
{
	struct sg_io_hdr io = {
		.interface_id = 'S',
		.dxfer_direction = wanted > 0 ? SG_DXFER_FROM_DEV
					      : SG_DXFER_NONE,
		.cmd_len = command_bytes,
		.mx_sb_len = sizeof answer->sense,
		.dxfer_len = wanted,
		.dxferp = wanted > 0 ? answer->data : NULL,
		.cmdp = (uint8_t *)(uintptr_t)command,
		.sbp = answer->sense,
		.timeout = TIMEOUT_MS,
	};

	if (answer->is_late)
		return false;
	memset(answer->data, 0, sizeof answer->data);
	memset(answer->sense, 0, sizeof answer->sense);
	answer->bytes = answer->sense_bytes = 0;
	if (ioctl(fd, SG_IO, &io) == -1)
		return false;
	if (io.host_status != 0) {
		answer->is_late = true;
		return false;
	}
	if (io.sb_len_wr <= sizeof answer->sense)
		answer->sense_bytes = io.sb_len_wr;
	if (io.resid >= 0 && (unsigned)io.resid <= wanted)
		answer->bytes = wanted - (unsigned)io.resid;
	return io.status == 0;
}

static bool
ata_read(struct answer *answer, int fd, uint8_t command, uint8_t feature)
{
	const uint8_t smart = command == ATA_SMART;
	const uint8_t packet[16] = {ATA_PASS_THROUGH_16, PROTOCOL_DATA_IN,
		TRANSFER_IN, [4] = feature, [6] = 1,
		[10] = smart ? SMART_MIDDLE : 0, [12] = smart ? SMART_HIGH : 0,
		[14] = command};

	return scsi_ask(answer, fd, packet, sizeof packet, ANSWER_BYTES);
}

static void
ask_ata(struct health *health, int fd, struct answer *answer)
{
	static const uint8_t status[16] = {ATA_PASS_THROUGH_16,
		PROTOCOL_NO_DATA, CHECK_CONDITION, [4] = SMART_RETURN_STATUS,
		[10] = SMART_MIDDLE, [12] = SMART_HIGH, [14] = ATA_SMART};

	if (!ata_read(answer, fd, ATA_IDENTIFY, 0) ||
		!health_ata_is_enabled(answer->data, answer->bytes))
		return;
	if (ata_read(answer, fd, ATA_SMART, SMART_READ_DATA))
		health_ata_data(health, answer->data, answer->bytes);
	/* With the registers it ends as a "check condition". */
	scsi_ask(answer, fd, status, sizeof status, 0);
	health_ata_status(health, answer->sense, answer->sense_bytes);
}

static void
ask_scsi(struct health *health, int fd, struct answer *answer)
{
	static const uint8_t pages[] = {0x2f, 0x03, 0x15};
	static const uint8_t defects[10] = {READ_DEFECT_DATA_10,
		[2] = GROWN_LIST | PHYSICAL_SECTORS, [8] = 4};

	for (size_t i = 0; i < sizeof pages; i++) {
		const uint8_t log[10] = {LOG_SENSE,
			[2] = (uint8_t)(LOG_CUMULATIVE | pages[i]),
			[7] = ANSWER_BYTES >> 8 & 0xff,
			[8] = ANSWER_BYTES & 0xff};

		if (scsi_ask(answer, fd, log, sizeof log, ANSWER_BYTES))
			health_scsi_page(health, answer->data, answer->bytes);
	}
	if (scsi_ask(answer, fd, defects, sizeof defects, 4))
		health_scsi_defects(health, answer->data, answer->bytes);
}

static void
ask_nvme(struct health *health, int fd, struct answer *answer)
{
	struct nvme_admin_cmd command = {
		.opcode = NVME_GET_LOG_PAGE,
		.nsid = 0xffffffff, /* of the whole controller */
		.addr = (uintptr_t)answer->data,
		.data_len = ANSWER_BYTES,
		/* how many words of 4 bytes, less one */
		.cdw10 = (ANSWER_BYTES / 4 - 1) << 16 | NVME_LOG_HEALTH,
		.timeout_ms = TIMEOUT_MS,
	};

	if (ioctl(fd, NVME_IOCTL_ADMIN_CMD, &command) == 0)
		health_nvme_log(health, answer->data, ANSWER_BYTES);
}

void
health_ask(struct health *health_out, const char *path, enum health_way way)
{
	static void (*const ask[])(struct health *, int, struct answer *) = {
		[HEALTH_ATA] = ask_ata,
		[HEALTH_SCSI] = ask_scsi,
		[HEALTH_NVME] = ask_nvme,
	};
	AUTO(fd_closep) int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct answer answer = {.bytes = 0};

	health_init(health_out);
	if (fd != -1)
		ask[way](health_out, fd, &answer);
}
