/*
 * Images of VMware, Hyper-V and Virtual PC, which QEMU reads as they are.  A VMDK
 * is the one that can name other files: as extents in a descriptor, and as its
 * parent; only those that hold all their data are taken (qcow2.c is about the same).
 */
#include "convert/source/foreign.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "common/process.h"

/* VMware's Virtual Disk Format 5.0, "Hosted Sparse Extent Header" */
enum { VMDK_CAPACITY = 12, VMDK_HEADER = 20, INFO_SECONDS = 60 };

static int
refuse(const char *path, const char *why, struct error *err)
{
	error_set(err, 0, "%s %s", path, why);
	return error_hint(err, "If you trust it, make one image of it: `qemu-img "
		"convert -O qcow2 %s whole.qcow2`.", path);
}

/* With a capacity in its header, its descriptor is not asked for extents. */
static int
check_vmdk(const char *path, struct error *err)
{
	AUTO(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t header[VMDK_HEADER];
	uint64_t capacity;

	if (fd == -1)
		return error_set(err, errno, "open %s", path);
	if (io_pread(fd, header, sizeof header, 0, path, err) == -1)
		return -1;
	memcpy(&capacity, header + VMDK_CAPACITY, sizeof capacity);
	return memcmp(header, "KDMV", 4) != 0 || capacity == 0
		? refuse(path, "is no VMDK that holds its data itself", err)
		: 0;
}

int
foreign_check(const char *path, const char *format, uint64_t *size_out,
	struct error *err)
{
	const char *const argv[] = {"qemu-img", "info", "-U", "-f", format,
		"--output=json", path, NULL};
	AUTO(freep) char *text = NULL;
	AUTO(json_decrefpp) json_t *info = NULL;

	if (strcmp(format, "vmdk") == 0 && check_vmdk(path, err) == -1)
		return -1;
	if (process_run(argv, &text, INFO_SECONDS, err) == -1)
		return error_hint(err, "Copy the image again, or make another "
			"kind of it: `qemu-img convert -O qcow2`.");
	info = json_loads(text, 0, NULL);
	if (json_object_get(info, "backing-filename") != NULL)
		return refuse(path, "is based on another image", err);
	*size_out = json_number(info, "virtual-size", 0);
	return *size_out == 0 ? error_set(err, 0, "%s is an empty disk", path)
			      : 0;
}
