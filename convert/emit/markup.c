/*
 * The one place where foreign text becomes XML or HTML.  Users: domain.c beside
 * this file, and the report's page (convert/report/page.c).
 */
#include "convert/emit/markup.h"

#include <assert.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * The length of the character at `at` when XML allows it, else 0.  Refused are
 * overlong forms, surrogates, U+FFFE, U+FFFF and most control characters.
 */
static size_t
character_length(const unsigned char *at)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t length;
	uint32_t value;

	if (at[0] < 0x80)
		return (at[0] >= 0x20 && at[0] != 0x7f) || at[0] == '\t' ||
			at[0] == '\n' || at[0] == '\r';
	length = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
	if (at[0] < 0xc2 || at[0] > 0xf4)
		return 0;
	value = at[0] & (0xffu >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (at[i] & 0x3f);
	}
	if (value < smallest[length] || value > 0x10ffff ||
		(value >= 0xd800 && value <= 0xdfff) ||
		(value & 0xfffe) == 0xfffe)
		return 0;
	return length;
}

void
markup_text(FILE *out, const char *text)
{
	static const char *const names[256] = {['&'] = "&amp;", ['<'] = "&lt;",
		['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;",
		['\r'] = "&#13;"};
	const unsigned char *at = (const unsigned char *)text;

	while (*at != '\0') {
		size_t length = character_length(at);

		if (length == 0)
			fputc('?', out);
		else if (names[*at] != NULL)
			fputs(names[*at], out);
		else
			fwrite(at, 1, length, out);
		at += length == 0 ? 1 : length;
	}
}

void
markup_print(FILE *out, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	while (*format != '\0') {
		size_t plain = strcspn(format, "%");

		fwrite(format, 1, plain, out);
		format += plain;
		if (*format == '\0')
			break;
		if (format[1] == 's') {
			markup_text(out, va_arg(list, const char *));
		} else if (format[1] == 'u') {
			fprintf(out, "%u", va_arg(list, unsigned));
		} else if (format[1] == 'j' && format[2] == 'u') {
			fprintf(out, "%ju", va_arg(list, uintmax_t));
			format++;
		} else {
			assert(format[1] == '%');
			fputc('%', out);
		}
		format += 2;
	}
	va_end(list);
}
