/*
 * Whether KVM works is only known by trying: under nested virtualisation
 * /dev/kvm often exists and QEMU then hangs without a word, and its own
 * `accel=kvm:tcg` falls back only when /dev/kvm cannot be opened.  The guest of
 * the trial is a boot sector that counts in protected mode and then tells QEMU
 * to exit with a certain status.  It counts because some hosts offer a KVM that
 * interprets one instruction after the other: there a guest that only says
 * hello answers within seconds, and a kernel never.
 * scripts/find-accelerator asks the same where nothing is compiled yet.
 * Next to read: convert/verify/boot.c, which boots a guest with the answer.
 */
#include "common/accelerator.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>

#include "common/error.h"
#include "common/io.h"
#include "common/log.h"
#include "common/own.h"
#include "common/process.h"

enum {
	TRIAL_SECONDS = 5,
	/* What isa-debug-exit makes of 0x10; no failure of QEMU's own. */
	TRIAL_STATUS = 0x10 << 1 | 1,
	BOOT_SECTOR_BYTES = 512
};

static const unsigned char boot_sector[BOOT_SECTOR_BYTES] = {
	0xfa,					/* cli */
	0x31, 0xc0,				/* xor %ax, %ax */
	0x8e, 0xd8,				/* mov %ax, %ds */
	0x66, 0x0f, 0x01, 0x16, 0x2a, 0x7c,	/* lgdtl gdtr */
	0x0f, 0x20, 0xc0,			/* mov %cr0, %eax */
	0x0c, 0x01,				/* or $1, %al */
	0x0f, 0x22, 0xc0,			/* mov %eax, %cr0 */
	0x66, 0xea, 0x1b, 0x7c, 0x00, 0x00, 0x08, 0x00, /* ljmpl $8, $+0 */
	0xb9, 0x00, 0xc2, 0xeb, 0x0b,		/* mov $200000000, %ecx */
	0x49,					/* count: dec %ecx */
	0x75, 0xfd,				/* jnz count */
	0xb0, 0x10,				/* mov $0x10, %al */
	0xe6, 0xf4,				/* out %al, $0xf4 */
	0xf4,					/* wait: hlt */
	0xeb, 0xfd,				/* jmp wait */
	/* gdtr, at 0x7c2a: two descriptors, at 0x7c30 */
	0x0f, 0x00, 0x30, 0x7c, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0xff, 0xff, 0x00, 0x00, 0x00, 0x9a, 0xcf, 0x00,
	[510] = 0x55, 0xaa
};

#define QEMU "qemu-system-x86_64"

const char *
accelerator_name(enum accelerator accelerator)
{
	return accelerator == ACCELERATOR_KVM ? "kvm" : "tcg";
}

/* 1 and *accelerator_out when `text` begins with a name, else 0. */
static int
parse(enum accelerator *accelerator_out, const char *text)
{
	if (strncmp(text, "kvm", 3) == 0)
		*accelerator_out = ACCELERATOR_KVM;
	else if (strncmp(text, "tcg", 3) == 0)
		*accelerator_out = ACCELERATOR_TCG;
	else
		return 0;
	return text[3] == '\0' || text[3] == '\n';
}

/* Whether QEMU under KVM ran the boot sector within the time. */
static bool
trial_succeeds(const char *sector)
{
	AUTO(freep) char *drive = io_format(
		"if=floppy,format=raw,readonly=on,file=%s", sector);
	const char *const argv[] = {QEMU, "-accel", "kvm", "-M", "pc", "-m",
		"16", "-nodefaults", "-no-user-config", "-display", "none",
		"-drive", drive, "-device",
		"isa-debug-exit,iobase=0xf4,iosize=0x4", NULL};
	const struct timespec pause = {0, 20000000};
	struct error ignored;
	int status = 0;
	pid_t pid;

	if (drive == NULL || process_start(&pid, argv, NULL, &ignored) == -1)
		return false;
	for (int i = 0; i < TRIAL_SECONDS * 50; i++) {
		if (!process_is_running(pid, &status))
			return WIFEXITED(status) &&
				WEXITSTATUS(status) == TRIAL_STATUS;
		nanosleep(&pause, NULL);
	}
	process_stop(pid);
	return false;
}

/* What the answer depends on, one line each, as the cache file holds it. */
static int
describe_host(char **text_out, struct error *err)
{
	static const char *const version[] = {QEMU, "--version", NULL};
	AUTO(freep) char *qemu = NULL;
	AUTO(freep) char *boot = NULL;
	struct utsname host;

	if (process_run(version, &qemu, 30, err) == -1)
		return -1;
	qemu[strcspn(qemu, "\n")] = '\0';
	if (io_read_file(&boot, NULL, "/proc/sys/kernel/random/boot_id", 64,
		    err) == -1)
		return -1;
	if (uname(&host) == -1)
		return error_set(err, errno, "uname");
	*text_out = io_format("%s\n%s%s\n", host.release, boot, qemu);
	return *text_out == NULL ? error_set(err, ENOMEM, "find KVM") : 0;
}

/* The answer that was remembered for this host as it is now. */
static bool
recall(enum accelerator *accelerator_out, const char *path, const char *host)
{
	AUTO(freep) char *text = NULL;
	struct error ignored;

	return io_read_file(&text, NULL, path, 4096, &ignored) == 0 &&
		parse(accelerator_out, text) && strcmp(text + 4, host) == 0;
}

/* A cache that cannot be written costs time, nothing else. */
static void
remember(enum accelerator accelerator, const char *path, const char *host)
{
	AUTO(freep) char *text = io_format("%s\n%s",
		accelerator_name(accelerator), host);
	struct error why;

	if (text != NULL &&
		io_write_file(path, text, strlen(text), 0600, &why) == -1)
		log_debug("%s", why.text);
}

static int
try_kvm(enum accelerator *accelerator_out, const char *folder,
	struct error *err)
{
	AUTO(freep) char *sector = io_format("%s/kvm-trial.%d", folder,
		(int)getpid());

	if (sector == NULL)
		return error_set(err, ENOMEM, "try KVM");
	if (io_make_folders(folder, err) == -1 ||
		io_write_file(sector, boot_sector, sizeof boot_sector, 0600,
			err) == -1)
		return -1;
	*accelerator_out = trial_succeeds(sector) ? ACCELERATOR_KVM
						  : ACCELERATOR_TCG;
	unlink(sector);
	log_debug("KVM was tried: %s",
		*accelerator_out == ACCELERATOR_KVM ? "works"
						    : "runs no guest here");
	return 0;
}

int
accelerator_find(enum accelerator *accelerator_out, struct error *err)
{
	const char *wish = getenv("UNRACK_ACCEL");
	AUTO(freep) char *folder = io_cache_folder();
	AUTO(freep) char *path = folder == NULL
		? NULL : io_format("%s/accelerator", folder);
	AUTO(freep) char *host = NULL;

	if (wish != NULL && *wish != '\0') {
		if (parse(accelerator_out, wish))
			return 0;
		error_set(err, 0, "UNRACK_ACCEL is \"%s\"", wish);
		return error_hint(err, "Set it to kvm or tcg, or unset it.");
	}
	*accelerator_out = ACCELERATOR_TCG;
	if (access("/dev/kvm", R_OK | W_OK) == -1)
		return 0;
	if (path == NULL)
		return error_set(err, ENOMEM, "find KVM");
	if (describe_host(&host, err) == -1)
		return -1;
	if (recall(accelerator_out, path, host))
		return 0;
	if (try_kvm(accelerator_out, folder, err) == -1)
		return -1;
	remember(*accelerator_out, path, host);
	return 0;
}
