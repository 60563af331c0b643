/*
 * The dialogue for a machine that was booted without an enrolment: three fields
 * and the disks, on a console or a serial line.
 */
#include "p2v/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <newt.h>
#include <stdbool.h>
#include <string.h>

#include "common/error.h"
#include "common/json.h"
#include "common/own.h"
#include "common/progress.h"

enum { WIDTH = 62, DISKS = 64, DISKS_SHOWN = 6 };

enum field { MACHINE, SERVER, KEY, FIELDS };

static const char *const labels[FIELDS] = {
	"Name of this machine",
	"Host (HOST[:PORT])",
	"Key (64 digits or a file)",
};

struct dialogue {
	newtComponent form, ok, cancel;
	newtComponent entries[FIELDS];
	newtComponent boxes[DISKS];
	json_t *disks[DISKS]; /* borrowed */
	unsigned count;
};

int
ask_is_possible(const char *tty)
{
	AUTO(fd_closep) int fd = tty == NULL
		? dup(STDIN_FILENO)
		: open(tty, O_RDWR | O_NOCTTY | O_CLOEXEC);

	return fd != -1 && isatty(fd) == 1;
}

/* newt speaks to standard input and output. */
static int
use_terminal(const char *tty, struct error *err)
{
	AUTO(fd_closep) int fd = -1;

	setenv("TERM", "linux", 0);
	if (tty == NULL)
		return 0;
	fd = open(tty, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd == -1 || dup2(fd, STDIN_FILENO) == -1 ||
		dup2(fd, STDOUT_FILENO) == -1)
		return error_set(err, errno, "open %s", tty);
	return 0;
}

static void
add_disks(struct dialogue *dialogue, const json_t *inventory, int row)
{
	char text[WIDTH], size[16];
	json_t *disk;
	size_t i;

	json_array_foreach (json_object_get(inventory, "disks"), i, disk) {
		if (!json_flag(disk, "offered", 0) || dialogue->count == DISKS)
			continue;
		snprintf(text, sizeof text, "%-8.8s %8s  %.30s",
			json_text(disk, "name", "?"),
			progress_bytes(size,
				json_number(disk, "size_bytes", 0)),
			json_text(disk, "model", ""));
		dialogue->disks[dialogue->count] = disk;
		dialogue->boxes[dialogue->count] = newtCheckbox(1,
			row + (int)dialogue->count, text, '*', " *", NULL);
		newtFormAddComponent(dialogue->form,
			dialogue->boxes[dialogue->count++]);
		if (dialogue->count == DISKS_SHOWN)
			break;
	}
}

static void
build(struct dialogue *dialogue, const struct enrolment *enrolment,
	const json_t *inventory)
{
	const char *const known[FIELDS] = {enrolment->machine,
		enrolment->server, ""};

	dialogue->form = newtForm(NULL, NULL, 0);
	for (int i = 0; i < FIELDS; i++) {
		newtFormAddComponent(dialogue->form,
			newtLabel(1, 1 + i, labels[i]));
		dialogue->entries[i] = newtEntry(28, 1 + i, known[i],
			WIDTH - 30, NULL, NEWT_FLAG_SCROLL);
		newtFormAddComponent(dialogue->form, dialogue->entries[i]);
	}
	newtFormAddComponent(dialogue->form,
		newtLabel(1, 5, "Disks to serve (read-only)"));
	add_disks(dialogue, inventory, 6);
	dialogue->ok = newtButton(14, 13, "Serve");
	dialogue->cancel = newtButton(36, 13, "Give up");
	newtFormAddComponents(dialogue->form, dialogue->ok, dialogue->cancel,
		NULL);
}

static const char *
answer(const struct dialogue *dialogue, enum field field)
{
	const char *text = newtEntryGetValue(dialogue->entries[field]);

	return text == NULL ? "" : text;
}

static bool
looks_like_key(const char *text)
{
	return strlen(text) == 2 * KEY_BYTES &&
		strspn(text, "0123456789abcdefABCDEF") == 2 * KEY_BYTES;
}

/* A typed key makes an enrolment with the typed name; a file holds its own. */
static int
read_key(struct enrolment *enrolment, const struct dialogue *dialogue,
	struct error *err)
{
	const char *key = answer(dialogue, KEY);
	char text[KEY_NAME_BYTES + 2 * KEY_BYTES + 64];

	if (*key == '\0')
		return error_set(err, 0, "the key is missing");
	if (!looks_like_key(key))
		return key_read(enrolment, key, err);
	if (key_check_name(answer(dialogue, MACHINE), err) == -1)
		return -1;
	snprintf(text, sizeof text, "machine = %s\nkey = %s\n",
		answer(dialogue, MACHINE), key);
	return key_parse(enrolment, text, "the key", err);
}

static int
read_answers(struct enrolment *enrolment, const struct dialogue *dialogue,
	struct error *err)
{
	const char *server = answer(dialogue, SERVER);
	char host[KEY_SERVER_BYTES], port[8];
	unsigned chosen = 0;

	if (read_key(enrolment, dialogue, err) == -1)
		return -1;
	if (*server != '\0') {
		if (key_split_server(server, host, port, err) == -1)
			return -1;
		snprintf(enrolment->server, sizeof enrolment->server, "%s",
			server);
	}
	if (enrolment->server[0] == '\0')
		return error_set(err, 0, "the host is missing");
	for (unsigned i = 0; i < dialogue->count; i++)
		chosen += newtCheckboxGetValue(dialogue->boxes[i]) == '*';
	return chosen == 0 ? error_set(err, 0, "no disk is marked") : 0;
}

static void
drop_unmarked(const struct dialogue *dialogue)
{
	for (unsigned i = 0; i < dialogue->count; i++) {
		if (newtCheckboxGetValue(dialogue->boxes[i]) == '*')
			continue;
		json_object_set_new(dialogue->disks[i], "offered",
			json_false());
		json_set_text(dialogue->disks[i], "reason", "not chosen");
	}
}

static void
tell(const struct error *err)
{
	char title[] = "That cannot be used", button[] = "Back",
	     format[] = "%s\n%s";

	newtWinMessage(title, button, format, err->text, err->hint);
}

static int
run(struct enrolment *enrolment, const struct dialogue *dialogue,
	struct error *err)
{
	struct enrolment answered;

	for (;;) {
		struct newtExitStruct event;

		newtFormRun(dialogue->form, &event);
		if (event.reason == NEWT_EXIT_ERROR ||
			(event.reason == NEWT_EXIT_COMPONENT &&
				event.u.co == dialogue->cancel)) {
			error_set(err, ECANCELED, "no host and key were given");
			return error_hint(err, "Give --server and --key, or "
				"make a live image with an enrolment in it.");
		}
		answered = *enrolment;
		if (read_answers(&answered, dialogue, err) == 0)
			break;
		tell(err);
	}
	*enrolment = answered;
	drop_unmarked(dialogue);
	return 0;
}

int
ask_enrolment(struct enrolment *enrolment, json_t *inventory, const char *tty,
	struct error *err)
{
	struct dialogue dialogue = {0};
	int result;

	if (use_terminal(tty, err) == -1)
		return -1;
	newtInit();
	newtCls();
	newtCenteredWindow(WIDTH, 17, "unrack: serve this machine");
	build(&dialogue, enrolment, inventory);
	result = run(enrolment, &dialogue, err);
	newtFormDestroy(dialogue.form);
	newtPopWindow();
	newtFinished();
	return result;
}

int
ask_folder(char *dir_out, size_t room, const char *full, struct error *err)
{
	fprintf(stderr, "%s\nMount another disk and name its folder "
		"(nothing: stop here): ", full);
	if (fgets(dir_out, (int)room, stdin) == NULL)
		*dir_out = '\0';
	dir_out[strcspn(dir_out, "\n")] = '\0';
	return *dir_out == '\0' ? error_set(err, ECANCELED, "no folder") : 0;
}
