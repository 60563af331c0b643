/* Lines that become comments, and can be found again. */
#include "convert/rewrite/comment-out.h"

#include <errno.h>
#include <string.h>

#include "common/error.h"
#include "common/io.h"
#include "common/own.h"
#include "convert/assess/files.h"
#include "convert/rewrite/change.h"
#include "convert/rewrite/edit.h"

/* By a function, or by the text. */
struct choice {
	bool (*is_wanted)(const char *line, size_t bytes);
	const char *text;
	size_t bytes;
};

static bool
is_chosen(const struct choice *choice, const char *line, size_t bytes)
{
	if (choice->is_wanted != NULL)
		return choice->is_wanted(line, bytes);
	return bytes == choice->bytes &&
		memcmp(line, choice->text, bytes) == 0;
}

static int
mark_lines(char **after_out, const char *before, const struct choice *choice,
	const char *mark, struct error *err)
{
	struct edit edit;

	edit_open(&edit, before);
	for (const char *line = before; *line != '\0';) {
		size_t n = strcspn(line, "\n");

		if (*line != '#' && is_chosen(choice, line, n))
			edit_replace(&edit, (size_t)(line - before), 0, mark);
		line += n + (line[n] == '\n');
	}
	return edit_close(&edit, after_out, err);
}

static int
plan(struct changes *changes, const struct file *file,
	const struct choice *choice, const char *tag, const char *reason,
	struct error *err)
{
	AUTO(freep) char *mark = io_format("#unrack:%s# ", tag);
	AUTO(freep) char *after = NULL;
	const char *planned = changes_text(changes, file->path);

	if (mark == NULL)
		return error_set(err, ENOMEM, "edit %s", file->path);
	if (file->text == NULL || file->is_cut)
		return 0;
	if (mark_lines(&after, planned == NULL ? file->text : planned, choice,
		    mark, err) == -1)
		return -1;
	if (after == NULL)
		return 0;
	return changes_plan(changes, file->path, file->text, after, reason,
		       err) == -1
		? -1
		: 1;
}

int
comment_out(struct changes *changes, const struct file *file,
	bool (*is_wanted)(const char *line, size_t bytes), const char *tag,
	const char *reason, struct error *err)
{
	const struct choice choice = {.is_wanted = is_wanted};

	return plan(changes, file, &choice, tag, reason, err);
}

int
comment_out_line(struct changes *changes, const struct file *file,
	const char *wanted, size_t wanted_bytes, const char *tag,
	const char *reason, struct error *err)
{
	const struct choice choice = {.text = wanted, .bytes = wanted_bytes};

	return plan(changes, file, &choice, tag, reason, err);
}
