/*
 * unrack-capture: what runs on the live image.  It tells the host about the
 * machine and serves its disks, read-only, until the host says that it is done.
 * All decisions are the host's.
 *
 * To follow one block: session.c connects, lane.c answers requests, source.c
 * reads the disk, wire/ packs, hashes and sends.
 */
#include <errno.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/log.h"
#include "common/own.h"
#include "p2v/ask.h"
#include "p2v/carry.h"
#include "p2v/gentle.h"
#include "p2v/inventory.h"
#include "p2v/kernel.h"
#include "p2v/options.h"
#include "p2v/screen.h"
#include "p2v/session.h"
#include "p2v/source.h"
#include "wire/key.h"

#define RUN_FOLDER "/run/unrack"

enum { DISK_LIMIT = 256 }; /* the wire counts them in one byte */
enum { EXIT_NEXT_DISK = 3 };

struct disks {
	struct source *sources[DISK_LIMIT];
	unsigned count;
};

static void
disks_close(struct disks *disks)
{
	while (disks->count > 0)
		source_close(disks->sources[--disks->count]);
}

static int
collect(json_t **inventory_out, const struct options *options,
	struct error *err)
{
	const struct words *files = &options->files;

	if (inventory_collect(inventory_out, "", options->live, time(NULL),
		    err) == -1)
		return -1;
	if (options->facts != NULL)
		return inventory_use_facts(inventory_out, options->facts,
			files->items, files->count, options->live, err);
	if (files->count > 0)
		return inventory_use_files(*inventory_out, files->items,
			files->count, options->live, err);
	return 0;
}

static int
print_inventory(json_t *inventory, const struct options *options,
	struct error *err)
{
	if (options->disks.count > 0 &&
		inventory_choose(inventory, options->disks.items,
			options->disks.count, err) == -1)
		return -1;
	if (json_dumpf(inventory, stdout, JSON_INDENT(2)) == -1 ||
		putchar('\n') == EOF || fflush(stdout) == EOF)
		return error_set(err, errno, "print the inventory");
	return 0;
}

/* What is missing of the enrolment; 0 when nothing is. */
static int
check_enrolment(const struct enrolment *enrolment,
	const struct options *options, struct error *err)
{
	if (options->key == NULL)
		error_set(err, 0, "no key was given");
	else if (enrolment->machine[0] == '\0')
		error_set(err, ENOENT, "read the key in %s", options->key);
	else if (enrolment->server[0] == '\0')
		error_set(err, 0, "no host was given");
	else
		return 0;
	return error_hint(err, "Give --key FILE and --server HOST[:PORT], or "
		"unrack.key= and unrack.server= on the kernel command line.");
}

static bool
is_missing(const char *path)
{
	return strcmp(path, "-") != 0 && access(path, F_OK) == -1 &&
		errno == ENOENT;
}

/* The key and the server, from the options, the file or a person. */
static int
find_enrolment(struct enrolment *enrolment_out, json_t *inventory,
	const struct options *options, struct error *err)
{
	const char *tty = options->screens.count > 0
		? options->screens.items[0]
		: NULL;
	char host[KEY_SERVER_BYTES], port[8];

	*enrolment_out = (struct enrolment){0};
	if (options->server != NULL &&
		key_split_server(options->server, host, port, err) == -1)
		return error_add(err, "--server");
	if (options->key != NULL && !is_missing(options->key) &&
		key_read(enrolment_out, options->key, err) == -1)
		return -1;
	if (options->server != NULL)
		snprintf(enrolment_out->server, sizeof enrolment_out->server,
			"%s", options->server);
	if (check_enrolment(enrolment_out, options, err) == 0)
		return 0;
	if (!ask_is_possible(tty))
		return -1;
	return ask_enrolment(enrolment_out, inventory, tty, err);
}

/*
 * The n-th file stands for the n-th disk, of an inventory from a file for the
 * n-th that is offered there.
 */
struct file_disks {
	const json_t *disks[OPTION_WORDS];
};

static void
match_files(struct file_disks *files, const json_t *inventory,
	const struct options *options)
{
	const json_t *disks = json_object_get(inventory, "disks");

	for (size_t i = 0; i < options->files.count; i++)
		files->disks[i] = options->facts != NULL
			? inventory_offered(inventory, i)
			: json_array_get(disks, i);
}

/* Where to read a disk: its file, else its device.  Freed by the caller. */
static char *
path_of(const json_t *disk, const struct file_disks *files,
	const struct options *options)
{
	for (size_t i = 0; i < options->files.count; i++)
		if (files->disks[i] == disk)
			return strdup(options->files.items[i]);
	return io_format("/dev/%s", json_text(disk, "name", ""));
}

static int
open_disks(struct disks *disks, const json_t *inventory,
	const struct file_disks *files, const struct options *options,
	struct error *err)
{
	const json_t *disk;

	while ((disk = inventory_offered(inventory, disks->count)) != NULL) {
		AUTO(freep) char *path = path_of(disk, files, options);

		if (disks->count == DISK_LIMIT)
			return error_set(err, E2BIG, "serve more than %d disks",
				DISK_LIMIT);
		if (path == NULL)
			return error_set(err, ENOMEM, "open the disks");
		if (source_open(&disks->sources[disks->count], path,
			    options->live, err) == -1)
			return -1;
		disks->count++;
	}
	return 0;
}

/* Tell the live image's init what to do after us. */
static int
write_finish(const char *action, struct error *err)
{
	struct stat st;

	if (stat(RUN_FOLDER, &st) == -1 || *action == '\0')
		return 0;
	return io_write_file(RUN_FOLDER "/finish", action, strlen(action),
		0644, err);
}

static int
finish(struct screen *screen, const struct closing *closing,
	const struct options *options, struct error *err)
{
	if (closing->verdict[0] == '\0' && closing->action[0] == '\0') {
		screen_line(screen, "stopped");
		return 0;
	}
	screen_verdict(screen, closing);
	/* What the running system does next is not our business. */
	if (!options->live && write_finish(options->finish != NULL
			? options->finish : closing->action, err) == -1)
		return -1;
	/* Who runs one session wants to know; the live image's init does not. */
	if (options->once && strcmp(closing->verdict, "failed") == 0)
		return error_set(err, 0, "the session failed on the host");
	return 0;
}

/* In place of serving: onto removable disks. */
static int
carry(struct screen *screen, json_t *inventory, const struct options *options,
	struct error *err)
{
	AUTO(disks_close) struct disks disks = {0};
	struct file_disks files;
	struct enrolment enrolment = {0};
	struct closing closing;
	struct carry_plan plan = {.root = "", .to = options->to.items,
		.to_count = options->to.count,
		.continued = options->continued.items,
		.continued_count = options->continued.count,
		.enrolment = &enrolment, .encrypt = options->encrypt,
		.inventory = inventory, .screen = screen};
	int result;

	match_files(&files, inventory, options);
	if (inventory_choose(inventory, options->disks.items,
		    options->disks.count, err) == -1 ||
		(options->key != NULL &&
			key_read(&enrolment, options->key, err) == -1))
		return -1;
	screen_inventory(screen, inventory);
	if (open_disks(&disks, inventory, &files, options, err) == -1)
		return -1;
	plan.sources = disks.sources;
	plan.count = disks.count;
	/* On the live image, init waits for the next disk. */
	if (options->screens.count == 0 && ask_is_possible(NULL))
		plan.ask = ask_folder;
	result = carry_run(&plan, &closing, err);
	explicit_bzero(&enrolment, sizeof enrolment);
	return result == -1 ? -1 : finish(screen, &closing, options, err);
}

static int
serve(struct screen *screen, json_t *inventory, const struct options *options,
	struct error *err)
{
	AUTO(disks_close) struct disks disks = {0};
	struct file_disks files;
	struct enrolment enrolment;
	struct closing closing;
	bool pre_copies = options->live &&
		strcmp(options->mode, "capture") == 0;
	struct session_plan plan = {.enrolment = &enrolment,
		.inventory = inventory,
		.mode = pre_copies ? "pre-copy" : options->mode,
		.lanes = options->live ? GENTLE_LANES : 0,
		.once = options->once, .screen = screen};
	int result;

	if (options->live)
		gentle_begin();
	match_files(&files, inventory, options);
	if (inventory_choose(inventory, options->disks.items,
		    options->disks.count, err) == -1 ||
		find_enrolment(&enrolment, inventory, options, err) == -1)
		return -1;
	screen_inventory(screen, inventory);
	if (open_disks(&disks, inventory, &files, options, err) == -1)
		return -1;
	plan.sources = disks.sources;
	plan.count = disks.count;
	result = session_run(&plan, &closing, err);
	explicit_bzero(&enrolment, sizeof enrolment);
	return result == -1 ? -1 : finish(screen, &closing, options, err);
}

/* A failure goes to the screens as well, once. */
static int
serve_on_screens(json_t *inventory, const struct options *options,
	struct error *err)
{
	AUTO(screen_closep) struct screen *screen = NULL;

	if (screen_open(&screen, options->screens.items,
		    options->screens.count, err) == -1)
		return -1;
	if ((options->to.count > 0 ? carry : serve)(screen, inventory, options,
		    err) == 0)
		return 0;
	screen_status(screen, "%s", "");
	if (options->screens.count > 0)
		screen_error(screen, err);
	return -1;
}

static int
run(const struct options *options, struct error *err)
{
	AUTO(json_decrefpp) json_t *inventory = NULL;
	struct utsname kernel;

	if (uname(&kernel) == 0 && kernel_check(kernel.release, err) == -1)
		return -1;
	if (collect(&inventory, options, err) == -1)
		return -1;
	if (options->inventory)
		return print_inventory(inventory, options, err);
	return serve_on_screens(inventory, options, err);
}

int
main(int argc, char *argv[])
{
	struct options options;
	struct error err = {0};
	int result = 0;

	log_open("unrack-capture", false);
	if (options_read(&options, argc, argv, "/proc/cmdline", &err) == -1) {
		log_error(&err);
		return 2;
	}
	log_open("unrack-capture", options.verbose);
	signal(SIGPIPE, SIG_IGN);
	/* A legacy system's configuration is none of ours. */
	OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	if (options.help)
		options_print_help(stdout);
	else if (options.version)
		puts("unrack-capture " UNRACK_VERSION);
	else
		result = run(&options, &err);
	if (result == -1)
		log_error(&err);
	if (result == -1 && options.to.count > 0 && err.code == ENOSPC)
		result = -EXIT_NEXT_DISK;
	options_release(&options);
	return -result;
}
