p2v_src := p2v/ask.c p2v/backoff.c p2v/clock.c p2v/cpu.c p2v/disk.c \
	p2v/firmware.c p2v/inventory.c p2v/lane.c p2v/nic.c p2v/options.c \
	p2v/probe.c p2v/screen.c p2v/session.c p2v/smbios.c p2v/source.c \
	p2v/sysfs.c p2v/tpm.c p2v/usage.c
p2v_pkg := blkid libnewt $(wire_pkg)

programs += unrack-capture
unrack-capture_src := p2v/main.c $(p2v_src) $(wire_src) $(common_src)
unrack-capture_pkg := $(p2v_pkg)
manuals += p2v/unrack-capture.1
