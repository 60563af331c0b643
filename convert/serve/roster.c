/*
 * Lanes that are not at work keep their connection and take no requests.
 * lanes.c counts and asks once a second; lane.c obeys.
 */
#include "convert/serve/roster.h"

enum {
	AT_FIRST = 4,
	MOST = 8, /* our source opens no more */
	MEASURE_SECONDS = 3,
	REST = 10 /* measurements */
};

/* What a change must bring: measurements tremble. */
static const double gain = 1.05;

void
roster_begin(struct roster *roster, unsigned cores, unsigned fixed)
{
	unsigned lanes = cores < AT_FIRST / 2 ? 2 * cores : AT_FIRST;

	lanes = lanes == 0 ? 1 : lanes;
	*roster = fixed > 0
		? (struct roster){fixed, .least = fixed, .most = fixed}
		: (struct roster){lanes, .least = 1, .most = MOST, .next = 1};
}

static void
try_next(struct roster *roster, double rate)
{
	unsigned lanes = roster->next > 0 ? roster->lanes + 1 : roster->lanes - 1;

	if (lanes < roster->least || lanes > roster->most) {
		roster->next = -roster->next;
		roster->rest = REST;
		return;
	}
	roster->rate = rate;
	roster->trial = roster->next;
	roster->lanes = lanes;
}

/* What helped is tried again at once; what did not, the other way and later. */
static void
judge(struct roster *roster, double rate)
{
	bool helped = rate > roster->rate * gain;
	int trial = roster->trial;

	roster->trial = 0;
	if (helped) {
		try_next(roster, rate);
		return;
	}
	roster->lanes = trial > 0 ? roster->lanes - 1 : roster->lanes + 1;
	roster->next = -trial;
	roster->rest = REST;
}

void
roster_tick(struct roster *roster, uint64_t bytes, bool had_work)
{
	double rate;

	/* What the wanting of work makes slow says nothing about lanes. */
	if (!had_work) {
		roster->seconds = 0;
		roster->bytes = 0;
		return;
	}
	roster->bytes += bytes;
	if (++roster->seconds < MEASURE_SECONDS)
		return;
	rate = (double)roster->bytes / MEASURE_SECONDS;
	roster->seconds = 0;
	roster->bytes = 0;
	if (roster->trial != 0)
		judge(roster, rate);
	else if (roster->rest > 0)
		roster->rest--;
	else
		try_next(roster, rate);
}
