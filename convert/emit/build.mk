convert_emit_vm_src := $(addprefix convert/emit/,arguments.c markup.c nics.c \
	qemu.c subnet.c variables.c vm.c) convert/assess/boot-entry.c \
	drivers-inject/hardware.c wire/load-option.c
convert_emit_src := convert/emit/domain.c convert/emit/emit.c \
	convert/emit/script.c $(convert_emit_vm_src)
