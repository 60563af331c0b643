# shellcheck shell=bash
# The physical machine that a recipe models, as QEMU's options.  The order of
# its cards in their slots is that of the VMs that unrack starts, so that their
# predictable names agree.
# shellcheck disable=SC2154 # the recipe sets firmware, chipset, disk_bus, nics

# hardware_serial NUMBER: of a disk, from 0.  Every SD card of QEMU has the same.
hardware_serial() {
	[ "$disk_bus" = sd ] || echo ",serial=WD-$hostname-$1"
}

# Copies the variables of the UEFI firmware to FOLDER.
hardware_firmware() { # FOLDER
	local folder
	for folder in /usr/share/OVMF:_4M /usr/share/OVMF: \
		/usr/share/edk2/ovmf:; do
		local code=${folder%:*}/OVMF_CODE${folder#*:}.fd
		[ -f "$code" ] || continue
		cp "${code/_CODE/_VARS}" "$1/variables.fd"
		printf '%s\n' -drive \
			"if=pflash,format=raw,readonly=on,file=$code" -drive \
			"if=pflash,format=raw,file=$1/variables.fd"
		return
	done
	echo "hardware: no UEFI firmware: install ovmf" >&2
	return 1
}

# How disk NUMBER hangs on the bus.
hardware_place() { # NUMBER
	case $disk_bus in
	ide) echo "ide-hd,bus=ide.$(($1 / 2)),unit=$(($1 % 2))" ;;
	sata) echo "ide-hd,bus=ide.$1" ;;
	nvme) echo nvme ;;
	mptsas) echo "scsi-hd,bus=scsi.0,scsi-id=$1,wwn=0x3c0ffee00000000$1" ;;
	sd) echo sd-card ;;
	*) echo "scsi-hd,bus=scsi.0,scsi-id=$1" ;;
	esac
}

# hardware_options FOLDER DISK...: one a line.
hardware_options() {
	local folder=$1 number=0 nic disk file
	shift
	printf '%s\n' -nodefaults -no-user-config -M "$chipset" -m 768 \
		-smp "${cpus:-2}" \
		-cpu max,la57=off -vga std
	[ "$firmware" = bios ] || hardware_firmware "$folder"
	case $disk_bus in
	lsi) printf '%s\n' -device lsi53c895a,id=scsi ;;
	megasas) printf '%s\n' -device megasas,id=scsi ;;
	mptsas) printf '%s\n' -device mptsas1068,id=scsi ;;
	sd) printf '%s\n' -device sdhci-pci ;;
	esac
	for disk; do
		file="file=$disk,format=raw,cache=unsafe"
		printf '%s\n' -drive "if=none,id=disk$number,$file" -device "$(
			hardware_place $number),drive=disk$number$(
			hardware_serial $number)"
		number=$((number + 1))
	done
	number=0
	for nic in "${nics[@]}"; do
		printf '%s\n' -netdev \
			"user,id=net$number,restrict=on,net=192.0.2.0/24" \
			-device "${nic% *},netdev=net$number,mac=${nic#* },romfile="
		number=$((number + 1))
	done
}

# The VMs of unrack have no SD cards.  This makes FOLDER/qemu-system-x86_64, which
# inserts one where it is told of a SATA disk, for the proof of the old machine.
hardware_stand_in() { # FOLDER
	cat > "$1/qemu-system-x86_64" <<-END
	#!/bin/bash
	words=()
	for word; do
		case \$word in
		ahci,id=*) word=sdhci-pci ;;
		ide-hd,drive=*)
			word=sd-card,\${word#ide-hd,}
			word=\${word%%,bus=*} ;;
		esac
		words+=("\$word")
	done
	exec $(command -v qemu-system-x86_64) "\${words[@]}"
	END
	chmod 755 "$1/qemu-system-x86_64"
}
