convert_assess_src := $(addprefix convert/assess/,boot.c catalogue.c \
	finding.c fstab.c grub-config.c guest-file.c guest.c ifupdown.c \
	inspect.c net-rule.c reference.c service.c system.c volume.c)
