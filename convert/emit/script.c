/*
 * vm/run-isolated.  The options come from qemu.c; here they are quoted for the
 * shell, between a fixed beginning and end.
 */
#include "convert/emit/script.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"
#include "convert/emit/arguments.h"
#include "convert/emit/qemu.h"
#include "convert/emit/vm.h"

static const char beginning[] =
"set -eu\n"
"\n"
"usage() {\n"
"	cat <<'END'\n"
"Usage: run-isolated [OPTION]...\n"
"Start this VM in QEMU.  It reaches no network: each of its cards is on one of\n"
"its own that carries the guest's addresses and leads nowhere.\n"
"\n"
"  --snapshot         throw away what the VM writes when it ends\n"
"  --display KIND     QEMU's -display: gtk, sdl, curses, vnc=:1, none\n"
"  --memory MB        another size than the source machine's\n"
"  --forward HOST:GUEST  let TCP port HOST of 127.0.0.1 lead to port GUEST of\n"
"                     the VM's first card; may be repeated\n"
"  -h, --help         this text\n"
"\n"
"The serial console is on the terminal: C-a x ends QEMU, C-a h lists the keys.\n"
"UNRACK_ACCEL=kvm or tcg chooses the accelerator; further arguments after --\n"
"go to QEMU.\n"
"END\n"
"}\n"
"\n"
"die() {\n"
"	echo \"run-isolated: $1\" >&2\n"
"	exit 2\n"
"}\n"
"\n"
"number() {\n"
"	case $1 in '' | *[!0-9]*) die \"not a number: $1\" ;; esac\n"
"}\n"
"\n"
"snapshot= display= forwards=\n"
"while [ $# -gt 0 ]; do\n"
"	case $1 in\n"
"	--snapshot) snapshot=-snapshot ;;\n"
"	--display | --memory | --forward)\n"
"		[ $# -gt 1 ] || die \"$1 needs a value\"\n"
"		case $1 in\n"
"		--display) display=$2 ;;\n"
"		--memory) number \"$2\"; memory=$2 ;;\n"
"		--forward)\n"
"			number \"${2%%:*}\"; number \"${2#*:}\"\n"
"			forwards=$forwards,hostfwd=tcp:127.0.0.1:${2%%:*}-$guest:${2#*:}\n"
"			;;\n"
"		esac\n"
"		shift\n"
"		;;\n"
"	-h | --help) usage; exit ;;\n"
"	--) shift; break ;;\n"
"	*) usage >&2; exit 2 ;;\n"
"	esac\n"
"	shift\n"
"done\n"
"\n"
"if [ \"$accel\" = kvm ] && ! { [ -r /dev/kvm ] && [ -w /dev/kvm ]; }; then\n"
"	echo 'run-isolated: no access to /dev/kvm; emulating, which is slow' >&2\n"
"	accel=tcg\n"
"fi\n"
"case $accel in\n"
"kvm) processor=host ;;\n"
"tcg) processor=max,la57=off ;;\n"
"*) die \"UNRACK_ACCEL is neither kvm nor tcg: $accel\" ;;\n"
"esac\n"
"if [ -z \"$display\" ] && [ -z \"${DISPLAY:-}${WAYLAND_DISPLAY:-}\" ]; then\n"
"	display=none\n"
"fi\n"
"\n"
"cd -- \"$(dirname -- \"$0\")\"\n"
"if grep -q '\"settled\": false' ../capture/generation.json 2>/dev/null; then\n"
"	die 'a new generation is being put in place; `unrack report` ends that'\n"
"fi\n";

static const char firmware[] =
"[ -e \"$variables\" ] || cp -- \"$template\" \"$variables\"\n"
"chmod u+w \"$variables\"\n"
"set -- -drive if=pflash,format=raw,readonly=on,file=\"$code\" \\\n"
"	-drive if=pflash,format=raw,file=\"$variables\" \"$@\"\n";

static const char end[] =
"	${snapshot:+\"$snapshot\"} ${display:+-display \"$display\"} \"$@\"\n";

static void
quote(FILE *out, const char *text)
{
	fputc('\'', out);
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			fputs("'\\''", out);
		else
			fputc(*text, out);
	}
	fputc('\'', out);
}

/* One option a line, its value beside it. */
static void
print_arguments(FILE *out, const struct arguments *arguments)
{
	for (size_t i = 0; i < arguments->count; i++) {
		const char *item = arguments->items[i];

		fputs(item[0] == '-' ? " \\\n\t" : " ", out);
		if (item[0] == '-')
			fputs(item, out);
		else
			quote(out, item);
		if (strncmp(item, "user,id=net0,", 13) == 0)
			fputs("\"$forwards\"", out);
	}
}

int
script_print(FILE *out, const struct vm *vm, const char *accelerator,
	const struct qemu_firmware *efi, struct error *err)
{
	AUTO(arguments_free) struct arguments arguments = {0};

	qemu_add_machine(&arguments, vm);
	qemu_add_disks(&arguments, vm, ".", "writeback");
	qemu_add_nics(&arguments, vm, NULL, 0);
	qemu_add_agent(&arguments, vm, "socket,path=agent.sock,server=on,"
		"wait=off");
	if (arguments.failed)
		return error_set(err, ENOMEM, "write run-isolated");
	fputs("#!/bin/sh\n# Starts the VM in this folder in QEMU, isolated.  "
	      "Written by unrack.\n", out);
	fprintf(out, "accel=${UNRACK_ACCEL:-%s} memory=%" PRIu64 " guest=%s\n",
		accelerator, vm->memory_bytes >> 20, vm->nics[0].subnet.guest);
	fputs(beginning, out);
	if (efi != NULL)
		fprintf(out, "code=%s template=%s variables=%s_VARS.fd\n%s",
			efi->code, efi->variables, vm->name, firmware);
	fputs("exec qemu-system-x86_64 -accel \"$accel\" -cpu \"$processor\" "
	      "-m \"$memory\"", out);
	print_arguments(out, &arguments);
	fputs(" \\\n	-usb -device usb-tablet -serial mon:stdio \\\n", out);
	fputs(end, out);
	return 0;
}
