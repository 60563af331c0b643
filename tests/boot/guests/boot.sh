# shellcheck shell=bash
# Booting a test guest in QEMU, for the scripts that ask something of it; they
# source tests/lib.sh before.  One machine at a time.

# shellcheck disable=SC2154 # tests/lib.sh sets it
accelerator=$("$here/scripts/find-accelerator")
if [ "$accelerator" = tcg ]; then
	# libguestfs tries KVM first, and hangs where it does not work.
	export LIBGUESTFS_BACKEND_SETTINGS=${LIBGUESTFS_BACKEND_SETTINGS:-force_tcg}
fi
guest_pid=""

# free_port: a TCP port nobody listens on.
free_port() {
	local port
	while :; do
		port=$((20000 + RANDOM % 12000))
		[ -n "$(ss -Hltn "sport = :$port")" ] || break
	done
	echo "$port"
}

# start_guest QEMU-OPTION…: it ends with the script at the latest.
start_guest() {
	setpriv --pdeathsig KILL qemu-system-x86_64 -accel "$accelerator" \
		-no-user-config -nodefaults -display none -vga std -no-reboot "$@" &
	guest_pid=$!
}

stop_guest() {
	kill "$guest_pid" 2> /dev/null || true
	wait "$guest_pid" 2> /dev/null || true
}

# wait_until SECONDS WHAT COMMAND…: until COMMAND succeeds, while QEMU runs.
wait_until() {
	local deadline=$((SECONDS + $1)) what=$2
	shift 2
	until "$@"; do
		kill -0 "$guest_pid" 2> /dev/null ||
			fail "$what (QEMU ended before)"
		[ $SECONDS -lt $deadline ] || fail "$what (in time)"
		sleep 1
	done
	echo "ok: $what"
}
