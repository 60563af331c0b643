/*
 * Reading mdadm.conf.  A line that begins with white space continues the last
 * one.  What becomes of the lines is decided in rewrite/mdadm.c.
 */
#include "convert/assess/mdadm-conf.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

bool
mdadm_next(const char *text, struct mdadm_word *word)
{
	size_t at = word->offset + word->bytes;

	for (word->number += word->number == 0; text[at] != '\0';) {
		bool is_first = at == 0 || text[at - 1] == '\n';

		if (isspace((unsigned char)text[at])) {
			word->number += text[at++] == '\n';
			continue;
		}
		if (text[at] == '#') {
			at += strcspn(text + at, "\n");
			continue;
		}
		word->offset = at;
		word->bytes = strcspn(text + at, " \t\r\n");
		if (is_first) {
			word->keyword_offset = at;
			word->line++;
		}
		return true;
	}
	return false;
}

bool
mdadm_line_is(const char *text, const struct mdadm_word *word,
	const char *keyword)
{
	const char *at = text + word->keyword_offset;
	size_t bytes = 0;

	while (bytes <= strlen(keyword) && at[bytes] != '\0' &&
		strchr(" \t\r\n", at[bytes]) == NULL)
		bytes++;
	return bytes >= 3 && bytes <= strlen(keyword) &&
		strncasecmp(at, keyword, bytes) == 0;
}

bool
mdadm_word_starts(const char *text, const struct mdadm_word *word,
	const char *start)
{
	return word->bytes > strlen(start) &&
		strncasecmp(text + word->offset, start, strlen(start)) == 0;
}
