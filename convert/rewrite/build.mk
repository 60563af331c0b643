convert_rewrite_src := $(addprefix convert/rewrite/,boot-sectors.c boot-table.c \
	elilo.c host-grub.c lilo-disks.c lilo-menu.c menu.c replacement.c change.c conversion.c \
	command-line.c crypttab.c device-words.c diff.c edit.c esp.c fallback.c fstab.c \
	grub-defaults.c initramfs-texts.c injection.c kernel-findings.c \
	loader.c lvm.c lvm-filter.c mdadm.c multipath.c network.c oracleasm.c \
	resume.c texts.c trim.c)
