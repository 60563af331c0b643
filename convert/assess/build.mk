network_config_src := $(addprefix convert/assess/,card-names.c config-files.c \
	connman.c etcnet.c ifcfg.c ifupdown.c inet1.c ini.c interface.c \
	interfaces.c keyfile.c leftover.c net-rule.c netifrc.c netplan.c networkd.c)
convert_reference_src := $(wildcard convert/assess/reference*.c)
convert_secret_src := $(wildcard convert/assess/secret*.c)
convert_rules_src := $(wildcard convert/assess/rules-*.c) \
	$(wildcard convert/assess/look-*.c)
convert_examine_src := $(convert_rules_src) $(addprefix convert/assess/, \
	boot-entry.c catalogue.c device.c examine.c files.c files-tar.c finding.c fstab.c \
	lifecycle.c packages.c sar.c software.c waiver.c) \
	$(convert_secret_src) convert/size/processor.c wire/load-option.c
convert_assess_src := $(convert_examine_src) $(addprefix convert/assess/, \
	boot.c clock.c boot-chain.c boot-default.c boot-disk.c efi-loaders.c \
	esp-place.c firmware.c grub-config.c guest-file.c guest-stream.c \
	guest.c lilo-config.c sectors.c \
	disk-name.c inspect.c service.c shell.c snapshot.c system.c volume.c) \
	$(network_config_src)
convert_examine_src += convert/assess/certificate.c
convert_assess_src += $(addprefix convert/assess/,certificate.c luks.c \
	luks-cost.c luks-header.c rpm-bdb.c rpm-guest.c rpm-header.c rpm-ndb.c rpm-sqlite.c)

# Names of disks, and what lies between them and file systems.
convert_storage_src := $(addprefix convert/assess/, array.c boot-evidence.c \
	crypttab.c disk-link.c evidence.c fake-raid.c linux-root.c luks-keys.c \
	md-superblock.c mdadm-conf.c mount-problem.c raid-mark.c \
	root.c storage.c swap-wish.c twins.c unlock.c volume-name.c wish.c) \
	$(convert_reference_src)
convert_assess_src += $(convert_storage_src)
