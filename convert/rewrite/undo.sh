#!/bin/sh
# Left by unrack, which moved this system from a physical machine into a VM.
# Services for hardware that the VM does not have were kept from starting; this
# brings them back.  The file `disabled` beside it says what was done.
#
#   undo --list     what was disabled, and why
#   undo NAME...    bring services back
#   undo --all      bring all services back
#
# Some of the list is no service (lines of fstab, the guest agent): only its own
# name brings it back.
#
# Nothing of unrack needs these files: remove the folder when you are content.

root=${UNRACK_ROOT:-}
list=$root/var/lib/unrack/disabled
tab=$(printf '\t')
failed=0

complain() {
	echo "undo: $*" >&2
	failed=1
}

is_there() {
	[ -e "$1" ] || [ -L "$1" ]
}

# Steps; each leaves alone what is not as unrack left it.

undo_link() { # PATH TARGET: a link that unrack made
	if [ -L "$root$1" ] && [ "$(readlink "$root$1")" = "$2" ]; then
		rm "$root$1" || failed=1
	elif is_there "$root$1"; then
		complain "$1 is not unrack's link to $2: left as it is"
	fi
}

undo_moved() { # NOW BEFORE
	if ! is_there "$root$1"; then
		is_there "$root$2" || complain "$1 is not there any more"
	elif is_there "$root$2"; then
		complain "$2 is there already: $1 is left as it is"
	else
		mv "$root$1" "$root$2" || failed=1
	fi
}

undo_unlinked() { # PATH TARGET: a link that unrack took away
	is_there "$root$1" || ln -s "$2" "$root$1" || failed=1
}

undo_made() { # PATH
	rm -f "$root$1" || failed=1
}

undo_lines() { # PATH TAG: lines that unrack made comments, or put there
	if [ ! -f "$root$1" ]; then
		complain "$1 is not there any more"
	elif sed -e "/ #unrack:$2+\$/d" \
		-e "s|^\([ $tab]*\)#unrack:$2# |\\1|" "$root$1" \
		>"$root$1.unrack-new" &&
		cat "$root$1.unrack-new" >"$root$1"; then
		rm -f "$root$1.unrack-new"
	else
		complain "$1 was not changed"
	fi
}

names() {
	while IFS=$tab read -r kind name _; do
		[ "$kind" = service ] && echo "$name"
	done <"$list"
}

show() {
	while IFS=$tab read -r kind one two; do
		case $kind in
		service | alone) echo "$one: $two" ;;
		undone) echo "$one: $two (brought back)" ;;
		why | advice) echo "    $one" ;;
		link) echo "    masked: $one" ;;
		moved) echo "    renamed: $two to $one" ;;
		unlinked) echo "    link removed: $one to $two" ;;
		made) echo "    file made: $one" ;;
		lines) echo "    lines marked #unrack:$two#: $one" ;;
		esac
	done <"$list"
}

note_undone() {
	sed -e "s|^service$tab$1$tab|undone$tab$1$tab|" \
		-e "s|^alone$tab$1$tab|undone$tab$1$tab|" "$list" >"$list.new" &&
		cat "$list.new" >"$list" && rm -f "$list.new"
}

undo() {
	service=
	found=no
	failed=0
	while IFS=$tab read -r kind one two; do
		case $kind in
		service | alone) service=$one ;;
		undone) service= ;;
		esac
		[ "$service" = "$1" ] || continue
		found=yes
		case $kind in
		link) undo_link "$one" "$two" ;;
		moved) undo_moved "$one" "$two" ;;
		unlinked) undo_unlinked "$one" "$two" ;;
		made) undo_made "$one" ;;
		lines) undo_lines "$one" "$two" ;;
		esac
	done <"$list"
	if [ $found = no ]; then
		complain "$1 is not disabled (undo --list)"
		return 1
	fi
	[ $failed = 0 ] || return 1
	note_undone "$1" || return 1
	echo "$1 is as it was, from the next boot on"
}

usage() {
	echo "usage: $0 --list | --all | NAME..." >&2
	exit 2
}

[ $# -gt 0 ] || usage
if [ ! -r "$list" ]; then
	complain "there is no $list"
	exit 1
fi
status=0
case $1 in
--list)
	show
	exit 0
	;;
--all)
	for name in $(names); do
		undo "$name" || status=1
	done
	;;
-*) usage ;;
*)
	for name in "$@"; do
		undo "$name" || status=1
	done
	;;
esac
if [ -z "$root" ] && [ -d /run/systemd/system ]; then
	systemctl daemon-reload
fi
exit $status
