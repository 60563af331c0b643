/*
 * What a booting machine says, understood by one table.  Only the beginning of
 * a line counts, after time stamps and colours are gone: "Kernel panic" in the
 * name of a service is not a panic.  verify.c acts on what is seen here.
 */
#include "convert/verify/watch.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define BIT(source) (1u << (source))
#define CONSOLE (BIT(WATCH_SERIAL) | BIT(WATCH_SCREEN))

static const char *const names[WATCH_MILESTONE_COUNT] = {
	[WATCH_LOADER] = "boot-loader",
	[WATCH_KERNEL] = "kernel",
	[WATCH_INITRAMFS] = "initramfs",
	[WATCH_INIT] = "init",
	[WATCH_MULTI_USER] = "multi-user",
	[WATCH_LOGIN] = "login",
};

static const char no_loader[] = "no boot loader";
static const char loader_stopped[] = "boot loader stopped";
static const char initramfs_shell[] = "initramfs shell";
static const char kernel_panic[] = "kernel panic";
static const char emergency_mode[] = "emergency mode";

/* The beginning of a line, and what it means: a failure, else a milestone. */
static const struct pattern {
	unsigned sources;
	const char *text;
	const char *failure;
	enum watch_milestone milestone;
} patterns[] = {
	{BIT(WATCH_FIRMWARE), "No bootable device", no_loader, 0},
	{CONSOLE, "No bootable device", no_loader, 0},
	{CONSOLE, "BdsDxe: No bootable option", no_loader, 0},
	{CONSOLE, "Missing operating system", no_loader, 0},
	{CONSOLE, "Operating system not found", no_loader, 0},
	{CONSOLE, "Operating System not found", no_loader, 0},
	{CONSOLE, "No operating system", no_loader, 0},
	{CONSOLE, "Non-System disk", no_loader, 0},
	{CONSOLE, "NTLDR is missing", no_loader, 0},
	{CONSOLE, "BOOTMGR is missing", no_loader, 0},
	{CONSOLE, "GRUB Hard Disk Error", no_loader, 0},
	{CONSOLE, "grub rescue>", loader_stopped, 0},
	{CONSOLE, "grub>", loader_stopped, 0},
	{CONSOLE, "error: no such device", loader_stopped, 0},
	{CONSOLE, "error: no such partition", loader_stopped, 0},
	{CONSOLE, "error: unknown filesystem", loader_stopped, 0},
	{CONSOLE, "error: you need to load the kernel first", loader_stopped, 0},
	{CONSOLE, "Error 15: File not found", loader_stopped, 0},
	{CONSOLE, "Error 17: Cannot mount", loader_stopped, 0},
	{BIT(WATCH_FIRMWARE), "Booting from 0000:7c00", NULL, WATCH_LOADER},
	{CONSOLE, "GRUB loading", NULL, WATCH_LOADER},
	{CONSOLE, "Welcome to GRUB!", NULL, WATCH_LOADER},
	{CONSOLE, "GNU GRUB", NULL, WATCH_LOADER},
	{CONSOLE, "ISOLINUX", NULL, WATCH_LOADER},
	{CONSOLE, "SYSLINUX", NULL, WATCH_LOADER},
	{CONSOLE, "LILO", NULL, WATCH_LOADER},
	{CONSOLE, "Linux version ", NULL, WATCH_KERNEL},
	{CONSOLE, "Run /init as init process", NULL, WATCH_INITRAMFS},
	{CONSOLE, "Loading, please wait...", NULL, WATCH_INITRAMFS},
	{CONSOLE, "Begin: ", NULL, WATCH_INITRAMFS},
	{CONSOLE, "dracut: dracut-", NULL, WATCH_INITRAMFS},
	{CONSOLE, "(initramfs)", initramfs_shell, 0},
	{CONSOLE, "Gave up waiting for root", initramfs_shell, 0},
	{CONSOLE, "dracut:/#", initramfs_shell, 0},
	{CONSOLE, "Generating \"/run/initramfs/rdsosreport.txt\"",
		initramfs_shell, 0},
	{CONSOLE, "dracut Warning: Could not boot", initramfs_shell, 0},
	{CONSOLE, "Kernel panic - not syncing", kernel_panic, 0},
	{CONSOLE, "systemd[1]: ", NULL, WATCH_INIT},
	{CONSOLE, "INIT: version ", NULL, WATCH_INIT},
	{CONSOLE, "Welcome to emergency mode", emergency_mode, 0},
	{CONSOLE, "You are in emergency mode", emergency_mode, 0},
	{CONSOLE, "You are in rescue mode", emergency_mode, 0},
	{CONSOLE, "Give root password for", emergency_mode, 0},
	{CONSOLE, "Press Enter for maintenance", emergency_mode, 0},
	{CONSOLE, "Cannot open access to console, the root account is locked",
		emergency_mode, 0},
	{CONSOLE, "Reached target Multi-User System", NULL, WATCH_MULTI_USER},
};

const char *
watch_name(enum watch_milestone milestone)
{
	return names[milestone];
}

/* Past "[    1.234567] " of the kernel, "[  OK  ] " of systemd, and blanks. */
static const char *
skip_stamps(const char *line)
{
	for (;;) {
		const char *close;

		line += strspn(line, " \t|");
		if (*line != '[')
			return line;
		close = strchr(line, ']');
		if (close == NULL || close - line > 20 || close[1] != ' ' ||
			strspn(line + 1, " 0123456789.CTOK") !=
				(size_t)(close - line - 1))
			return line;
		line = close + 1;
	}
}

/* "legacy1 login: ", but not "Last login: Sat", nor a word within a message;
 * only the kernel talks into a prompt's line. */
static bool
is_login_prompt(const char *line)
{
	size_t name = strcspn(line, " ");

	if (name == 0 || name > 64 || strncmp(line + name, " login:", 7) != 0)
		return false;
	for (size_t i = 0; i < name; i++)
		if (!isalnum((unsigned char)line[i]) &&
			strchr("-._()", line[i]) == NULL)
			return false;
	line += name + strlen(" login:");
	line += strspn(line, " ");
	return *line == '\0' || *line == '[';
}

/*
 * Of initramfs-tools, cryptsetup itself, dracut and systemd, which begins with a
 * picture of a lock.
 */
static bool
is_passphrase_prompt(const char *line)
{
	static const char *const prompts[] = {"Please unlock disk ",
		"Please enter passphrase for ", "Enter passphrase",
		"Enter LUKS passphrase", "Password ("};

	while (*line == ' ' || (unsigned char)*line >= 0x80)
		line++;
	for (size_t i = 0; i < sizeof prompts / sizeof prompts[0]; i++) {
		size_t length = strlen(prompts[i]);

		if (strncmp(line, prompts[i], length) == 0 &&
			strpbrk(line + length, ":!") != NULL)
			return true;
	}
	return false;
}

static void
reach(struct watch *watch, enum watch_milestone milestone, double seconds)
{
	if (watch->reached[milestone])
		return;
	watch->reached[milestone] = true;
	watch->seconds[milestone] = seconds;
}

static void
judge_line(struct watch *watch, enum watch_source source, const char *text,
	double seconds)
{
	const char *line = skip_stamps(text);

	if (source != WATCH_FIRMWARE && is_login_prompt(line))
		reach(watch, WATCH_LOGIN, seconds);
	if (source == WATCH_SERIAL && !watch->lines[source].asks &&
		is_passphrase_prompt(line)) {
		watch->lines[source].asks = true;
		watch->asked++;
	}
	for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
		const struct pattern *pattern = &patterns[i];

		if ((pattern->sources & BIT(source)) == 0 ||
			strncmp(line, pattern->text, strlen(pattern->text)) != 0)
			continue;
		if (pattern->failure == NULL) {
			reach(watch, pattern->milestone, seconds);
		} else if (watch->failure == NULL) {
			watch->failure = pattern->failure;
			watch->failed_seconds = seconds;
			snprintf(watch->evidence, sizeof watch->evidence, "%s",
				line);
		}
	}
}

/*
 * Drop terminal control sequences at the end of an unfinished line: called for
 * each character, so that only the newest sequence has to be looked at.
 */
static void
cut_sequence(struct watch_line *line)
{
	char *start = strrchr(line->text, '\x1b');
	char last = line->text[line->used - 1];

	if (start == NULL || start + 1 == line->text + line->used)
		return;
	if (start[1] == '[' &&
		(start + 2 == line->text + line->used || !isalpha(
			(unsigned char)last)))
		return;
	if (strchr("()", start[1]) != NULL && start + 2 == line->text + line->used)
		return;
	line->used = (size_t)(start - line->text);
	line->text[line->used] = '\0';
}

static void
append(struct watch_line *line, char c)
{
	if (line->used == WATCH_LINE_BYTES - 1 || c == '\0' || c == '\a')
		return;
	line->text[line->used++] = c;
	line->text[line->used] = '\0';
	cut_sequence(line);
}

void
watch_feed(struct watch *watch, enum watch_source source, const char *data,
	size_t bytes, double seconds)
{
	struct watch_line *line = &watch->lines[source];

	watch->bytes += bytes;
	for (size_t i = 0; i < bytes; i++) {
		if (data[i] == '\n' || data[i] == '\r') {
			judge_line(watch, source, line->text, seconds);
			line->used = 0;
			line->asks = false;
			line->text[0] = '\0';
		} else {
			append(line, data[i]);
		}
	}
	/* A prompt has no end of line. */
	if (line->used > 0)
		judge_line(watch, source, line->text, seconds);
}
