#ifndef CONVERT_ASSESS_GUEST_H
#define CONVERT_ASSESS_GUEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
	GUEST_PORTS = 4,
	GUEST_JOINTS = 128,
	GUEST_MATCHES = 16,
	GUEST_CARDS = 32,
	GUEST_CARD_NAMES = 5,
	GUEST_PATTERNS = 32,
	GUEST_LINKS = 16
};

/* How the guest is told which card has which name; assess/card-names.c. */
enum naming {
	NAMING_NONE,	 /* the kernel's own order is all there is */
	NAMING_LINK,	 /* systemd's .link files that know the permanent MAC */
	NAMING_UDEV,	 /* 70-persistent-net.rules */
	NAMING_UDEV_Z25, /* the same in Debian 4 */
	NAMING_SLES10,	 /* 30-net_persistent_names.rules with a helper */
	NAMING_HWADDR,	 /* the ifcfg files of Red Hat's family before 6 */
	NAMING_IFTAB,	 /* Ubuntu before 7.10 */
	NAMING_MACTAB	 /* nameif, by mdev or a script */
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
	/* The name is empty when the configuration goes by MAC alone and nothing
	 * names the card; the MAC is the card's own, or empty. */
	char name[32], mac[18];
	char addresses[GUEST_ADDRESSES][64];
	size_t address_count;
	char gateway[64];
	const char *kind; /* "bond", "bridge", "team", "vlan", ...; NULL: a card,
			   * by its name */
	char id[64];	  /* as other files may call it: a UUID, netplan's key */
	char file[256];	  /* with its addresses, or that names it first; empty when
			   * only rules for cards do */
	char master[32];  /* the bond, team or bridge that it belongs to */
	char parent[32];  /* of a VLAN */
	unsigned vlan;	  /* its id; 0: none */
	char mode[24];	  /* of a bond: "active-backup" */
	bool file_has_addresses;
	bool asks_peers;  /* a bond that tests its links by ARP */
	bool dhcp;
	bool is_off;	   /* not brought up by the boot */
	bool is_missing;   /* no card of the machine has its MAC */
	bool is_card;	   /* not a bridge, bond, tunnel or VLAN */
	bool name_is_kept; /* by a rule of the guest that holds in the VM */
};

/*
 * A network card of the machine, as the inventory has it; texts may be empty.
 * `names` are what the guest may have called it, likeliest first.
 */
struct guest_card {
	char names[GUEST_CARD_NAMES][16];
	size_t name_count;
	char mac[18], slot[16], driver[32];
	bool is_running; /* the guest itself says that it is names[0] */
	bool has_link;
};

/* A configuration file for cards of such names: "en*". */
struct guest_pattern {
	char text[32], path[256];
};

/* "Eth0 belongs to bond0", by names or ids that may not be known yet. */
struct guest_joint {
	char member[64], master[64];
	bool is_vlan; /* master is a VLAN on member */
};

/*
 * A configuration file that finds its card by what the VM does not have: a slot
 * ("0000:02:00.0") or a driver, of which one is empty.
 */
struct guest_match {
	char path[256], slot[64], driver[32];
	char name[32]; /* of the interface, as far as the file tells it */
	char mac[18];  /* of the card; empty when it was not found out */
};

/*
 * A .link file of systemd, which applies the first that fits to a card and no
 * other: what it sets besides the name ("MTUBytes=9000").
 */
struct guest_link {
	char path[256], settings[128];
	char mac[18]; /* empty: for any card */
};

struct guest_mount {
	char target[256], type[32], uuid[64];
	char device[160]; /* as the source calls it */
	bool is_noauto;	  /* not by the guest's boot */
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
	enum naming naming;
	const char *agent;    /* qemu-guest-agent: "present", "added"; NULL: none */
	bool has_inventory;   /* so that `cards` are all that there are */
	const char *firmware; /* "bios", "uefi" */
	char boot_disk[64];   /* that it starts, as the source names it */
	const char *clock;    /* "utc", "localtime" */
	bool locked; /* no passphrase opened its root; /boot is all that is known */
	char root_device[160], root_uuid[64], root_type[32];
	struct guest_kernel kernels[GUEST_KERNELS];
	struct guest_interface interfaces[GUEST_INTERFACES];
	struct guest_card cards[GUEST_CARDS];
	struct guest_joint joints[GUEST_JOINTS];
	struct guest_match matches[GUEST_MATCHES];
	struct guest_pattern patterns[GUEST_PATTERNS];
	struct guest_link links[GUEST_LINKS];
	struct guest_mount mounts[GUEST_MOUNTS];
	char swaps[GUEST_SWAPS][160]; /* as fstab will name them: "UUID=..." */
	struct guest_service services[GUEST_SERVICES];
	size_t kernel_count, interface_count, card_count, joint_count,
		match_count, pattern_count, link_count, mount_count,
		swap_count, service_count;
	struct guest_hardware hardware;
	uint64_t images_grow_bytes; /* by what is planned, all initramfs images */
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

/*
 * The file system that a real path lies on: of the mounts on its way the deepest,
 * and of those at one place the last, which hides the others; or NULL.
 */
const struct guest_mount *guest_mount_of(const struct guest *guest,
	const char *path);

/* The interface of this name, made when new; NULL when there are too many. */
struct guest_interface *guest_interface(struct guest *guest, const char *name);

/* guest.json; the caller owns the reference.  NULL when out of memory. */
json_t *guest_to_json(const struct guest *guest);

#endif
