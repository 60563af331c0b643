/*
 * The way back for the guest's administrator.  The conversion host undoes
 * everything at once by dropping its overlay; inside the VM, one service at a
 * time is what is wanted.
 */
#include "convert/rewrite/undo-list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "convert/assess/files.h"
#include "convert/rewrite/change.h"

/* The script stays a script that shells and people can read. */
__asm__(".pushsection .rodata\n"
	".globl undo_script\n"
	"undo_script:\n"
	".incbin \"convert/rewrite/undo.sh\"\n"
	".byte 0\n"
	".popsection\n");

static const char preface[] =
	"# Made by unrack: services of the old hardware that do not start in\n"
	"# this VM, and what else can be brought back.  " UNDO_SCRIPT "\n"
	"# --list shows it, and NAME brings one back.\n";

int
undo_list_open(struct undo_list *list, struct error *err)
{
	*list = (struct undo_list){.data = NULL};
	list->out = open_memstream(&list->data, &list->bytes);
	return list->out == NULL ? error_set(err, ENOMEM, "list services") : 0;
}

void
undo_list_release(struct undo_list *list)
{
	if (list->out != NULL)
		fclose(list->out);
	free(list->data);
}

/* A field, on one line and without tabs. */
static void
put(struct undo_list *list, const char *text, char end)
{
	for (; *text != '\0'; text++)
		fputc((unsigned char)*text < ' ' ? '?' : *text, list->out);
	fputc(end, list->out);
}

static void
begin(struct undo_list *list, const char *kind,
	const struct disabled_service *service)
{
	put(list, kind, '\t');
	put(list, service->name, '\t');
	put(list, service->title, '\n');
	fputs("why\t", list->out);
	put(list, service->why, '\n');
	fputs("advice\t", list->out);
	put(list, service->advice, '\n');
}

void
undo_list_begin(struct undo_list *list, const struct disabled_service *service)
{
	begin(list, "service", service);
}

void
undo_list_begin_alone(struct undo_list *list,
	const struct disabled_service *what)
{
	begin(list, "alone", what);
}

void
undo_list_step(struct undo_list *list, const char *step, const char *one,
	const char *two)
{
	put(list, step, '\t');
	put(list, one, *two == '\0' ? '\n' : '\t');
	if (*two != '\0')
		put(list, two, '\n');
}

int
undo_list_plan(struct undo_list *list, const struct files *files,
	struct changes *changes, struct error *err)
{
	const char *earlier = files_text(files, UNDO_LIST);
	const char *planned = changes_text(changes, UNDO_LIST);
	AUTO(freep) char *text = NULL;

	if (fflush(list->out) == EOF)
		return error_set(err, ENOMEM, "list services");
	if (list->bytes == 0)
		return 0;
	text = io_format("%s%s", planned != NULL ? planned
				: earlier == NULL ? preface : earlier,
		list->data);
	if (text == NULL)
		return error_set(err, ENOMEM, "list services");
	if (changes_plan(changes, UNDO_LIST, earlier, text,
		    "The list of what was disabled, for the undo script.",
		    err) == -1)
		return -1;
	changes_mark_optional(changes, UNDO_LIST);
	if (planned != NULL)
		return 0; /* so is the script */
	if (changes_plan_program(changes, UNDO_SCRIPT,
		    files_text(files, UNDO_SCRIPT), undo_script,
		    "Brings services back that were disabled.", err) == -1)
		return -1;
	changes_mark_optional(changes, UNDO_SCRIPT);
	return 0;
}
