# What the test scripts share; source it first.  It gives each a scratch folder,
# the programs in PATH, and words for claims.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=$(realpath "${BUILD:-$here/build}")
PATH=$BUILD/bin:$PATH
export LIBGUESTFS_BACKEND=direct
UNRACK_ACCEL=$("$here/scripts/find-accelerator")
export UNRACK_ACCEL
# guestfish would hang where KVM is there and does not work.
[ "$UNRACK_ACCEL" = kvm ] || export LIBGUESTFS_BACKEND_SETTINGS=force_tcg
scratch=${UNRACK_TEST_TMP:-}
if [ -z "$scratch" ]; then
	scratch=$(mktemp -d /var/tmp/unrack-test.XXXXXX)
	trap 'rm -rf "$scratch"' EXIT
fi
export UNRACK_STATE=$scratch/state

fail() {
	echo "not ok: $*" >&2
	exit 1
}

requires() {
	for program; do
		command -v "$program" >/dev/null || {
			echo "skipped: needs $program"
			exit 77
		}
	done
}

# claim TEXT COMMAND...: the command must succeed.
claim() {
	local text=$1
	shift
	"$@" || fail "$text"
	echo "ok: $text"
}

# refused TEXT PATTERN COMMAND...: it must exit with 1 or 2 and say PATTERN, and
# say what to do next.
refused() {
	local text=$1 pattern=$2 status=0
	shift 2
	"$@" >"$scratch/refused.out" 2>"$scratch/refused.err" || status=$?
	if [ $status != 1 ] && [ $status != 2 ]; then
		cat "$scratch/refused.err" >&2
		fail "$text: exit $status"
	fi
	grep -Eq -- "$pattern" "$scratch/refused.err" || {
		cat "$scratch/refused.err" >&2
		fail "$text: does not say \"$pattern\""
	}
	[ "$(wc -l <"$scratch/refused.err")" -ge 2 ] || {
		cat "$scratch/refused.err" >&2
		fail "$text: does not say what to do"
	}
	echo "ok: $text"
}

# The sample legacy server's disk, built when it is not cached.
sample_server() {
	"$here/scripts/make-sample-server" --path
}

# A copy-on-write image over a cached guest, so that tests may change it.
over() {
	qemu-img create -q -f qcow2 -b "$1" -F raw "$2"
}

# A package of qemu-guest-agent that needs nothing but an old C library.
make_agent_package() { # FOLDER
	local tree=$scratch/package
	mkdir -p "$1" "$tree/DEBIAN" "$tree/usr/sbin" "$tree/lib/systemd/system"
	printf '%s\n' 'Package: qemu-guest-agent' 'Version: 1' \
		'Architecture: amd64' 'Maintainer: x <x@example.org>' \
		'Description: x' >"$tree/DEBIAN/control"
	printf '\177ELF\0libc.so.6\0GLIBC_2.31\0' >"$tree/usr/sbin/qemu-ga"
	chmod 755 "$tree/usr/sbin/qemu-ga"
	printf '[Service]\nExecStart=/usr/sbin/qemu-ga\n[Install]\n%s\n' \
		WantedBy=multi-user.target \
		>"$tree/lib/systemd/system/qemu-guest-agent.service"
	dpkg-deb -b "$tree" "$1/agent.deb" >/dev/null
}

hash_of() {
	sha256sum "$1" | cut -d' ' -f1
}
