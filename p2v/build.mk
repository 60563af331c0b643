p2v_src := p2v/ask.c p2v/backoff.c p2v/carry.c p2v/carry-group.c \
	p2v/carry-parts.c p2v/carry-target.c p2v/clock.c p2v/cpu.c p2v/disk.c \
	p2v/firmware.c p2v/gentle.c p2v/health.c p2v/health-ask.c \
	p2v/inventory.c p2v/kernel.c p2v/lane.c p2v/nic.c p2v/options.c \
	p2v/packing.c p2v/pci.c p2v/port.c p2v/pulse.c p2v/probe.c \
	p2v/running.c p2v/screen.c p2v/scsi.c p2v/session.c p2v/smbios.c p2v/source.c p2v/sysfs.c p2v/tpm.c \
	p2v/udev.c p2v/usage.c p2v/usb.c
p2v_pkg := blkid libnewt $(wire_pkg)

programs += unrack-capture
unrack-capture_src := p2v/main.c $(p2v_src) $(wire_src) $(common_src)
unrack-capture_pkg := $(p2v_pkg)
manuals += p2v/unrack-capture.1

# The same as one file that runs without installation on the legacy Linux
# itself, where every library is there to be linked in.
archives := c crypto ssl blkid newt slang zstd z jansson
absent := $(foreach a,$(archives),$(if $(findstring /,\
	$(shell $(CC) -print-file-name=lib$(a).a)),,lib$(a).a))
ifeq ($(strip $(SANITIZE)$(absent)),)
programs += unrack-capture-static
endif
unrack-capture-static_src := $(unrack-capture_src) p2v/resolve.c \
	p2v/static.c
unrack-capture-static_pkg := $(p2v_pkg)
unrack-capture-static_static := yes
unrack-capture-static_libs := -lresolv
unrack-capture-static_wrap := getaddrinfo freeaddrinfo gethostbyname dlopen \
	tempnam
