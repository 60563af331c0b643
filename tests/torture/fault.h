#ifndef TESTS_TORTURE_FAULT_H
#define TESTS_TORTURE_FAULT_H

#include <stdbool.h>
#include <stdint.h>

/* Numbers that a seed repeats (splitmix64). */
struct dice {
	uint64_t state;
};
uint64_t dice_next(struct dice *dice);
/* 0 to limit - 1. */
uint64_t dice_below(struct dice *dice, uint64_t limit);
bool dice_percent(struct dice *dice, unsigned percent);

/*
 * What ails a disk: the source and the test that checks it agree by the seed.
 * Seed 0 is a healthy one.
 */
bool fault_is_bad(uint64_t seed, uint64_t sector);
/* Reads of it fail at first. */
bool fault_is_flaky(uint64_t seed, uint64_t sector);

#endif
