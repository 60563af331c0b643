convert_rewrite_src := $(addprefix convert/rewrite/,change.c conversion.c \
	command-line.c crypttab.c diff.c edit.c fstab.c grub-defaults.c \
	initramfs-texts.c injection.c kernel-findings.c loader.c network.c \
	resume.c texts.c trim.c)
