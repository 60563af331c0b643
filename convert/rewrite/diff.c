/*
 * Unified diffs for the record of changes.  Texts are small and mostly alike:
 * the common beginning and end are cut off, and the rest is compared line by
 * line.  (diff(1) would need files for both sides of each change.)
 */
#include "convert/rewrite/diff.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/own.h"

enum { CONTEXT = 3, TABLE_LIMIT = 4000000 };

struct lines {
	const char **start;
	size_t count;
};

/* A step of the script that turns the one text into the other. */
struct step {
	char sign; /* ' ', '-', '+' */
	size_t before, after; /* line indexes at this step */
};

static size_t
line_bytes(const char *line)
{
	size_t n = strcspn(line, "\n");

	return n + (line[n] == '\n');
}

static bool
same(const char *a, const char *b)
{
	size_t n = line_bytes(a);

	return n == line_bytes(b) && memcmp(a, b, n) == 0;
}

static int
split(struct lines *lines, const char *text)
{
	size_t count = 0, used = 0;

	for (const char *at = text; *at != '\0'; at += line_bytes(at))
		count++;
	lines->start = calloc(count + 1, sizeof *lines->start);
	if (lines->start == NULL)
		return -1;
	for (const char *at = text; *at != '\0'; at += line_bytes(at))
		lines->start[used++] = at;
	lines->count = count;
	return 0;
}

/*
 * Lengths of the longest common subsequences of the ends of both, or NULL when
 * the texts are too large for that: then all of it counts as replaced.
 */
static uint32_t *
make_table(const struct lines *a, const struct lines *b, size_t from,
	size_t a_end, size_t b_end)
{
	size_t rows = a_end - from + 1, columns = b_end - from + 1;
	uint32_t *table;

	if (rows > TABLE_LIMIT / columns)
		return NULL;
	table = calloc(rows * columns, sizeof *table);
	for (size_t i = rows - 1; table != NULL && i-- > 0;) {
		for (size_t k = columns - 1; k-- > 0;) {
			uint32_t down = table[(i + 1) * columns + k];
			uint32_t right = table[i * columns + k + 1];

			table[i * columns + k] =
				same(a->start[from + i], b->start[from + k])
				? table[(i + 1) * columns + k + 1] + 1
				: (down > right ? down : right);
		}
	}
	return table;
}

/* Returns the number of steps. */
static size_t
make_script(struct step *steps, const struct lines *a, const struct lines *b)
{
	AUTO(freep) uint32_t *table = NULL;
	size_t from = 0, a_end = a->count, b_end = b->count, count = 0;
	size_t i = 0, k = 0, columns;

	while (from < a_end && from < b_end &&
		same(a->start[from], b->start[from]))
		from++;
	while (a_end > from && b_end > from &&
		same(a->start[a_end - 1], b->start[b_end - 1])) {
		a_end--;
		b_end--;
	}
	table = make_table(a, b, from, a_end, b_end);
	columns = b_end - from + 1;
	while (i < a->count || k < b->count) {
		char sign = ' ';

		if (i >= from && i < a_end && k < b_end) {
			if (table == NULL)
				sign = '-';
			else if (!same(a->start[i], b->start[k]))
				sign = table[(i - from + 1) * columns + k -
					       from] >= table[(i - from) *
							columns +
						k - from + 1]
					? '-'
					: '+';
		} else if (i >= from && i < a_end) {
			sign = '-';
		} else if (k >= from && k < b_end) {
			sign = '+';
		}
		steps[count++] = (struct step){sign, i, k};
		i += sign != '+';
		k += sign != '-';
	}
	return count;
}

static void
print_line(FILE *out, char sign, const char *line)
{
	size_t n = line_bytes(line);

	fprintf(out, "%c%.*s", sign, (int)n, line);
	if (n == 0 || line[n - 1] != '\n')
		fputs("\n\\ No newline at end of file\n", out);
}

/* Line numbers of an empty range point before it. */
static void
print_range(FILE *out, char sign, size_t start, size_t count)
{
	fprintf(out, "%c%zu", sign, count == 0 ? start : start + 1);
	if (count != 1)
		fprintf(out, ",%zu", count);
}

static void
print_hunk(FILE *out, const struct step *steps, size_t start, size_t end,
	const struct lines *a, const struct lines *b)
{
	size_t removed = 0, added = 0;

	for (size_t i = start; i < end; i++) {
		removed += steps[i].sign != '+';
		added += steps[i].sign != '-';
	}
	fputs("@@ ", out);
	print_range(out, '-', steps[start].before, removed);
	fputc(' ', out);
	print_range(out, '+', steps[start].after, added);
	fputs(" @@\n", out);
	for (size_t i = start; i < end; i++)
		print_line(out, steps[i].sign,
			steps[i].sign == '+' ? b->start[steps[i].after]
					     : a->start[steps[i].before]);
}

static void
print_hunks(FILE *out, const struct step *steps, size_t count,
	const struct lines *a, const struct lines *b)
{
	size_t i = 0;

	while (i < count) {
		size_t start, end, quiet = 0;

		while (i < count && steps[i].sign == ' ')
			i++;
		if (i == count)
			return;
		start = i < CONTEXT ? 0 : i - CONTEXT;
		for (end = i; i < count && quiet <= 2 * CONTEXT; i++) {
			quiet = steps[i].sign == ' ' ? quiet + 1 : 0;
			if (quiet == 0)
				end = i + 1;
		}
		i = end;
		end = end + CONTEXT < count ? end + CONTEXT : count;
		print_hunk(out, steps, start, end, a, b);
	}
}

int
diff_unified(char **diff_out, const char *path, const char *before,
	const char *after, struct error *err)
{
	AUTO(freep) const char **a_lines = NULL;
	AUTO(freep) const char **b_lines = NULL;
	AUTO(freep) struct step *steps = NULL;
	struct lines a = {NULL, 0}, b = {NULL, 0};
	char *diff = NULL;
	size_t bytes;
	FILE *out;
	int failed = split(&a, before);

	a_lines = a.start;
	failed = split(&b, after) == -1 || failed;
	b_lines = b.start;
	steps = calloc(a.count + b.count + 1, sizeof *steps);
	out = open_memstream(&diff, &bytes);
	if (failed || steps == NULL || out == NULL) {
		if (out != NULL)
			fclose(out);
		free(diff);
		return error_set(err, ENOMEM, "compare versions of %s", path);
	}
	fprintf(out, "--- a%s\n+++ b%s\n", path, path);
	print_hunks(out, steps, make_script(steps, &a, &b), &a, &b);
	failed = ferror(out) != 0;
	if (fclose(out) != 0 || failed) {
		free(diff);
		return error_set(err, ENOMEM, "compare versions of %s", path);
	}
	*diff_out = diff;
	return 0;
}
