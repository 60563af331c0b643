/*
 * Which file systems and swap a guest has besides its root, by its fstab, as far as
 * they are here.  inspect.c mounts them; swap-wish.c has the swap of units.
 */
#include "convert/assess/wish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convert/assess/fstab.h"
#include "convert/assess/guest.h"
#include "convert/assess/reference.h"
#include "convert/assess/volume.h"

static int
by_depth(const void *a, const void *b)
{
	size_t x = strlen(((const struct wish *)a)->target);
	size_t y = strlen(((const struct wish *)b)->target);

	return (x > y) - (x < y);
}

static void
read_subvolume(const char *options, char *subvolume, size_t room)
{
	const char *at = strstr(options, "subvol=");

	*subvolume = '\0';
	if (at == NULL)
		return;
	at += strlen("subvol=");
	at += *at == '/';
	snprintf(subvolume, room, "%.*s", (int)strcspn(at, ","), at);
}

void
wish_note_swap(struct guest *guest, const struct reference *reference)
{
	for (size_t i = 0; i < guest->swap_count; i++)
		if (strcmp(guest->swaps[i], reference->stable) == 0)
			return;
	if (guest->swap_count < GUEST_SWAPS && reference->stable[0] != '\0')
		snprintf(guest->swaps[guest->swap_count++],
			sizeof guest->swaps[0], "%s", reference->stable);
}

/* Is something else mounted there, or may it be with as much right? */
static bool
is_spare(const struct wish *wishes, size_t count, size_t index)
{
	for (size_t i = 0; i < count && wishes[index].is_noauto; i++)
		if (strcmp(wishes[i].target, wishes[index].target) == 0 &&
			(i < index || !wishes[i].is_noauto))
			return true;
	return false;
}

/* One over the other, the spare would be taken for what the machine starts from. */
static size_t
drop_spares(struct wish *wishes, size_t count)
{
	bool spare[GUEST_MOUNTS];
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		spare[i] = is_spare(wishes, count, i);
	for (size_t i = 0; i < count; i++)
		if (!spare[i])
			wishes[kept++] = wishes[i];
	return kept;
}

size_t
wishes_read(struct wish *wishes_out, const char *fstab, struct guest *guest,
	struct references *references)
{
	struct fstab_place place = {0, 0};
	struct fstab_line line;
	struct reference reference;
	size_t count = 0;

	while (count < GUEST_MOUNTS && fstab_next(fstab, &place, &line)) {
		struct wish *wish = &wishes_out[count];

		reference_resolve(references, line.field[FSTAB_SPEC],
			line.field[FSTAB_TYPE], &reference);
		if (reference.volume == NULL)
			continue;
		if (strcmp(line.field[FSTAB_TYPE], "swap") == 0)
			wish_note_swap(guest, &reference);
		if (line.field[FSTAB_TARGET][0] != '/' ||
			line.field[FSTAB_TARGET][1] == '\0' ||
			strlen(line.field[FSTAB_TARGET]) >=
				sizeof wish->target ||
			!volume_is_mountable(reference.volume) ||
			(fstab_is_noauto(&line) && !fstab_is_boot(&line)))
			continue;
		wish->volume = reference.volume;
		wish->is_noauto = fstab_is_noauto(&line);
		snprintf(wish->target, sizeof wish->target, "%.255s",
			line.field[FSTAB_TARGET]);
		read_subvolume(line.field[FSTAB_OPTIONS], wish->subvolume,
			sizeof wish->subvolume);
		count++;
	}
	count = drop_spares(wishes_out, count);
	qsort(wishes_out, count, sizeof *wishes_out, by_depth);
	return count;
}
