/* Dice, and the sectors that a seed makes unreadable; see fault.h. */
#include "tests/torture/fault.h"

enum { STRETCH = 64 }; /* sectors */

uint64_t
dice_next(struct dice *dice)
{
	uint64_t n = dice->state += UINT64_C(0x9e3779b97f4a7c15);

	n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	n = (n ^ n >> 27) * UINT64_C(0x94d049bb133111eb);
	return n ^ n >> 31;
}

uint64_t
dice_below(struct dice *dice, uint64_t limit)
{
	return dice_next(dice) % limit;
}

bool
dice_percent(struct dice *dice, unsigned percent)
{
	return dice_below(dice, 100) < percent;
}

/* One stretch in `rarity` has a run of such sectors. */
static bool
is_struck(uint64_t seed, uint64_t sector, unsigned rarity)
{
	struct dice dice = {seed + sector / STRETCH * 2654435761u};
	uint64_t first, count;

	if (seed == 0 || dice_below(&dice, rarity) != 0)
		return false;
	first = dice_below(&dice, STRETCH);
	count = 1 + dice_below(&dice, 24);
	return sector % STRETCH >= first && sector % STRETCH < first + count;
}

bool
fault_is_bad(uint64_t seed, uint64_t sector)
{
	return is_struck(seed, sector, 67);
}

bool
fault_is_flaky(uint64_t seed, uint64_t sector)
{
	return is_struck(seed ^ 0xf1a4, sector, 31);
}
