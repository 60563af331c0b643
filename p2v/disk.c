/*
 * Disks as hardware: what sysfs and udev know.  probe.c knows what is written
 * on them, usage.c what the running system does with them.
 */
#include "p2v/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "p2v/health-ask.h"
#include "p2v/health.h"
#include "p2v/probe.h"
#include "p2v/sysfs.h"
#include "p2v/udev.h"
#include "p2v/usage.h"

enum { SECTOR_BYTES = 512 };

struct disk {
	const char *root;
	bool live;	    /* offer it even when it is used */
	const char *kernel; /* name in sysfs: "sda", "cciss!c0d0" */
	char name[64];	    /* name in /dev: "sda", "cciss/c0d0" */
	char *folder;	    /* in sysfs */
	char *udev;	    /* udev's record of it; NULL when there is none */
};

/* What a name begins with tells the kind of device. */
static const struct {
	const char *prefix;
	const char *reason; /* listed but not offered; NULL: left out */
} not_disks[] = {
	{"loop", NULL},
	{"ram", NULL},
	{"zram", NULL},
	{"fd", NULL},
	{"nbd", NULL},
	{"dm-", "made of other disks"},
	{"md", "made of other disks"},
	{"sr", "read-only media"},
	{"scd", "read-only media"},
};

/* 1 when the name is not one of a disk; *reason_out as in the table. */
static int
is_not_disk(const char *name, const char **reason_out)
{
	for (size_t i = 0; i < sizeof not_disks / sizeof not_disks[0]; i++)
		if (strncmp(name, not_disks[i].prefix,
			    strlen(not_disks[i].prefix)) == 0) {
			*reason_out = not_disks[i].reason;
			return 1;
		}
	*reason_out = NULL;
	return 0;
}

/* Which bus: the first of these parts in the device's real path, or the name. */
static const struct {
	const char *part, *bus;
} buses[] = {
	{"/usb", "usb"},
	{"/nvme", "nvme"},
	{"/virtio", "virtio"},
	{"/mmc_host/", "mmc"},
	{"/ata", "ata"},
	{"/rport-", "fc"},
	{"/session", "iscsi"},
	{"/host", "scsi"},
	{"/vbd-", "xen"},
	{"/cciss", "scsi"},
};

static const char *
disk_bus(const struct disk *disk)
{
	AUTO(freep) char *path = realpath(disk->folder, NULL);

	for (size_t i = 0; path != NULL && i < sizeof buses / sizeof buses[0];
		i++)
		if (strstr(path, buses[i].part) != NULL)
			return buses[i].bus;
	return NULL;
}

/*
 * The SCSI page with the serial number (0x80), which libata makes up for ATA
 * disks as well: 4 bytes of header, then text.
 */
static char *
vpd_serial(const struct disk *disk)
{
	AUTO(freep) char *path = io_format("%s/device/vpd_pg80", disk->folder);
	AUTO(freep) char *page = NULL;
	size_t bytes, start = 4;

	if (path == NULL ||
		io_read_file(&page, &bytes, path, 4096, NULL) == -1)
		return NULL;
	while (start < bytes && page[start] == ' ')
		start++;
	while (bytes > start && (page[bytes - 1] == ' ' || page[bytes - 1] == 0))
		bytes--;
	return start >= bytes ? NULL : strndup(page + start, bytes - start);
}

/* The first of two that is there; the second is freed when it is not used. */
static char *
first_of(char *first, char *second)
{
	if (first == NULL)
		return second;
	free(second);
	return first;
}

static json_t *
owned_text(char *text)
{
	json_t *fact = fact_text(text);

	free(text);
	return fact;
}

static json_t *
disk_model(const struct disk *disk)
{
	return owned_text(first_of(sysfs_text("%s/device/model", disk->folder),
		first_of(sysfs_text("%s/device/name", disk->folder),
			udev_value(disk->udev, "ID_MODEL"))));
}

static json_t *
disk_serial(const struct disk *disk)
{
	return owned_text(first_of(sysfs_text("%s/serial", disk->folder),
		first_of(sysfs_text("%s/device/serial", disk->folder),
			first_of(vpd_serial(disk),
				udev_value(disk->udev, "ID_SERIAL_SHORT")))));
}

/* "naa.5000c5…" and "0x5000c5…" are the same name; the digits are kept. */
static json_t *
disk_wwn(const struct disk *disk)
{
	AUTO(freep) char *wwid = first_of(
		sysfs_text("%s/device/wwid", disk->folder),
		sysfs_text("%s/wwid", disk->folder));
	AUTO(freep) char *known = udev_value(disk->udev, "ID_WWN");

	if (known != NULL)
		return fact_text(strncmp(known, "0x", 2) == 0 ? known + 2
							      : known);
	if (wwid == NULL || strncmp(wwid, "t10.", 4) == 0)
		return json_null(); /* made of model and serial number */
	return fact_text(strncmp(wwid, "naa.", 4) == 0 ? wwid + 4 : wwid);
}

/* The links that udev made for a device, in /dev/disk/by-id and by-path. */
static json_t *
device_links(const char *root, const char *device)
{
	static const char *const folders[] = {"by-id", "by-path"};
	const char *base = strrchr(device, '/');
	json_t *links = json_array();

	base = base == NULL ? device : base + 1;
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		AUTO(names_freep) struct names *names = sysfs_list(
			"%s/dev/disk/%s", root, folders[i]);

		for (size_t n = 0; names != NULL && n < names->count; n++) {
			AUTO(freep) char *target = sysfs_link(
				"%s/dev/disk/%s/%s", root, folders[i],
				names->items[n]);

			if (target == NULL || strcmp(target, base) != 0)
				continue;
			json_array_append_new(links,
				json_sprintf("/dev/disk/%s/%s", folders[i],
					names->items[n]));
		}
	}
	return links;
}

static void
set_partition_links(json_t *facts, const char *root)
{
	json_t *partition;
	size_t i;

	json_array_foreach (json_object_get(facts, "partitions"), i, partition)
		json_object_set_new(partition, "links",
			device_links(root, json_text(partition, "name", "")));
}

static int64_t
queue_number(const struct disk *disk, int64_t fallback, const char *file)
{
	return sysfs_number(fallback, "%s/queue/%s", disk->folder, file);
}

static json_t *
hardware_facts(const struct disk *disk)
{
	AUTO(freep) char *driver = sysfs_driver(disk->folder);
	int64_t sectors = sysfs_number(0, "%s/size", disk->folder);

	return json_pack("{s:o, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:b, "
			 "s:b, s:b, s:n, s:o}",
		"name", fact_text(disk->name),
		"size_bytes", (json_int_t)sectors * SECTOR_BYTES,
		"logical_sector_bytes",
		(json_int_t)queue_number(disk, 512, "logical_block_size"),
		"physical_sector_bytes",
		(json_int_t)queue_number(disk, 512, "physical_block_size"),
		"model", disk_model(disk), "serial", disk_serial(disk),
		"wwn", disk_wwn(disk), "bus", fact_text(disk_bus(disk)),
		"driver", fact_text(driver),
		"removable", sysfs_number(0, "%s/removable", disk->folder) == 1,
		"rotational", queue_number(disk, 0, "rotational") == 1,
		"offered", 1, "reason",
		"links", device_links(disk->root, disk->name));
}

static int
refuse(json_t *facts, const char *reason)
{
	return json_object_set_new(facts, "offered", json_false()) |
		json_set_text(facts, "reason", reason);
}

/* A fixed disk that only refuses writes is a good source. */
static bool
is_read_only_medium(const struct disk *disk, const json_t *facts)
{
	return json_flag(facts, "removable", 0) &&
		sysfs_number(0, "%s/ro", disk->folder) == 1;
}

/* Decide whether to offer it; the first reason not to is the one told. */
static int
judge(const struct disk *disk, json_t *facts, const char *kind_reason,
	const struct error *unreadable)
{
	char reason[300];

	if (kind_reason != NULL)
		return refuse(facts, kind_reason);
	if (is_read_only_medium(disk, facts))
		return refuse(facts, "read-only media");
	if (json_number(facts, "size_bytes", 0) == 0)
		return refuse(facts, "no medium in it");
	if (probe_has_label(facts, "UNRACK") ||
		probe_has_label(facts, "UNRACKCFG"))
		return refuse(facts, "the live medium");
	if (probe_has_label(facts, "UNRACKCARRY"))
		return refuse(facts, "a carry disk");
	if (!disk->live &&
		usage_find(disk->root, disk->kernel, reason, sizeof reason))
		return refuse(facts, reason);
	if (unreadable->text[0] != '\0')
		return refuse(facts, unreadable->text);
	return 0;
}

/*
 * Left alone are disks of other machines (FC, iSCSI), virtual ones, and those
 * on USB, whose adapters may hang over a command that they do not know.
 */
static json_t *
ask_health(const struct disk *disk, const char *path)
{
	static const struct {
		const char *bus;
		enum health_way way;
	} ways[] = {{"nvme", HEALTH_NVME}, {"ata", HEALTH_ATA},
		{"scsi", HEALTH_SCSI}};
	AUTO(freep) char *vendor = sysfs_text("%s/device/vendor", disk->folder);
	const char *bus = disk_bus(disk);
	struct health health;

	health_init(&health);
	/* What SAS adapters say of SATA disks. */
	if (bus != NULL && strcmp(bus, "scsi") == 0 && vendor != NULL &&
		strcmp(vendor, "ATA") == 0)
		bus = "ata";
	for (size_t i = 0; bus != NULL && i < sizeof ways / sizeof ways[0]; i++)
		if (strcmp(bus, ways[i].bus) == 0)
			health_ask(&health, path, ways[i].way);
	return health_facts(&health);
}

static json_t *
disk_facts(const struct disk *disk, const char *kind_reason)
{
	AUTO(freep) char *path = io_format("%s/dev/%s", disk->root,
		disk->name);
	json_t *facts = hardware_facts(disk);
	struct error err = {0};

	if (facts == NULL || path == NULL) {
		json_decref(facts);
		return NULL;
	}
	/* An optical drive is left alone: opening it would close its tray. */
	if (kind_reason == NULL && json_number(facts, "size_bytes", 0) > 0) {
		json_object_set_new(facts, "health", ask_health(disk, path));
		probe_disk(facts, disk->name, path,
			(unsigned)json_number(facts, "logical_sector_bytes",
				SECTOR_BYTES), &err);
	} else {
		json_object_update_new(facts, json_pack("{s:n, s:n, s:n, s:[]}",
			"health", "table", "filesystem", "partitions"));
	}
	set_partition_links(facts, disk->root);
	judge(disk, facts, kind_reason, &err);
	return facts;
}

static void
disk_describe(struct disk *disk, const char *root, const char *kernel)
{
	AUTO(freep) char *number = NULL;

	disk->root = root;
	disk->kernel = kernel;
	snprintf(disk->name, sizeof disk->name, "%s", kernel);
	for (char *at = disk->name; (at = strchr(at, '!')) != NULL;)
		*at = '/';
	disk->folder = io_format("%s/sys/block/%s", root, kernel);
	number = sysfs_text("%s/dev", disk->folder);
	disk->udev = sysfs_text("%s/run/udev/data/b%s", root,
		number == NULL ? "" : number);
}

json_t *
disk_list(const char *root, bool live)
{
	AUTO(names_freep) struct names *names = sysfs_list("%s/sys/block",
		root);
	json_t *disks = json_array();

	for (size_t i = 0; names != NULL && i < names->count; i++) {
		const char *reason;
		struct disk disk;

		if (is_not_disk(names->items[i], &reason) && reason == NULL)
			continue;
		/* The single paths below an NVMe device of several. */
		if (sysfs_number(0, "%s/sys/block/%s/hidden", root,
			    names->items[i]) == 1)
			continue;
		disk_describe(&disk, root, names->items[i]);
		disk.live = live;
		if (disk.folder != NULL)
			json_array_append_new(disks, disk_facts(&disk, reason));
		free(disk.folder);
		free(disk.udev);
	}
	return disks;
}

/* What is served as a file: its size, and where it is a device that one's. */
struct medium {
	uint64_t bytes;
	int sector_bytes;
	char kernel[64]; /* the device's name in sysfs; empty: a file */
};

static int
measure_device(struct medium *medium, const char *path, dev_t number,
	struct error *err)
{
	AUTO(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	AUTO(freep) char *link = io_format("/sys/dev/block/%u:%u",
		major(number), minor(number));
	AUTO(freep) char *folder = link == NULL ? NULL : realpath(link, NULL);

	if (fd == -1 || ioctl(fd, BLKGETSIZE64, &medium->bytes) == -1 ||
		ioctl(fd, BLKSSZGET, &medium->sector_bytes) == -1)
		return error_set(err, errno, "open %s", path);
	if (folder == NULL)
		return error_set(err, errno, "find %s in /sys", path);
	if (sysfs_exists("%s/partition", folder)) {
		error_set(err, 0, "%s is a partition", path);
		return error_hint(err, "Give the whole disk.");
	}
	snprintf(medium->kernel, sizeof medium->kernel, "%.63s",
		strrchr(folder, '/') + 1);
	return 0;
}

static int
measure_medium(struct medium *medium_out, const char *path, struct error *err)
{
	struct stat st;

	*medium_out = (struct medium){.sector_bytes = SECTOR_BYTES};
	if (stat(path, &st) == -1)
		return error_set(err, errno, "open %s", path);
	if (S_ISBLK(st.st_mode))
		return measure_device(medium_out, path, st.st_rdev, err);
	if (!S_ISREG(st.st_mode))
		return error_set(err, 0, "%s is neither a disk image nor a "
			"disk", path);
	medium_out->bytes = ((uint64_t)st.st_size + SECTOR_BYTES - 1) /
		SECTOR_BYTES * SECTOR_BYTES;
	return 0;
}

static json_t *
medium_facts(const struct medium *medium, const char *name)
{
	return json_pack("{s:s, s:I, s:i, s:i, s:n, s:n, s:n, s:n, s:n, s:b, "
			 "s:b, s:b, s:n, s:[], s:n, s:n, s:n, s:[]}",
		"name", name, "size_bytes", (json_int_t)medium->bytes,
		"logical_sector_bytes", medium->sector_bytes,
		"physical_sector_bytes", medium->sector_bytes,
		"model", "serial", "wwn", "bus", "driver",
		"removable", 0, "rotational", 0, "offered", 1, "reason",
		"links", "health", "table", "filesystem", "partitions");
}

json_t *
disk_of_file(const char *path, const char *name, bool live, struct error *err)
{
	AUTO(json_decrefpp) json_t *facts = NULL;
	struct medium medium;
	char reason[300];

	if (measure_medium(&medium, path, err) == -1)
		return NULL;
	facts = medium_facts(&medium, name);
	if (facts == NULL) {
		error_set(err, ENOMEM, "describe %s", path);
		return NULL;
	}
	if (medium.bytes == 0) {
		refuse(facts, "no byte in it");
		return take(facts);
	}
	if (probe_disk(facts, name, path, (unsigned)medium.sector_bytes, err) ==
		-1)
		return NULL;
	set_partition_links(facts, "/nonexistent");
	if (medium.kernel[0] != '\0' && !live &&
		usage_find("", medium.kernel, reason, sizeof reason))
		refuse(facts, reason);
	return take(facts);
}
