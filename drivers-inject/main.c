/*
 * unrack-inject: storage drivers for a virtual machine into a disk image, or
 * into a folder that holds a guest's files, in place.  guest-disks.c mounts
 * the guest, inject.c does the work.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/log.h"
#include "common/own.h"
#include "common/progress.h"
#include "drivers-inject/appliance-kernel.h"
#include "drivers-inject/guest-disks.h"
#include "drivers-inject/guest.h"
#include "drivers-inject/inject.h"

enum { DISK_LIMIT = 32, EXIT_USAGE = 2 };

struct options {
	const char *disks[DISK_LIMIT];
	size_t disk_count;
	const char *format;
	const char *root;
	bool dry_run, verbose;
};

static const char usage[] =
	"usage: unrack-inject [--dry-run] [-v] [--format raw|qcow2] "
	"--disk FILE…\n"
	"       unrack-inject [--dry-run] [-v] --root DIR\n"
	"Put virtio storage drivers into every initramfs of a Linux disk image,"
	" in place.\n\n"
	"  -d, --disk FILE      a disk of the server; repeat it for each\n"
	"  -f, --format FORMAT  raw or qcow2; else by the file's header\n"
	"  -r, --root DIR       a folder with the server's files instead\n"
	"  -n, --dry-run        change nothing, say what would be done\n"
	"  -v, --verbose        say more\n"
	"  -V, --version\n"
	"  -h, --help\n";

static int
add_disk(struct options *options, const char *path)
{
	if (options->disk_count == DISK_LIMIT) {
		log_warn("more than %d disks", DISK_LIMIT);
		return EXIT_USAGE;
	}
	options->disks[options->disk_count++] = path;
	return -1;
}

static int
take_option(struct options *options, int option)
{
	switch (option) {
	case 'd':
		return add_disk(options, optarg);
	case 'f':
		options->format = optarg;
		if (strcmp(optarg, "raw") == 0 || strcmp(optarg, "qcow2") == 0)
			return -1;
		log_warn("format %s: raw or qcow2 is meant", optarg);
		return EXIT_USAGE;
	case 'n':
		options->dry_run = true;
		return -1;
	case 'r':
		options->root = optarg;
		return -1;
	case 'v':
		options->verbose = true;
		return -1;
	case 'V':
		puts("unrack-inject " UNRACK_VERSION);
		return EXIT_SUCCESS;
	case 'h':
		fputs(usage, stdout);
		return EXIT_SUCCESS;
	default:
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
}

/* -1 to go on, else the exit code. */
static int
parse(struct options *options, int argc, char **argv)
{
	static const struct option names[] = {
		{"disk", required_argument, NULL, 'd'},
		{"format", required_argument, NULL, 'f'},
		{"root", required_argument, NULL, 'r'},
		{"dry-run", no_argument, NULL, 'n'},
		{"verbose", no_argument, NULL, 'v'},
		{"version", no_argument, NULL, 'V'},
		{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	int option, exit_code = -1;

	while ((option = getopt_long(argc, argv, "d:f:r:nvVh", names, NULL)) !=
		-1) {
		exit_code = take_option(options, option);
		if (exit_code != -1)
			return exit_code;
	}
	/* --disk a b c */
	while (exit_code == -1 && optind < argc && options->disk_count > 0)
		exit_code = add_disk(options, argv[optind++]);
	if (exit_code != -1)
		return exit_code;
	if (optind == argc &&
		(options->disk_count > 0) != (options->root != NULL))
		return -1;
	log_warn("either --disk or --root is needed");
	fputs(usage, stderr);
	return EXIT_USAGE;
}

static void
print_names(const char *label, const struct names *names)
{
	AUTO(freep) char *text = names_join(names, "-");

	printf("  %-10s %s\n", label, text == NULL ? "?" : text);
}

/* Said before an image is written. */
static void
print_plan(void *context, const struct inject_kernel *kernel)
{
	char size[16];

	(void)context;
	printf("%s (kernel %s, %s)\n", kernel->initramfs, kernel->version,
		kernel->generator);
	print_names("add", &kernel->added);
	print_names("has", &kernel->present);
	print_names("built in", &kernel->builtin);
	if (kernel->missing.count > 0)
		print_names("no module", &kernel->missing);
	printf("  %-10s %s to %ju bytes\n", "append",
		progress_bytes(size, kernel->appended_bytes),
		(uintmax_t)kernel->initramfs_bytes);
	fflush(stdout);
}

/* What the VM may have, best first. */
static void
print_choices(const char *label, const char *const *names)
{
	printf("  %-10s", label);
	for (size_t i = 0; names[i] != NULL; i++)
		printf("%s %s", i == 0 ? "" : ",", names[i]);
	puts(names[0] == NULL ? " none" : "");
}

static void
print_result(const struct inject_kernel *kernel, bool dry_run)
{
	bool would = dry_run && kernel->status == INJECT_INJECTED;

	printf("%s: %s: %s\n",
		kernel->initramfs == NULL ? kernel->image : kernel->initramfs,
		would ? "would be injected"
		      : inject_status_name(kernel->status),
		kernel->text);
	if (kernel->hint[0] != '\0')
		printf("  %s\n", kernel->hint);
	for (size_t i = 0; i < kernel->notes.count; i++)
		printf("  note: %s\n", kernel->notes.items[i]);
	print_choices("disk", kernel->disks);
	print_choices("card", kernel->cards);
}

static int
judge(const struct inject_report *report, bool dry_run, struct error *err)
{
	size_t bad = 0;

	for (size_t i = 0; i < report->count; i++) {
		enum inject_status status = report->kernels[i].status;

		print_result(&report->kernels[i], dry_run);
		bad += status != INJECT_INJECTED && status != INJECT_UP_TO_DATE;
	}
	if (report->tool.path != NULL) {
		bool failed = report->tool.status == INJECT_FAILED ||
			report->tool.status == INJECT_NO_SPACE;

		printf("%s: %s%s%s\n", report->tool.path,
			failed ? inject_status_name(report->tool.status)
			: report->tool.status == INJECT_UP_TO_DATE
			? "names the drivers already"
			: dry_run ? "would name the drivers"
				  : "names the drivers now",
			failed ? ": " : "", failed ? report->tool.text : "");
		bad += failed;
	}
	if (report->count == 0) {
		error_set(err, 0, "there is no kernel in the guest's /boot");
		return error_hint(err, "Give every disk of the server, the one "
			"with /boot too.");
	}
	if (bad == 0)
		return 0;
	error_set(err, 0, "%zu of %zu steps were not done", bad,
		report->count + (report->tool.path != NULL));
	return error_hint(err, "The lines above say why, each for itself; what "
		"is not named there was done.");
}

static int
inject(const struct options *options, const struct guest_files *files,
	struct error *err)
{
	AUTO(inject_report_freep) struct inject_report report = {.count = 0};
	const struct inject_options how = {
		.dry_run = options->dry_run,
		.planned = print_plan,
	};

	if (inject_run(files, &how, &report, err) == -1)
		return -1;
	return judge(&report, options->dry_run, err);
}

static int
inject_folder(const struct options *options, struct error *err)
{
	struct guest_files files;
	int result;

	if (guest_folder_open(&files, options->root, err) == -1)
		return error_hint(err, "--root wants the folder that holds the "
			"server's /boot and /lib.");
	result = inject(options, &files, err);
	guest_folder_close(&files);
	return result;
}

static int
inject_disks(const struct options *options, struct error *err)
{
	struct guest_files files;
	struct error closing;
	int result;

	appliance_kernel_use();
	if (guest_disks_open(&files, options->disks, options->disk_count,
			options->format, options->dry_run, err) == -1)
		return -1;
	result = inject(options, &files, err);
	if (guest_disks_close(&files, &closing) == -1 && result == 0) {
		*err = closing;
		result = -1;
	}
	return result;
}

int
main(int argc, char **argv)
{
	struct options options = {.disk_count = 0};
	struct error err = {.code = 0};
	int exit_code;

	log_open("unrack-inject", false);
	exit_code = parse(&options, argc, argv);
	if (exit_code != -1)
		return exit_code;
	log_open("unrack-inject", options.verbose);
	if ((options.root != NULL ? inject_folder(&options, &err)
				  : inject_disks(&options, &err)) == -1) {
		log_error(&err);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
