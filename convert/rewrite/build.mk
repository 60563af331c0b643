convert_rewrite_src := $(addprefix convert/rewrite/,change.c conversion.c \
	crypttab.c diff.c edit.c fstab.c grub2.c injection.c network.c \
	resume.c texts.c trim.c)
