convert_rewrite_src := $(addprefix convert/rewrite/,change.c conversion.c \
	crypttab.c diff.c edit.c fstab.c grub-defaults.c loader.c command-line.c injection.c network.c \
	resume.c texts.c trim.c)
