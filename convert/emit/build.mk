convert_emit_vm_src := convert/emit/arguments.c convert/emit/markup.c \
	convert/emit/qemu.c convert/emit/subnet.c convert/emit/variables.c convert/emit/vm.c \
	convert/assess/boot-entry.c drivers-inject/hardware.c wire/load-option.c
convert_emit_src := convert/emit/domain.c convert/emit/emit.c \
	convert/emit/script.c $(convert_emit_vm_src)
