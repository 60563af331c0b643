# The library, and the program on top of it.
inject_src := $(addprefix drivers-inject/,bytes.c cpio.c depmod.c generator.c \
	generator-list.c guest.c hardware.c image.c image-store.c initramfs.c \
	inject.c kernel.c modules.c names.c payload.c pe.c plan.c script.c \
	segment.c tree.c unpack.c)
inject_pkg := libarchive libzstd zlib libcrypto
inject_guestfs_src := drivers-inject/appliance.c \
	drivers-inject/appliance-kernel.c \
	drivers-inject/guest-libguestfs.c

programs += unrack-inject
unrack-inject_src := $(addprefix drivers-inject/,main.c guest-disks.c \
	guest-folder.c) $(inject_guestfs_src) $(inject_src) $(common_src) \
	wire/hash.c
unrack-inject_pkg := $(inject_pkg) libguestfs jansson
manuals += drivers-inject/unrack-inject.1
