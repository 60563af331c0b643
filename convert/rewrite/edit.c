/*
 * Byte-preserving edits: who replaces ranges cannot damage what is between
 * them, be it odd white space or a missing final newline.
 */
#include "convert/rewrite/edit.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"

void
edit_open(struct edit *edit, const char *text)
{
	*edit = (struct edit){.text = text};
	edit->out = open_memstream(&edit->data, &edit->bytes);
}

void
edit_replace(struct edit *edit, size_t offset, size_t bytes,
	const char *replacement)
{
	assert(offset >= edit->copied);
	edit->changed = true;
	if (edit->out == NULL)
		return;
	fwrite(edit->text + edit->copied, 1, offset - edit->copied, edit->out);
	fputs(replacement, edit->out);
	edit->copied = offset + bytes;
}

int
edit_close(struct edit *edit, char **text_out, struct error *err)
{
	AUTO(freep) char *data = NULL;
	bool failed = edit->out == NULL;

	*text_out = NULL;
	if (!failed) {
		fputs(edit->text + edit->copied, edit->out);
		failed = ferror(edit->out) != 0;
		failed = fclose(edit->out) != 0 || failed;
	}
	data = take(edit->data);
	if (failed)
		return error_set(err, ENOMEM, "edit a text");
	if (edit->changed)
		*text_out = take(data);
	return 0;
}
