# shellcheck shell=bash
# One line of tests/boot/matrix, proven: for scripts/check-boot and the
# benchmark of conversions.
#
# Every boot is judged by `unrack verify`.  That on the old hardware is one of a
# machine directory made by hand, with the pristine disks over the controller
# and the cards of the recipe.  So all boots are asked the same things by the
# same code, and their answers can be compared.
# shellcheck disable=SC2034,SC2154 # what is set here and used there, and back

# Lines without comments, their columns apart by tabs.
matrix_lines() {
	sed '/^#/d; /^$/d; s/ *| */\t/g' "$top/tests/boot/matrix"
}

matrix_names() { matrix_lines | cut -f 1; }

prove_setup() { # BUILD
	build=$(realpath "$1")
	PATH=$build/bin:$PATH
	results=$build/boot
	UNRACK_ACCEL=$("$top/scripts/find-accelerator")
	export UNRACK_ACCEL LIBGUESTFS_BACKEND=direct
	# libguestfs would hang where KVM is there and does not work.
	[ "$UNRACK_ACCEL" = kvm ] ||
		export LIBGUESTFS_BACKEND_SETTINGS=force_tcg
}

# Sets the columns, $folder (the guest in the cache), $disks, and what the recipe
# says of its hardware.
matrix_load() { # NAME
	local recipe first count number numbers
	line=$(matrix_lines | grep -P "^$1\t") || {
		echo "tests/boot/matrix has no $1" >&2
		return 1
	}
	IFS=$'\t' read -r _ recipe network swaps mounts fails options <<< "$line"
	first=$("$top/scripts/make-guest" "${recipe%%:*}") || return 1
	folder=${first%/*}
	count=$(jq '.disks | length' "$folder/inventory.json")
	numbers=$(seq -s ' ' 0 $((count - 1)))
	[ "${recipe#*:}" = "$recipe" ] || numbers=${recipe#*:}
	disks=()
	for number in ${numbers//,/ }; do
		disks+=("$folder/disk$([ "$number" = 0 ] ||
			echo $((number + 1))).raw")
	done
	numbers=${numbers//,/ }
	wanted="[${numbers// /,}]"
	# shellcheck source=/dev/null
	. "$top/tests/boot/guests/common.sh"
	# shellcheck source=/dev/null
	. "$top/tests/boot/guests/${recipe%%:*}.recipe"
}

# What a proof depends on, apart from unrack.
matrix_key() { echo "$folder $line" | sha256sum | cut -c1-16; }
program_key() { sha256sum < "$build/bin/unrack" | cut -c1-16; }

# Runs it; $seconds is what it took.
timed() {
	local started=$SECONDS status=0
	"$@" || status=$?
	seconds=$((SECONDS - started))
	return $status
}

last_words() { grep -v '^$' "$1" | tail -n 1 | cut -c1-200; }

# The inventory of the disks that take part, and of the cards, whose drivers the
# guest's own does not name.
inventory() {
	jq --argjson wanted "$wanted" --arg cards "$(printf '%s\n' "${nics[@]}")" '
		{rtl8139: "8139cp", pcnet: "pcnet32", virtio: "virtio_net"}
			as $drivers |
		([$cards | split("\n")[] | split(" ") |
			{key: .[1], value: ($drivers[.[0]] // .[0])}] |
			from_entries) as $driver_of |
		.disks = [.disks[$wanted[]]] |
		.disks |= map(.wwn //= first((.links[] | select(
			startswith("/dev/disk/by-id/wwn-0x")) |
			ltrimstr("/dev/disk/by-id/wwn-")), "")) |
		.nics |= map(.driver //= $driver_of[.mac])
	' "$folder/inventory.json"
}

# What the guest has to look like, as a conversion would have found it.
compose_guest() { # CHIPSET BUS CARD
	jq -n --arg network "$network" --argjson swaps "$swaps" \
		--arg mounts "$mounts" --arg firmware "$firmware" \
		--arg chipset "$1" --arg bus "$2" --arg nic "$3" \
		--slurpfile inventory inventory.json '
		def mac_of($name): $inventory[0].nics[]
			| select(.name == $name) | {mac};
		[$mounts | split(" ")[] | gsub("\\\\040"; " ") | split("=") |
			{target: .[0]} + if .[1] == "UUID" then {uuid: .[2]}
			else {device: (.[1] // "")} end] as $mounted |
		{format: "unrack-guest/1", firmware: $firmware, clock: "utc",
		os: {type: "linux", name: "Debian GNU/Linux"},
		root: ($mounted[] | select(.target == "/")),
		mounts: $mounted, swap: [range($swaps) | "swap \(.)"],
		interfaces: [$network | split(" ")[] | split("=") | . as $pair |
			{name: .[0], dhcp: false, addresses: (.[1] | split(","))}
			+ (first(mac_of($pair[0])) // {})],
		hardware: {machine: $chipset, disk_bus: $bus, nic_model: $nic}}'
}

# A machine as a conversion would have left it, whose VM has overlays over raw
# images.
make_machine() { # NAME CHIPSET BUS CARD DISK...
	local machine=state/machines/$1 i disk_names guest images=("${@:5}")
	guest=$(compose_guest "$2" "$3" "$4")
	rm -rf "$machine"
	mkdir -p "$machine/vm" "$machine/report" "$machine/capture"
	cp inventory.json "$machine/inventory.json"
	mapfile -t disk_names < <(jq -r '.disks[].name' inventory.json)
	for i in "${!images[@]}"; do
		qemu-img create -q -f qcow2 -F raw -b "${images[i]}" \
			"$machine/vm/${disk_names[i]}.qcow2"
		jq -n --arg name "${disk_names[i]}" --arg image "${images[i]}" \
			--argjson bytes "$(stat -c %s "${images[i]}")" \
			'{name: $name, size_bytes: $bytes, image: $image,
			image_format: "raw"}'
	done | jq -s '{disks: .}' > "$machine/disks.json"
	echo "$guest" > "$machine/report/guest.json"
	if [ -f "$folder/variables.fd" ]; then
		cp "$folder/variables.fd" "$machine/vm/$1_VARS.fd"
	fi
}

# What `convert` and `verify` are both told.
expectations() {
	[ "$options" = - ] || echo "$options" |
		grep -oE -- '--(expect|timeout) [^ ]+' || true
}

# An encrypted guest is opened, and answered, with what its recipe says.
credentials() {
	[ -n "$passphrase" ] || return 0
	(umask 077 && echo "$passphrase" > passphrase)
	echo --luks-passphrase-file passphrase
}

verify() { # NAME
	# shellcheck disable=SC2046 # several words are meant
	unrack --state state verify "$1" --timeout "${patience:-1800}" \
		$(credentials) $(expectations)
}

# The proof of machine NAME becomes NAME.json.
keep_proof() { # NAME
	cp "state/machines/$1/report/serial.log" "$1.serial" 2> /dev/null || true
	cp "state/machines/$1/report/proof.json" "$1.json" 2> /dev/null
}

prove_before() {
	inventory > inventory.json
	rm -f before.json
	make_machine before "$chipset" "$disk_bus" "${nics[0]% *}" "${disks[@]}"
	(
		# shellcheck source=/dev/null
		. "$top/tests/boot/guests/hardware.sh"
		[ "$disk_bus" != sd ] || { hardware_stand_in .; PATH=$PWD:$PATH; }
		verify before
	) || true
	keep_proof before
}

convert() { # OPTION...
	local words=()
	[ "$options" = - ] || read -ra words <<< "$options"
	inventory > inventory.json
	# shellcheck disable=SC2046 # several words are meant
	unrack --state state convert --name after --inventory inventory.json \
		$(credentials) "${words[@]}" "$@" --disk "${disks[@]}"
}

# What is wrong with the boot before, apart from units that may fail.
problems_before() {
	jq -r --arg fails "$fails" '
		if .verdict == "does-not-boot" then "does not boot: \(.reason)"
		elif .facts == null then "the guest did not report on itself"
		else .problems[] | select(
			(capture("^unit (?<unit>.*) failed$").unit // "") as $unit
			| $fails | split(" ") | index($unit) | not) end' before.json
}

# What is not as it was before: names, addresses, swap, mounts, units.
problems_after() { # PROOF
	jq -nr --slurpfile before before.json --slurpfile after "$1" '
		$before[0].facts as $old | $after[0] as $proof | $proof.facts as $new |
		if $proof.verdict == "does-not-boot" then
			"does not boot: \($proof.reason)"
		elif $new == null then "the guest did not report on itself"
		else ($old.interfaces[] | . as $card |
			first($new.interfaces[] | select(.name == $card.name)) // null
			| if . == null then "no interface \($card.name)"
			elif .mac != $card.mac then
				"\($card.name) has the address \(.mac)"
			else . as $now | $card.addresses[]
				| select(startswith("fe80") or IN($now.addresses[]) | not)
				| "\($card.name) has lost \(.)" end),
		(select(($new.swap | length) < ($old.swap | length)) |
			"\($new.swap | length) of \($old.swap | length) swap areas are on"),
		($old.mounts[] | select(.target | IN($new.mounts[].target) | not)
			| "\(.target) is not mounted"),
		($new.failed_units[] | select(IN($old.failed_units[]) | not)
			| "\(.) failed"),
		($proof.problems[] | select(
			(capture("^unit (?<unit>.*) failed$").unit // null) == null))
		end' | awk '!seen[$0]++'
}
