/*
 * Conversions of damaged guests, by the hundred: files that a conversion reads
 * are cut, scrambled, grown, replaced by links, pipes and folders, or sectors of
 * the file system are struck.  Whatever befell a guest, its conversion neither
 * crashes nor hangs; it ends with a clear error, or with reports that are whole.
 * Where damage made a line remain as it was that a healthy guest's conversion
 * edits, a finding that the healthy one does not have says something.
 *
 *	SEED=n RUNS=n mutants BASE.raw BASE.store	(RUN=n: only that one)
 *
 * mutation.c has the kinds of damage, lent.c the appliance that all share,
 * make-base the guests.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/error.h"
#include "common/io.h"
#include "common/json.h"
#include "common/own.h"
#include "common/strings.h"
#include "convert/capture/overlay.h"
#include "convert/rewrite/conversion.h"
#include "drivers-inject/appliance.h"
#include "tests/mutants/lent.h"
#include "tests/mutants/mutation.h"

enum {
	RUNS = 8,
	DAMAGES = 5,
	READS = 4096,
	TEXT_LIMIT = 1 << 20,
	HANG_SECONDS = 600,
	STRIKE_PERCENT = 5,
	ELSEWHERE_PERCENT = 25
};

/* What a conversion left behind. */
struct outcome {
	json_t *findings; /* an object whose keys are "RULE PATH" */
	json_t *changes;  /* by path: the lines that were edited, as a list */
};

struct mutants {
	guestfs_h *g;
	char folder[32]; /* of this process, below /var/tmp */
	char *base, *store;
	char *base_overlay, *store_overlay;
	char **reads; /* paths that the healthy guest's conversion asked for */
	size_t read_count;
	char **others; /* of /etc and /boot */
	struct outcome healthy;
	unsigned converted, refused, relaunched, told;
};

/* For the watch and for whoever reads the core. */
static atomic_uint running;
static _Atomic time_t since;

static uint64_t
setting(const char *name, uint64_t fallback)
{
	const char *text = getenv(name);

	return text == NULL || *text == '\0' ? fallback
					     : strtoull(text, NULL, 0);
}

static void
die(const char *what, const struct error *err)
{
	fprintf(stderr, "mutants: %s: %s\n", what, err->text);
	exit(1);
}

/* A conversion that does not end is a failure, and would hide all others. */
static void *
watch(void *nothing)
{
	(void)nothing;
	for (;;) {
		sleep(5);
		if (atomic_load(&since) != 0 &&
			time(NULL) - atomic_load(&since) > HANG_SECONDS) {
			fprintf(stderr, "run %u: hangs\n",
				atomic_load(&running));
			abort();
		}
	}
	return NULL;
}

/* ---- the appliance and its guest ---- */

static void
launch(struct mutants *m)
{
	struct error err;
	struct appliance_disk disks[2] = {
		{.path = m->base_overlay, .format = "qcow2"},
		{.path = m->store_overlay, .format = "qcow2"}};

	if (m->g != NULL)
		guestfs_close(m->g);
	if (overlay_create(m->base_overlay, m->base, "raw", &err) == -1 ||
		overlay_create(m->store_overlay, m->store, "raw", &err) == -1 ||
		__real_appliance_open(&m->g, disks, 2, false, &err) == -1)
		die("launch", &err);
	lent_set(m->g);
}

static bool
begin_anew(struct mutants *m)
{
	if (guestfs_umount_all(m->g) == -1 ||
		guestfs_mount_ro(m->g, "/dev/sdb", "/") == -1 ||
		guestfs_copy_file_to_device(m->g, "/sda1", "/dev/sda1", -1) ==
			-1)
		return false;
	return guestfs_umount_all(m->g) == 0;
}

/* The guest as it was; in a new appliance when this one was lost. */
static void
restore(struct mutants *m)
{
	if (begin_anew(m))
		return;
	m->relaunched++;
	launch(m);
}

static int
convert(struct mutants *m, struct error *err)
{
	AUTO(freep) char *report = io_format("%s/report", m->folder);
	const struct conversion_disk disks[2] = {
		{"sda", m->base_overlay, "qcow2", 512},
		{"sdb", m->store_overlay, "qcow2", 512}};
	const struct conversion_request request = {.machine = "mutant",
		.disks = disks,
		.disk_count = 2,
		.report_folder = report,
		.no_trim = true};
	struct conversion_result result;

	if (report == NULL || io_remove_tree(report, err) == -1)
		return error_set(err, ENOMEM, "begin");
	return conversion_run(&request, &result, err);
}

/* ---- what came of it ---- */

static void
outcome_release(struct outcome *outcome)
{
	json_decref(outcome->findings);
	json_decref(outcome->changes);
}

static int
read_report(json_t **json_out, const struct mutants *m, const char *name,
	struct error *err)
{
	AUTO(freep) char *path = io_format("%s/report/%s", m->folder, name);

	return path == NULL ? error_set(err, ENOMEM, "read")
			    : json_file_read(json_out, path, err);
}

static void
note_findings(struct outcome *outcome, const json_t *report)
{
	const json_t *finding, *evidence;
	size_t i, k;

	json_array_foreach(json_object_get(report, "findings"), i, finding)
		json_array_foreach(json_object_get(finding, "evidence"), k,
			evidence) {
			AUTO(freep) char *key = io_format("%s %s",
				json_text(finding, "rule", ""),
				json_text(evidence, "where", ""));

			json_object_set_new(outcome->findings, key,
				json_true());
		}
	/* What could not be looked at is told there. */
	json_array_foreach(json_object_get(json_object_get(report,
		"confidence"), "limits"), i, finding)
		if (json_is_string(finding))
			json_object_set_new(outcome->findings,
				json_string_value(finding), json_true());
}

/* Those that a unified diff takes away. */
static json_t *
read_edited_lines(const struct mutants *m, const char *diff)
{
	AUTO(freep) char *path = io_format("%s/report/changes/%s", m->folder,
		diff);
	AUTO(freep) char *text = NULL;
	json_t *lines = json_array();
	struct error ignored;
	char *rest = NULL, *line;

	if (*diff == '\0' || io_read_file(&text, NULL, path, TEXT_LIMIT,
				    &ignored) == -1)
		return lines;
	for (line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest))
		if (*line == '-' && !string_starts(line, "--- "))
			json_array_append_new(lines, json_string(line + 1));
	return lines;
}

static int
outcome_read(struct outcome *outcome, const struct mutants *m,
	struct error *err)
{
	AUTO(json_decrefpp) json_t *findings = NULL;
	AUTO(json_decrefpp) json_t *changes = NULL;
	AUTO(json_decrefpp) json_t *guest = NULL;
	AUTO(json_decrefpp) json_t *layout = NULL;
	const json_t *change;
	size_t i;

	*outcome = (struct outcome){json_object(), json_object()};
	if (read_report(&findings, m, "findings.json", err) == -1 ||
		read_report(&guest, m, "guest.json", err) == -1 ||
		read_report(&layout, m, "layout.json", err) == -1 ||
		read_report(&changes, m, "changes/index.json", err) == -1)
		return -1;
	note_findings(outcome, findings);
	json_array_foreach(json_object_get(changes, "changes"), i, change)
		json_object_set_new(outcome->changes,
			json_text(change, "path", ""),
			read_edited_lines(m, json_text(change, "diff", "")));
	return 0;
}

static bool
says_more(const struct outcome *outcome, const struct outcome *healthy)
{
	const char *key;
	json_t *value;

	json_object_foreach(outcome->findings, key, value)
		if (json_object_get(healthy->findings, key) == NULL)
			return true;
	return false;
}

static bool
has_line(const char *text, const char *line)
{
	size_t bytes = strlen(line);

	for (; text != NULL; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (strncmp(text, line, bytes) == 0 &&
			(text[bytes] == '\n' || text[bytes] == '\0'))
			return true;
	}
	return false;
}

/* A text of whose lines none is left that a healthy guest's conversion edits. */
static bool
has_lost_lines(guestfs_h *g, const char *path, const json_t *lines)
{
	AUTO(freep) char *text = NULL;
	const json_t *line;
	size_t i, bytes = 0;

	if (guestfs_is_file_opts(g, path, GUESTFS_IS_FILE_OPTS_FOLLOWSYMLINKS,
		    1, -1) == 1 &&
		guestfs_filesize(g, path) < TEXT_LIMIT)
		text = guestfs_read_file(g, path, &bytes);
	if (text == NULL || bytes == 0 || json_array_size(lines) == 0)
		return false;
	json_array_foreach(lines, i, line)
		if (has_line(text, json_string_value(line)))
			return false;
	return true;
}

/* Is there nothing to edit?  A link to nothing counts as nothing. */
static bool
is_excused(const struct mutants *m, const char *path, const json_t *lines)
{
	struct guestfs_statns *stat = NULL;
	bool is_gone, is_lost;

	if (guestfs_mount_ro(m->g, "/dev/sda1", "/") == -1)
		return false;
	stat = guestfs_statns(m->g, path);
	is_gone = stat == NULL && guestfs_last_errno(m->g) == ENOENT;
	is_lost = stat != NULL && has_lost_lines(m->g, path, lines);
	if (stat != NULL)
		guestfs_free_statns(stat);
	guestfs_umount_all(m->g);
	return is_gone || is_lost;
}

/* The first edit of the healthy guest that was not made here, or NULL. */
static const char *
missing_edit(const struct mutants *m, const struct outcome *outcome)
{
	const char *path;
	json_t *lines;

	json_object_foreach(m->healthy.changes, path, lines)
		if (json_object_get(outcome->changes, path) == NULL &&
			!is_excused(m, path, lines))
			return path;
	return NULL;
}

/* ---- what a conversion reads ---- */

/* A call as libguestfs traces it: read_file "/etc/fstab" */
static void
note_call(guestfs_h *g, void *opaque, uint64_t event, int handle, int flags,
	const char *text, size_t bytes, const uint64_t *array, size_t count)
{
	struct mutants *m = opaque;
	const char *end = text + bytes, *at = text, *close;

	(void)g, (void)event, (void)handle, (void)flags, (void)array,
		(void)count;
	while ((at = memchr(at, '"', (size_t)(end - at))) != NULL) {
		close = memchr(at + 1, '"', (size_t)(end - at - 1));
		if (close == NULL)
			return;
		if (at[1] == '/' && strncmp(at + 1, "/dev/", 5) != 0 &&
			m->read_count < READS)
			m->reads[m->read_count++] =
				strndup(at + 1, (size_t)(close - at - 1));
		at = close + 1;
		if (at >= end)
			return;
	}
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
drop_repeated_reads(struct mutants *m)
{
	size_t kept = 0;

	qsort(m->reads, m->read_count, sizeof *m->reads, compare_texts);
	for (size_t i = 0; i < m->read_count; i++)
		if (kept > 0 && strcmp(m->reads[kept - 1], m->reads[i]) == 0)
			free(m->reads[i]);
		else
			m->reads[kept++] = m->reads[i];
	m->read_count = kept;
}

static void
drop_reads_of_no_file(struct mutants *m)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->read_count; i++)
		if (guestfs_is_file_opts(m->g, m->reads[i],
			    GUESTFS_IS_FILE_OPTS_FOLLOWSYMLINKS, 1, -1) == 1)
			m->reads[kept++] = m->reads[i];
		else
			free(m->reads[i]);
	m->read_count = kept;
}

static void
learn(struct mutants *m)
{
	struct error err;
	int handle;

	m->reads = calloc(READS, sizeof *m->reads);
	handle = guestfs_set_event_callback(m->g, note_call,
		GUESTFS_EVENT_TRACE, 0, m);
	guestfs_set_trace(m->g, 1);
	if (convert(m, &err) == -1)
		die("convert the healthy guest", &err);
	guestfs_set_trace(m->g, 0);
	guestfs_delete_event_callback(m->g, handle);
	if (outcome_read(&m->healthy, m, &err) == -1)
		die("read its reports", &err);
	restore(m);
	if (guestfs_mount(m->g, "/dev/sda1", "/") == -1) {
		guest_error(&err, m->g, "mount the guest");
		die("learn", &err);
	}
	drop_repeated_reads(m);
	drop_reads_of_no_file(m);
	m->others = guestfs_find(m->g, "/etc");
	guestfs_umount_all(m->g);
	if (m->read_count == 0 || m->others == NULL || m->others[0] == NULL) {
		error_set(&err, ENOENT, "no files");
		die("learn", &err);
	}
	printf("the conversion reads %zu files and edits %zu\n", m->read_count,
		json_object_size(m->healthy.changes));
}

/* ---- one mutant ---- */

static void
damage_file(struct mutants *m, struct dice *dice, struct damage *damage)
{
	size_t others = 0;
	char path[512];

	if (!dice_percent(dice, ELSEWHERE_PERCENT)) {
		mutation_apply(m->g, m->reads[dice_below(dice, m->read_count)],
			dice, damage);
		return;
	}
	while (m->others[others] != NULL)
		others++;
	snprintf(path, sizeof path, "/etc/%s",
		m->others[dice_below(dice, others)]);
	mutation_apply(m->g, path, dice, damage);
}

static size_t
damage_guest(struct mutants *m, struct dice *dice,
	struct damage damages[DAMAGES])
{
	size_t count = 0;

	if (dice_percent(dice, STRIKE_PERCENT)) {
		mutation_strike(m->g, "/dev/sda1", dice, &damages[0]);
		return 1;
	}
	if (guestfs_mount(m->g, "/dev/sda1", "/") == -1)
		return 0;
	do
		damage_file(m, dice, &damages[count++]);
	while (count < DAMAGES && dice_percent(dice, 50));
	guestfs_umount_all(m->g);
	return count;
}

static void
print_damages(FILE *out, const struct damage *damages, size_t count)
{
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s %s: %s", i == 0 ? "" : ";", damages[i].path,
			damages[i].what);
}

/* NULL, or what is wrong with how the conversion ended. */
static const char *
judge(struct mutants *m, int failed, struct error *err, char detail[512])
{
	AUTO(outcome_release) struct outcome outcome = {NULL, NULL};
	const char *missing;

	snprintf(detail, 512, "%s", "");
	if (failed) {
		m->refused++;
		snprintf(detail, 512, "%.500s", err->text);
		return err->text[0] == '\0' ? "fails without a word" : NULL;
	}
	m->converted++;
	if (outcome_read(&outcome, m, err) == -1) {
		snprintf(detail, 512, "%.500s", err->text);
		return "its reports are not whole";
	}
	if (says_more(&outcome, &m->healthy)) {
		m->told++;
		return NULL;
	}
	missing = missing_edit(m, &outcome);
	if (missing == NULL)
		return NULL;
	snprintf(detail, 512, "%.500s", missing);
	return "an edit is missing and no finding says why";
}

/* Returns whether it is as it should be. */
static bool
run_mutant(struct mutants *m, uint64_t seed, unsigned run, bool verbose)
{
	struct dice dice = {seed * 1000003 + run};
	struct damage damages[DAMAGES];
	struct error err = {0};
	const char *fault;
	char detail[512];
	size_t count;
	time_t start = time(NULL);
	int failed;

	atomic_store(&running, run);
	atomic_store(&since, start);
	count = damage_guest(m, &dice, damages);
	failed = convert(m, &err);
	fault = judge(m, failed, &err, detail);
	if (fault != NULL || verbose) {
		printf("run %u (%lld s):", run, (long long)(time(NULL) - start));
		print_damages(stdout, damages, count);
		printf(" -- %s%s%s\n", fault != NULL ? fault
				: failed ? "refused" : "converted",
			*detail == '\0' ? "" : ": ", detail);
		fflush(stdout);
	}
	restore(m);
	atomic_store(&since, 0);
	return fault == NULL;
}

static void
prepare(struct mutants *m, char **argv)
{
	strcpy(m->folder, "/var/tmp/unrack-mutants.XXXXXX");
	m->base = realpath(argv[1], NULL);
	m->store = realpath(argv[2], NULL);
	if (m->base == NULL || m->store == NULL || mkdtemp(m->folder) == NULL) {
		perror("mutants");
		exit(1);
	}
	m->base_overlay = io_format("%s/sda.qcow2", m->folder);
	m->store_overlay = io_format("%s/sdb.qcow2", m->folder);
	launch(m);
	learn(m);
}

static void
release(struct mutants *m)
{
	struct error err;

	guestfs_close(m->g);
	io_remove_tree(m->folder, &err);
	for (size_t i = 0; i < m->read_count; i++)
		free(m->reads[i]);
	free(m->reads);
	strings_freep(&m->others);
	outcome_release(&m->healthy);
	free(m->base);
	free(m->store);
	free(m->base_overlay);
	free(m->store_overlay);
}

int
main(int argc, char **argv)
{
	uint64_t seed = setting("SEED", (uint64_t)time(NULL));
	unsigned first = (unsigned)setting("RUN", 0);
	unsigned end = first + (unsigned)setting("RUNS",
		getenv("RUN") != NULL ? 1 : RUNS);
	struct mutants m = {.g = NULL};
	unsigned failed = 0;
	pthread_t thread;

	if (argc != 3) {
		fputs("usage: mutants BASE.raw BASE.store\n", stderr);
		return 1;
	}
	printf("SEED=%ju\n", (uintmax_t)seed);
	prepare(&m, argv);
	pthread_create(&thread, NULL, watch, NULL);
	for (unsigned run = first; run < end; run++)
		failed += !run_mutant(&m, seed, run,
			setting("VERBOSE", 0) != 0);
	printf("%u converted (%u with findings of their own), %u refused, "
		"%u appliances lost\n", m.converted, m.told, m.refused,
		m.relaunched);
	printf("%u passed, %u failed\n", end - first - failed, failed);
	release(&m);
	return failed != 0;
}
