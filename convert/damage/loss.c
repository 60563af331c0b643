/*
 * Sectors that were lost, and what is said of them.
 */
#include "convert/damage/loss.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"

enum { WHAT_BYTES = 1024 };

int
loss_tell(struct loss *loss, enum loss_owner owner, const char *what,
	struct error *err)
{
	if (loss->owner != LOSS_UNTOLD)
		return 0;
	loss->what = strndup(what, WHAT_BYTES);
	if (loss->what == NULL)
		return error_set(err, ENOMEM, "tell what sectors held");
	loss->owner = owner;
	return 0;
}

int
loss_units(uint64_t **units_out, size_t *count_out,
	const struct loss *losses, size_t count, uint64_t unit_bytes,
	size_t limit, struct error *err)
{
	uint64_t *units = calloc(limit + 1, sizeof *units);
	size_t used = 0;

	if (units == NULL)
		return error_set(err, ENOMEM, "tell what sectors held");
	for (size_t i = 0; i < count && used < limit; i++) {
		uint64_t unit = loss_unit(&losses[i], unit_bytes);

		if (losses[i].owner == LOSS_UNTOLD &&
			(used == 0 || units[used - 1] != unit))
			units[used++] = unit;
	}
	*units_out = units;
	*count_out = used;
	return 0;
}

int
loss_tell_unit(struct loss *losses, size_t count, uint64_t unit_bytes,
	uint64_t unit, enum loss_owner owner, const char *what,
	struct error *err)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (loss_unit(&losses[middle], unit_bytes) < unit)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < count && loss_unit(&losses[low], unit_bytes) == unit;
		low++)
		if (loss_tell(&losses[low], owner, what, err) == -1)
			return -1;
	return 0;
}

char *
loss_words(const uint64_t *numbers, size_t count)
{
	char *text = malloc(count * 21 + 1);
	size_t used = 0;

	if (text == NULL)
		return NULL;
	text[0] = '\0';
	for (size_t i = 0; i < count; i++)
		used += (size_t)sprintf(text + used, " %ju",
			(uintmax_t)numbers[i]);
	return text;
}
