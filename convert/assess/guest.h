#ifndef CONVERT_ASSESS_GUEST_H
#define CONVERT_ASSESS_GUEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "drivers-inject/hardware.h"

/*
 * What is known about the operating system on the disks.  All texts come from
 * a guest that may be hostile: they are cut to these sizes, and what exceeds
 * the counts is dropped.
 */
enum {
	GUEST_KERNELS = 32,
	GUEST_INTERFACES = 64,
	GUEST_ADDRESSES = 8,
	GUEST_MOUNTS = 64,
	GUEST_SWAPS = 16,
	GUEST_SERVICES = 256,
	GUEST_PORTS = 4
};

struct guest_kernel {
	char version[128]; /* the release that it says itself: "5.10.0-28-amd64" */
	char image[256], initramfs[256]; /* paths; the latter may be empty */
	const char *generator;		 /* of the initramfs; NULL: unknown */
	bool is_default;
	bool virtio_blk, virtio_net; /* can drive them once converted */
	/* what the VM can give it then, best first; see drivers-inject */
	const char *disks[HARDWARE_CHOICES], *cards[HARDWARE_CHOICES];
	bool injected;
};

struct guest_interface {
	char name[32], mac[18]; /* mac may be empty */
	char addresses[GUEST_ADDRESSES][64];
	size_t address_count;
	char gateway[64];
	bool dhcp;
	bool is_card;	   /* not a bridge, bond, tunnel or VLAN */
	bool name_is_kept; /* by a rule of the guest that holds in the VM */
};

struct guest_mount {
	char target[256], type[32], uuid[64];
	char device[160]; /* as the source calls it */
};

struct guest_service {
	char name[96];
	unsigned short tcp_ports[GUEST_PORTS];
	size_t port_count;
};

/* What the VM has to offer to its default kernel. */
struct guest_hardware {
	const char *machine, *disk_bus, *nic_model;
};

struct guest {
	const char *os_type; /* "linux", "windows", "unknown" */
	char distro[64], name[128], version[64], arch[32], hostname[256];
	const char *init;     /* "systemd", "sysvinit", ...; NULL: unknown */
	unsigned systemd;     /* its version; 0: unknown or none */
	const char *firmware; /* "bios", "uefi" */
	char boot_disk[64];   /* that it starts, as the source names it */
	const char *clock;    /* "utc", "localtime" */
	char root_device[160], root_uuid[64], root_type[32];
	struct guest_kernel kernels[GUEST_KERNELS];
	struct guest_interface interfaces[GUEST_INTERFACES];
	struct guest_mount mounts[GUEST_MOUNTS];
	char swaps[GUEST_SWAPS][160]; /* as fstab will name them: "UUID=..." */
	struct guest_service services[GUEST_SERVICES];
	size_t kernel_count, interface_count, mount_count, swap_count,
		service_count;
	struct guest_hardware hardware;
};

/* An unknown guest on hardware that anything boots on. */
struct guest *guest_new(void);
void guest_free(struct guest *guest);

static inline void
guest_freep(struct guest **guest)
{
	guest_free(*guest);
}

/* The kernel that boots unless someone chooses another; NULL when unknown. */
const struct guest_kernel *guest_default_kernel(const struct guest *guest);

/* The interface of this name, made when new; NULL when there are too many. */
struct guest_interface *guest_interface(struct guest *guest, const char *name);

/* guest.json; the caller owns the reference.  NULL when out of memory. */
json_t *guest_to_json(const struct guest *guest);

#endif
